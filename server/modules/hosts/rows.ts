import { sql } from 'kysely'
import { inBulk } from '#server/platform/bulk.ts'
import { storable } from '#server/platform/storable.ts'
import type { TenantDb } from '#server/platform/tenant.ts'

/** What a load brought of one artifact on one host; times in UTC, null when no row is dated. */
export type Freshness = {
  host_id: number
  artifact: string
  rows: number
  first_row_at: string | null
  last_row_at: string | null
  batch_ids: number[]
}

/**
 * Adds what was stored to each host's artifacts, and moves first and last seen of the hosts and of those that they are
 * merged into. Undated rows are evidence of now. Call it in the transaction that ends the deliveries: it adds up.
 */
export async function noteFreshness(db: TenantDb, fresh: Freshness[]): Promise<void> {
  if (fresh.length === 0) return
  await inBulk(db, fresh.length, () => addUp(db, fresh))
}

async function addUp(db: TenantDb, fresh: Freshness[]) {
  const { rows: merged } = await sql<{ into_id: number | null }>`
    with told as materialized (
      select host_id, artifact, rows, batch_ids, first_row_at at time zone 'UTC' as first_row_at,
        last_row_at at time zone 'UTC' as last_row_at
      from json_to_recordset(${storable(JSON.stringify(fresh))}::json)
        as t(host_id bigint, artifact text, rows bigint, first_row_at timestamp, last_row_at timestamp, batch_ids bigint[])
      join host on host.tenant_id = app.tenant_id() and host.id = t.host_id),
    stored as (
      insert into host_artifact as a (host_id, artifact, rows, first_row_at, last_row_at, last_received_at, batch_ids)
      select host_id, artifact, rows, first_row_at, last_row_at, now(), batch_ids[1:10] from told where rows > 0
      on conflict (tenant_id, host_id, artifact) do update set
        rows = a.rows + excluded.rows,
        first_row_at = least(a.first_row_at, excluded.first_row_at),
        last_row_at = greatest(a.last_row_at, excluded.last_row_at),
        last_received_at = excluded.last_received_at,
        batch_ids = (excluded.batch_ids || a.batch_ids)[1:10])
    update host h set
      own_first_seen_at = least(h.own_first_seen_at, seen.first),
      own_last_seen_at = greatest(h.own_last_seen_at, seen.last)
    from (
      select host_id, coalesce(min(first_row_at), now()) as first, least(coalesce(max(last_row_at), now()), now()) as last
      from told group by host_id) seen
    where h.tenant_id = app.tenant_id() and h.id = seen.host_id
      and (h.own_first_seen_at is null or seen.first < h.own_first_seen_at or seen.last > h.own_last_seen_at)
    returning h.merged_into as into_id`.execute(db)
  const survivors = [...new Set(merged.map(({ into_id }) => into_id))].filter((id) => id !== null)
  if (survivors.length > 0) await sumUpMerged(db, survivors)
}

/** Gives hosts that stand for others the first and last seen of those, and takes them away where there are none left. */
export const sumUpMerged = (db: TenantDb, ids: number[]) =>
  sql`
    update host h set merged_first_seen_at = sums.first, merged_last_seen_at = sums.last
    from (
      select s.id, min(m.own_first_seen_at) as first, max(m.own_last_seen_at) as last
      from host s left join host m on m.tenant_id = app.tenant_id() and m.merged_into = s.id
      where s.tenant_id = app.tenant_id() and s.id = any(${ids})
      group by s.id) sums
    where h.tenant_id = app.tenant_id() and h.id = sums.id
      and (h.merged_first_seen_at, h.merged_last_seen_at) is distinct from (sums.first, sums.last)`.execute(db)

/** What retention left of an artifact on a host; none of it: the host is not named. */
export type Held = Omit<Freshness, 'batch_ids'>

/**
 * Makes the figures of `artifact` what `held` says, counted since `asOf`: artifacts of hosts that it does not name are
 * gone, except where rows have arrived meanwhile. Times in UTC. Safe to repeat.
 */
export const forgetFreshness = (db: TenantDb, artifact: string, held: Omit<Held, 'artifact'>[], asOf: Date) =>
  inBulk(db, held.length, () =>
    sql`
    with told as materialized (
      select host_id, rows, first_row_at at time zone 'UTC' as first_row_at, last_row_at at time zone 'UTC' as last_row_at
      from json_to_recordset(${JSON.stringify(held)}::json)
        as t(host_id bigint, rows bigint, first_row_at timestamp, last_row_at timestamp)
      where rows > 0),
    gone as (
      delete from host_artifact a
      where a.tenant_id = app.tenant_id() and a.artifact = ${artifact} and a.last_received_at < ${asOf}
        and not exists (select from told where told.host_id = a.host_id))
    update host_artifact a set rows = told.rows, first_row_at = told.first_row_at, last_row_at = told.last_row_at
    from told
    where a.tenant_id = app.tenant_id() and a.artifact = ${artifact} and a.host_id = told.host_id
      and a.last_received_at < ${asOf}`.execute(db),
  )
