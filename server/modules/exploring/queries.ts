import { sql } from 'kysely'
import { storable } from '#server/platform/storable.ts'
import type { TenantDb } from '#server/platform/tenant.ts'
import type { GridLayout } from './schema.ts'

/** How a person has chosen to see an artifact's grid; null when they have not. */
export async function layoutOf(db: TenantDb, accountId: number, artifact: string): Promise<GridLayout | null> {
  const found = await db
    .selectFrom('grid_layout')
    .select(['columns', 'lines', 'own'])
    .where('account_id', '=', accountId)
    .where('artifact', '=', artifact)
    .executeTakeFirst()
  return found ? (found as unknown as GridLayout) : null
}

/** Keeps a person's layout; one that chooses nothing means what everybody sees. */
export async function keepLayout(db: TenantDb, accountId: number, artifact: string, layout: GridLayout) {
  const { columns, lines, own } = layout
  if (columns.length === 0 && own.length === 0 && lines === 'one') {
    await db.deleteFrom('grid_layout').where('account_id', '=', accountId).where('artifact', '=', artifact).execute()
    return
  }
  const kept = {
    columns: sql<string>`${storable(JSON.stringify(columns))}::jsonb`,
    own: JSON.stringify(own),
    lines,
  }
  await db
    .insertInto('grid_layout')
    .values({ account_id: accountId, artifact, ...kept })
    .onConflict((conflict) => conflict.columns(['tenant_id', 'account_id', 'artifact']).doUpdateSet(kept))
    .execute()
}

/**
 * Every artifact that has rows, with how many, of how many hosts (those merged are one), and its last arrival: from the
 * records, no row is read. Only hosts of a merge are told apart: of the others every record is one host.
 */
export async function artifactsKnown(db: TenantDb) {
  const { rows } = await sql<{ artifact: string; rows: number; hosts: number; last_received_at: Date }>`
    with grouped as materialized (
      select id, coalesce(merged_into, id) as stands from host
      where tenant_id = app.tenant_id() and (merged_into is not null or id in (
        select merged_into from host where tenant_id = app.tenant_id() and merged_into is not null)))
    select artifact, sum(rows)::bigint as rows, sum(case when stands is null then held else 1 end)::bigint as hosts,
      max(last_received_at) as last_received_at
    from (
      select a.artifact, g.stands, count(*) as held, sum(a.rows) as rows, max(a.last_received_at) as last_received_at
      from host_artifact a left join grouped g on g.id = a.host_id
      where a.tenant_id = app.tenant_id() group by a.artifact, g.stands) each_host
    group by artifact order by artifact`.execute(db)
  return rows
}
