import { type Kysely, sql, type Transaction } from 'kysely'
import type { Tables } from '#db/types.ts'
import { tenantScope } from './tenant-scope.ts'

declare const tenant: unique symbol

/** A transaction in which only one tenant exists. Only `inTenant` makes one. */
export type TenantDb = Transaction<Omit<Tables, `auth.${string}`>> & { readonly [tenant]: number }

export type Identity = { tenantId: number; accountId: number | null; requestId: string }
export type Mode = 'read only' | 'read write'

/**
 * Runs `work` as one tenant: commits when it resolves, rolls back when it throws. Two layers keep other tenants
 * out, each sufficient alone: row security in PostgreSQL, and a predicate added to every query here.
 */
export function inTenant<T>(
  db: Kysely<Tables>,
  who: Identity,
  mode: Mode,
  work: (db: TenantDb) => Promise<T>,
): Promise<T> {
  return db
    .transaction()
    .setAccessMode(mode)
    .execute(async (tx) => {
      await become(tx, who)
      return work(tx.withPlugin(tenantScope(who.tenantId)) as unknown as TenantDb)
    })
}

/** Turns the rest of a transaction into one tenant's: from here on it runs as app_user. */
export async function become(tx: Transaction<Tables>, { tenantId, accountId, requestId }: Identity): Promise<void> {
  await sql`select set_config('app.tenant_id', ${String(tenantId)}, true), set_config('app.account_id', ${String(accountId ?? '')}, true),
    set_config('app.request_id', ${requestId}, true), set_config('role', 'app_user', true)`.execute(tx)
}
