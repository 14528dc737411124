import { type Merged, survivor } from '#server/modules/hosts/service.ts'
import { standsIn } from '#server/modules/language/service.ts'
import { type Narrowed, where } from '#server/modules/telemetry/rows.ts'
import type { Params, TenantRows } from '#server/platform/telemetry.ts'

/** How many rows, of how many hosts and of which artifacts (20 at most), and when: times in ms, null when no row is dated between `from` and `to`. */
export type Extent = {
  rows: number
  hosts: number
  undated: number
  before: number
  after: number
  first_ms: number | null
  last_ms: number | null
  artifacts: string[]
}

/** What a histogram has to show. What is dated before `floor` or after `ceiling` (ms) is counted beside it. */
export async function extentOf(
  rows: TenantRows,
  filter: Narrowed,
  merged: Merged[],
  { floor, ceiling }: { floor: number; ceiling: number },
): Promise<Extent> {
  const { conditions, params } = where(filter)
  const host = survivor(merged)
  const sane = 'at between {floor:Int64} and {ceiling:Int64}'
  const [found] = await rows.select<Extent>(
    `select count() as rows, uniqExact(${host.sql}) as hosts, countIf(event_time is null) as undated,
       countIf(at < {floor:Int64}) as before, countIf(at > {ceiling:Int64}) as after,
       arraySort(groupUniqArray(20)(toString(artifact))) as artifacts,
       minOrNullIf(at, ${sane}) as first_ms, maxOrNullIf(at, ${sane}) as last_ms
     from (select artifact, host_id, event_time, toUnixTimestamp64Milli(event_time) as at from rows where ${conditions.join(' and ')})`,
    { ...params, ...host.params, floor, ceiling },
  )
  return found!
}

/** Rows per stretch of `width` ms, counted from `start`, for the stretches that have any between `from` and `to` (ms). */
export async function perStretch(
  rows: TenantRows,
  filter: Narrowed,
  { start, width, from, to }: { start: number; width: number; from: number; to: number },
): Promise<{ bar: number; rows: number }[]> {
  const { conditions, params } = where(filter)
  return rows.select(
    `select intDiv(toUnixTimestamp64Milli(assumeNotNull(event_time)) - {start:Int64}, {width:Int64}) as bar, count() as rows
     from rows where ${conditions.join(' and ')} and event_time >= fromUnixTimestamp64Milli({least:Int64})
       and event_time < fromUnixTimestamp64Milli({most:Int64})
     group by bar order by bar`,
    { ...params, start, width, least: from, most: to },
  )
}

/** One value of one field; `n` counts the fields. `text` null: rows without a value. `several`: how many values there are. */
export type Counted = { n: number; text: string | null; bytes: number; rows: number; hosts: number; several: number }

/** What is counted: the artifact, the host, or the values of a field as SQL, with the one column they stand in if it is one. */
export type CountedField = 'artifact' | 'host' | { values: string; column: string | null }

/**
 * The commonest values of each field, by distinct hosts and then rows, and how many there are in all. Values that differ in
 * case alone are one, as a query takes them. One statement and one pass over the rows: what stands in them is counted as it
 * stands there, and taken apart afterwards, so that a list costs a step once and not in every row.
 */
export async function countedValues(
  rows: TenantRows,
  filter: Narrowed,
  merged: Merged[],
  asked: { fields: CountedField[]; params: Params; top: number },
): Promise<Counted[]> {
  const { conditions, params } = where(filter)
  const host = survivor(merged)
  const stood = asked.fields.map((field) => standing(field, host.sql))
  const each = (one: (n: number) => string) => stood.map((_text, n) => one(n)).join(', ')
  return rows.select<Counted>(
    `select n, min(substring(v, 1, ${LONGEST_SHOWN})) as text, ifNull(max(length(v)), 0) as bytes, sum(c) as rows,
       uniqExactMerge(on) as hosts, count() over (partition by n) as several
     from (
       select n, c, on, arrayJoin(${ONCE_EACH}) as v
       from (
         select n, c, on, multiIf(isNull(k), [], startsWith(k, ${LISTED}), ${VALUES}, [k]) as held
         from (
           select toUInt8(multiIf(${each((n) => `grouping(k${n}) = 0, ${n}`)}, 0)) as n,
             multiIf(${each((n) => `grouping(k${n}) = 0, toNullable(k${n})`)}, null) as k, count() as c, uniqExactState(standing) as on
           from (select ${host.sql} as standing, ${each((n) => `${stood[n]} as k${n}`)} from rows where ${conditions.join(' and ')})
           group by grouping sets (${each((n) => `(k${n})`)}))))
     group by n, sipHash128(lowerUTF8(ifNull(v, ''))), isNull(v)
     order by n, isNull(text) desc, hosts desc, rows desc, lowerUTF8(text), text limit {top:UInt32} by n`,
    { ...params, ...host.params, ...asked.params, top: asked.top + 1 },
    { maxRows: 1_000 },
  )
}

const LONGEST_SHOWN = 400

// A byte that no text of UTF-8 has stands before the JSON of a list. One key for each field: several are a third slower.
const LISTED = 'char(255)'
const VALUES = `arrayFilter(v -> isNotNull(v), JSONExtract(substring(assumeNotNull(k), 2), 'Array(Nullable(String))'))`

/** SQL for what stands in a row: its text, null for nothing, and a list of values as JSON behind LISTED. */
function standing(field: CountedField, host: string): string {
  if (field === 'artifact') return 'toString(artifact)'
  if (field === 'host') return `toString(${host})`
  const { values, column } = field
  if (!column) return `concat(${LISTED}, toJSONString(${values}))`
  const { text, isList, json } = standsIn(column)
  return `if(${isList}, concat(${LISTED}, ${json}), ${text})`
}

// A row counts once for each of its values, spelled as it may be; one without a value counts as that.
const ONCE_EACH = `multiIf(empty(held), [null], length(held) = 1, held,
  arrayFilter((v, first) -> first = 1, held, arrayEnumerateUniq(arrayMap(v -> lowerUTF8(ifNull(v, '')), held))))`

/** Rows of hosts within a stretch of time (ms), nearest to its middle first, with 600 bytes of each. */
export const rowsAround = (rows: TenantRows, hosts: number[], at: number, within: number, limit: number) =>
  rows.select<{ host_id: number; batch_id: number; line: number; artifact: string; at_ms: number; raw: string }>(
    `select host_id, batch_id, line, artifact, toUnixTimestamp64Milli(assumeNotNull(event_time)) as at_ms, substring(raw, 1, 600) as raw
     from rows where tenant_id = {tenant:UInt64} and host_id in {hosts:Array(UInt64)} and (batch_id, line) in (
       select batch_id, line from rows
       where tenant_id = {tenant:UInt64} and host_id in {hosts:Array(UInt64)}
         and event_time between fromUnixTimestamp64Milli({from:Int64}) and fromUnixTimestamp64Milli({to:Int64})
       order by abs(toUnixTimestamp64Milli(assumeNotNull(event_time)) - {at:Int64}), batch_id, line limit {limit:UInt32})
     order by at_ms, batch_id, line`,
    { hosts, at, from: at - within, to: at + within, limit },
  )
