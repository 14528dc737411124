import { type Kysely, sql } from 'kysely'
import type { BatchState, Tables } from '#db/types.ts'
import type { Backlog } from './platform/admission.ts'

/** What waits in the spool or is being loaded, per tenant, from an index of these deliveries alone. */
export async function backlogOf(pool: Kysely<Tables>, afterId: number): Promise<Backlog[]> {
  const { rows } = await sql<Backlog>`
    select tenant_id as "tenantId", sum(greatest(bytes - loaded_bytes, 0))::bigint as bytes, min(created_at) as since,
      coalesce(sum(bytes) filter (where id > ${afterId}), 0)::bigint as arrived, max(id) as newest
    from batch where state in ('spooled', 'loading') group by tenant_id`.execute(pool)
  return rows
}

/** A delivery goes on from none of these by itself: it has ended, or waits for a person. */
export const ENDED = ['done', 'failed', 'needs_artifact'] as const satisfies readonly BatchState[]

/** Which of these deliveries have ended or wait for a person: each is looked for in the tenant it is said to be of. */
export async function endedOf(pool: Kysely<Tables>, asked: { tenantId: number; id: number }[]): Promise<number[]> {
  const [tenants, ids] = [asked.map(({ tenantId }) => tenantId), asked.map(({ id }) => id)]
  const { rows } = await sql<{ id: number }>`
    select id from batch
    where (tenant_id, id) in (select * from unnest(${tenants}::bigint[], ${ids}::bigint[]))
      and state = any(${ENDED}::batch_state[])`.execute(pool)
  return rows.map(({ id }) => id)
}
