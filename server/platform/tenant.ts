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
  return db.connection().execute(async (connection) => {
    // Beginning and becoming the tenant are one message: a page has several transactions, and each trip costs.
    await sql.raw(`begin ${mode}; ${become(who)}`).execute(connection)
    try {
      const result = await work(connection.withPlugin(tenantScope(who.tenantId)) as unknown as TenantDb)
      await sql`commit`.execute(connection)
      return result
    } catch (error) {
      await sql`rollback`.execute(connection).catch(() => {}) // a dead connection; the pool's guard destroys it
      throw error
    }
  })
}

/** Runs `work` with sight of all tenants, then `record` as the tenant it returns, in one transaction. */
export function acrossTenants<T extends { tenantId: number }>(
  pool: Kysely<Tables>,
  work: (tx: Transaction<Tables>) => Promise<T>,
  then: (db: TenantDb, made: T) => Promise<void>,
  who: { accountId: number | null; requestId: string },
): Promise<T> {
  return pool.transaction().execute(async (tx) => {
    const made = await work(tx)
    await sql.raw(become({ tenantId: made.tenantId, ...who })).execute(tx)
    await then(tx.withPlugin(tenantScope(made.tenantId)) as unknown as TenantDb, made)
    return made
  })
}

function become({ tenantId, accountId, requestId }: Identity): string {
  if (!Number.isSafeInteger(tenantId) || !/^[\w-]{1,80}$/.test(requestId)) throw new Error('Not an identity.')
  const settings = {
    'app.tenant_id': tenantId,
    'app.account_id': Number(accountId ?? 0),
    'app.request_id': requestId,
    role: 'app_user',
  }
  const calls = Object.entries(settings).map(([name, value]) => `set_config('${name}', '${value}', true)`)
  return `select ${calls.join(', ')}`
}
