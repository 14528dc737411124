import { type Kysely, sql } from 'kysely'
import type { Tables } from '#db/types.ts'
import type { Actor, Ctx } from '#server/platform/trpc.ts'

/** The tenants a person is in, with their role there; for an operator, all. By id; without those that are being deleted. */
export function tenantsOf(pool: Kysely<Tables>, { accountId, operator }: Pick<Actor, 'accountId' | 'operator'>) {
  return pool
    .selectFrom('tenant')
    .leftJoin('membership', (join) =>
      join
        .onRef('membership.tenant_id', '=', 'tenant.id')
        .on('membership.account_id', '=', accountId ?? 0)
        .on('membership.deactivated_at', 'is', null),
    )
    .leftJoin('tally', (join) => join.onRef('tally.tenant_id', '=', 'tenant.id').on('tally.what', '=', 'host'))
    .leftJoin('tally as open_alarm', (join) =>
      join.onRef('open_alarm.tenant_id', '=', 'tenant.id').on('open_alarm.what', '=', 'open_alarm'),
    )
    .leftJoin('tally as decided', (join) =>
      join.onRef('decided.tenant_id', '=', 'tenant.id').on('decided.what', '=', 'verdict'),
    )
    .leftJoin('tally as unread', (join) =>
      join.onRef('unread.tenant_id', '=', 'tenant.id').on('unread.what', '=', `unread ${accountId ?? 0}`),
    )
    .select(['tenant.id', 'tenant.name', 'tenant.description', 'tenant.zone', 'tenant.created_at', 'membership.role'])
    .select((eb) => [
      eb.fn.coalesce('tally.n', eb.lit(0)).as('host_count'),
      eb.fn.coalesce('open_alarm.n', eb.lit(0)).as('alarm_count'),
      eb.fn.coalesce('decided.n', eb.lit(0)).as('verdict_revision'),
      eb.fn.coalesce('unread.n', eb.lit(0)).as('unread_count'),
    ])
    .select((eb) =>
      eb
        .selectFrom('membership as m')
        .whereRef('m.tenant_id', '=', 'tenant.id')
        .where('m.deactivated_at', 'is', null)
        .select((count) => count.fn.countAll<number>().as('n'))
        .as('member_count'),
    )
    .where('tenant.leaving_at', 'is', null)
    .$if(!operator, (query) => query.where('membership.role', 'is not', null))
    .orderBy('tenant.id')
    .execute()
}

/** Tenants that were deleted or are being so, the latest first. */
export const deletedTenants = (pool: Kysely<Tables>) =>
  pool
    .selectFrom('deleted_tenant')
    .select(['id', 'name', 'asked_by_name', 'asked_at', 'done_at'])
    .select((eb) => eb.ref('detail', '->>').key('rows').$castTo<string | null>().as('rows'))
    .orderBy('asked_at', 'desc')
    .limit(50)
    .execute()

/** How many deliveries of a tenant the ledger has. */
export async function countDeliveries(pool: Kysely<Tables>, tenantId: number): Promise<number> {
  const { rows } = await sql<{ n: number }>`select count(*) as n from batch where tenant_id = ${tenantId}`.execute(pool)
  return rows[0]?.n ?? 0
}

/** Whether the tenant keeps the files that its archives bring. */
export async function keepsUploads({ db, actor }: Pick<Ctx, 'db' | 'actor'>) {
  const own = db.selectFrom('tenant').select('keep_uploads').where('id', '=', actor.tenantId)
  return { keep: (await own.executeTakeFirst())?.keep_uploads ?? false }
}
