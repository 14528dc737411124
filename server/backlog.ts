import { type Kysely, sql } from 'kysely'
import type { Tables } from '#db/types.ts'
import type { Backlog } from './platform/admission.ts'

/** What waits in the spool or is being loaded, per tenant, from an index of these deliveries alone. */
export async function backlogOf(pool: Kysely<Tables>, afterId: number): Promise<Backlog[]> {
  const { rows } = await sql<Backlog>`
    select tenant_id as "tenantId", sum(greatest(bytes - loaded_bytes, 0))::bigint as bytes, min(created_at) as since,
      coalesce(sum(bytes) filter (where id > ${afterId}), 0)::bigint as arrived, max(id) as newest
    from batch where state in ('spooled', 'loading') group by tenant_id`.execute(pool)
  return rows
}
