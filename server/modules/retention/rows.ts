import type { ROW_TABLES, TenantRows } from '#server/platform/telemetry.ts'

/** What a rule reaches: rows of `artifact` ('': of every one but `others`) from deliveries up to `last`. */
export type Reach = { artifact: string; others: string[]; last: number }
export type Held = { host_id: number; rows: number; first_row_at: string | null; last_row_at: string | null }

const OWN_REACHED = `tenant_id = {tenant:UInt64} and batch_id <= {last:UInt64}
  and if({artifact:String} = '', artifact not in {others:Array(String)}, artifact = {artifact:String})`
// Whatever is kept of rows beside them, by delivery and artifact.
const OF_ROWS = ['rows', 'sightings'] as const satisfies readonly (typeof ROW_TABLES)[number][]

/** How many rows a rule would take, and of which artifacts. */
export const rowsReached = (rows: TenantRows, reach: Reach) =>
  rows.select<{ artifact: string; rows: number }>(
    `select artifact, count() as rows from rows where ${OWN_REACHED} group by artifact order by rows desc, artifact`,
    reach,
    { seconds: 60 },
  )

/** Deletes what a rule reaches. Repeating it changes nothing. */
export async function deleteReached(rows: TenantRows, reach: Reach): Promise<void> {
  for (const table of OF_ROWS) await rows.write(`delete from ${table} where ${OWN_REACHED}`, reach)
}

/** Deletes the quarantine of deliveries. */
export async function deleteRejects(rows: TenantRows, batches: number[]): Promise<void> {
  for (let at = 0; at < batches.length; at += 10_000) {
    await rows.write(`delete from reject where tenant_id = {tenant:UInt64} and batch_id in {batches:Array(UInt64)}`, {
      batches: batches.slice(at, at + 10_000),
    })
  }
}

/** What is left of an artifact on each host, without the deliveries that are not loaded to the end. */
export const heldOf = (rows: TenantRows, artifact: string, unfinished: number[]) =>
  rows.select<Held>(
    `select host_id, count() as rows, toString(min(event_time)) as first_row_at,
       toString(maxIf(event_time, event_time <= now64(3) + interval 1 day)) as last_row_at
     from rows where tenant_id = {tenant:UInt64} and artifact = {artifact:String}
       and batch_id not in {unfinished:Array(UInt64)} group by host_id`,
    { artifact, unfinished },
    { seconds: 120, maxRows: 5_000_000 },
  )
