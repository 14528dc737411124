import { type ColumnsOf, observablesSql } from '#server/modules/columns/service.ts'
import { type Condition, placesIn } from '#server/modules/language/service.ts'
import type { Params } from '#server/platform/telemetry.ts'

/** A host whose times are read as so much later, in milliseconds. */
export type Shift = { host_id: number; ms: number }
/** Which rows, and within which milliseconds since 1970 (the end not in it) their times must lie. */
export type Narrowing = {
  condition: Condition | null
  hostIds: number[] | null
  from: number | null
  to: number | null
  shifts: Shift[]
}
export type Tagged = { row_id: string; tag: string }

/** Later than any time, and with its sign turned earlier, in milliseconds. */
export const EVER = 9_000_000_000_000_000
export const OWN = 'tenant_id = {tenant:UInt64}'

/** Events with each name that their row has; '' where it has none. */
export const withNames = (events: Condition, named: Condition): Condition => ({
  sql: `select at, name from (${events.sql}) as events left join (${named.sql}) as named using (batch_id, line)`,
  params: { ...events.params, ...named.params },
})

/** SQL: the users that rows name, each once, as `name` with `batch_id` and `line`; null where no column is one. */
export function usersOf(narrowing: Narrowing, maps: ColumnsOf[]): Condition | null {
  const where = rowsWhere(narrowing)
  const found = observablesSql(maps, `${where.sql} and notEmpty(times)`)
  if (!found) return null
  const sql = `select distinct batch_id, line, value as name from (${found})`
  return { sql, params: { ...where.params, idn: [], ascii: [] } }
}

/** SQL: the tags of rows as `name` with `batch_id` and `line`. */
export function tagsOf(tags: Tagged[]): Condition {
  const [, tagBatches, tagLines] = placesIn(tags.map(({ row_id }) => row_id))
  const zipped = 'arrayZip({tagBatches:Array(UInt64)}, {tagLines:Array(UInt64)}, {tags:Array(String)})'
  return {
    sql: `select tagged.1 as batch_id, tagged.2 as line, tagged.3 as name from (select arrayJoin(${zipped}) as tagged)`,
    params: { tagBatches, tagLines, tags: tags.map(({ tag }) => tag) },
  }
}

/** SQL: every labelled time of the rows that lies in the window, as `at` (moved by its host's clock offset), `n` counting from 1. */
export function eventsOf(narrowing: Narrowing, columns: string): Condition {
  const { sql: conditions, params } = rowsWhere(narrowing)
  const { from, to, shifts } = narrowing
  const shift =
    shifts.length > 0 ? ' + transform(host_id, {shifted:Array(UInt64)}, {shifts:Array(Int64)}, toInt64(0))' : ''
  const read = `arrayMap((event_at, event_n) -> (toUnixTimestamp64Milli(event_at)${shift}, event_n), times, arrayEnumerate(times))`
  const windowed =
    from === null && to === null ? read : `arrayFilter(e -> e.1 >= {from:Int64} and e.1 < {to:Int64}, ${read})`
  return {
    sql: `select host_id, ${columns ? `${columns}, ` : ''}event.1 as at, event.2 as n
      from (select host_id, ${columns ? `${columns}, ` : ''}arrayJoin(${windowed}) as event from rows where ${conditions})`,
    params: {
      ...params,
      from: from ?? -EVER,
      to: to ?? EVER,
      shifted: shifts.map(({ host_id }) => host_id),
      shifts: shifts.map(({ ms }) => ms),
    },
  }
}

/** The rows themselves, whatever their times. */
export function rowsWhere({ condition, hostIds }: Narrowing): Condition {
  const params: Params = { ...condition?.params }
  if (hostIds) params.hosts = hostIds
  const conditions = [
    OWN,
    ...(hostIds ? ['host_id in {hosts:Array(UInt64)}'] : []),
    ...(condition ? [condition.sql] : []),
  ]
  return { sql: conditions.join(' and '), params }
}
