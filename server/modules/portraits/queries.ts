import { sql } from 'kysely'
import type { TenantDb } from '#server/platform/tenant.ts'

export type Delivered = { artifact: string; batches: { id: number; at: Date }[] }

/** Of each artifact of these hosts its two newest deliveries, the newest first; those with one only are left out. */
export async function lastTwoDeliveries(db: TenantDb, hosts: number[]): Promise<Delivered[]> {
  const { rows } = await sql<{ artifact: string; id: number; at: Date }>`
    select artifact, id, at from (
      select held.artifact, b.id, b.created_at as at,
        row_number() over (partition by held.artifact order by b.id desc) as place
      from (
        select distinct a.artifact, unnest(a.batch_ids) as batch_id from host_artifact a
        where a.tenant_id = app.tenant_id() and a.host_id = any(${hosts})) held
      join batch b on b.tenant_id = app.tenant_id() and b.id = held.batch_id) placed
    where place <= 2 order by artifact, id desc`.execute(db)
  const found = new Map<string, Delivered['batches']>()
  for (const { artifact, id, at } of rows) found.set(artifact, [...(found.get(artifact) ?? []), { id, at }])
  return [...found].filter(([, batches]) => batches.length === 2).map(([artifact, batches]) => ({ artifact, batches }))
}
