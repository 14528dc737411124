import type { TenantRows } from '#server/platform/telemetry.ts'

export type MarkedRow = {
  host_id: number
  batch_id: number
  line: number
  artifact: string
  event_time_ms: number | null
  start: string
}

/** The rows that lie at these places, with 300 bytes of each; those that are gone are not among them. One statement. */
export function rowsAt(rows: TenantRows, rowIds: string[]): Promise<MarkedRow[]> {
  const places = rowIds.map((id) => id.split('.').map(Number))
  const column = (at: number) => places.map((place) => place[at] ?? 0)
  return rows.select<MarkedRow>(
    `select host_id, batch_id, line, artifact, toUnixTimestamp64Milli(event_time) as event_time_ms,
       substring(raw, 1, 300) as start
     from rows where tenant_id = {tenant:UInt64} and batch_id in {batches:Array(UInt64)}
       and host_id in {hosts:Array(UInt64)} and (host_id, batch_id, line) in (
         select place.1, place.2, place.3
         from (select arrayJoin(arrayZip({hosts:Array(UInt64)}, {batches:Array(UInt64)}, {lines:Array(UInt64)})) as place))`,
    { hosts: column(0), batches: column(1), lines: column(2) },
  )
}
