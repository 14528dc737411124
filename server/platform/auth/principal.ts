import type { Kysely } from 'kysely'
import type { Tables } from '#db/types.ts'
import { now } from '../clock.ts'
import type { Actor } from '../trpc.ts'

/** A person in one of their tenants, as the database knows them now: never from a cookie or a token. */
export type Principal = {
  id: number
  username: string
  role: 'viewer' | 'user' | 'lead' | 'admin'
  tenant_id: number
  tenant_name: string
  is_active: boolean
  operator: boolean
  epoch: number
  theme: 'system' | 'light' | 'dark'
  density: 'compact' | 'comfortable'
  /** Act to key, where the person chose other keys than those we come with. */
  keys: Record<string, string>
  keys_on: boolean
  /** The IANA time zone in which pages show times, where the person chose one; and that of the tenant, for whoever did not. */
  zone: string | null
  tenant_zone: string
  created_at: Date
}

/** Every person in each of their tenants, as columns of a Principal. */
export const principals = (pool: Kysely<Tables>) =>
  pool
    .selectFrom('account')
    .innerJoin('membership', 'membership.account_id', 'account.id')
    .innerJoin('tenant', 'tenant.id', 'membership.tenant_id')
    .where('tenant.leaving_at', 'is', null)
    .leftJoin('auth.password', 'auth.password.account_id', 'account.id')
    .select((eb) => [
      'account.id',
      'account.username',
      'account.theme',
      'account.density',
      eb.ref('account.keys').$castTo<Record<string, string>>().as('keys'),
      eb('account.keys_off_at', 'is', null).$castTo<boolean>().as('keys_on'),
      'account.zone',
      'account.created_at',
      'membership.role',
      'membership.tenant_id',
      'tenant.name as tenant_name',
      'tenant.zone as tenant_zone',
      eb('membership.deactivated_at', 'is', null).$castTo<boolean>().as('is_active'),
      eb('account.operator_at', 'is not', null).$castTo<boolean>().as('operator'),
      eb.fn.coalesce('auth.password.epoch', eb.lit(0)).as('epoch'),
    ])

/** The person `accountId` in `tenantId`; without a tenant, in the one they were seen in last. Null when they are in none. */
export async function principalOf(
  pool: Kysely<Tables>,
  accountId: number,
  tenantId?: number,
): Promise<Principal | null> {
  const own = principals(pool).where('account.id', '=', accountId)
  const query = tenantId
    ? own.where('membership.tenant_id', '=', tenantId)
    : own
        .orderBy((eb) => eb('membership.deactivated_at', 'is', null), 'desc')
        .orderBy('membership.last_seen_at', (order) => order.desc().nullsLast())
        .orderBy('membership.created_at')
  return (await query.limit(1).executeTakeFirst()) ?? null
}

/** What a principal may act as. */
export const actorOf = (principal: Principal, sessionId: string | null = null): Actor => ({
  accountId: principal.id,
  sourceId: null,
  sessionId,
  name: principal.username,
  tenantId: principal.tenant_id,
  role: principal.role,
  operator: principal.operator,
})

/** The actor of a source's token, or of the one before it while that lasts, by its hash. Null for any other. */
export async function sourceActor(pool: Kysely<Tables>, tokenHash: string): Promise<Actor | null> {
  const source = await pool
    .selectFrom('source')
    .innerJoin('tenant', 'tenant.id', 'source.tenant_id')
    .select(['source.id', 'source.tenant_id', 'source.name'])
    .where((eb) =>
      eb.or([
        eb('source.token_hash', '=', tokenHash),
        eb.and([eb('source.previous_token_hash', '=', tokenHash), eb('source.previous_token_ends_at', '>', now())]),
      ]),
    )
    .where('source.revoked_at', 'is', null)
    .where('tenant.leaving_at', 'is', null)
    .executeTakeFirst()
  if (!source) return null
  return {
    accountId: null,
    sourceId: source.id,
    sessionId: null,
    name: source.name,
    tenantId: source.tenant_id,
    role: 'ingest',
    operator: false,
  }
}
