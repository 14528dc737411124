import { binder, placedAt } from '#server/modules/language/service.ts'
import type { Params, TenantRows } from '#server/platform/telemetry.ts'

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
  const params: Params = {}
  return rows.select<MarkedRow>(
    `select host_id, batch_id, line, artifact, toUnixTimestamp64Milli(event_time) as event_time_ms,
       substring(raw, 1, 300) as start
     from rows where tenant_id = {tenant:UInt64} and ${placedAt(rowIds, binder(params, 'p'))}`,
    params,
  )
}
