import { type Merged, survivor } from '#server/modules/hosts/service.ts'
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

/** What is counted: the artifact, the host, or the values of a field as SQL. */
export type CountedField = 'artifact' | 'host' | { values: string }

/**
 * The commonest values of each field, by distinct hosts and then rows, and how many there are in all. Values that differ in
 * case alone are one, as a query takes them. One statement, one pass over the rows.
 */
export async function countedValues(
  rows: TenantRows,
  filter: Narrowed,
  merged: Merged[],
  asked: { fields: CountedField[]; params: Params; top: number },
): Promise<Counted[]> {
  const { conditions, params } = where(filter)
  const host = survivor(merged)
  const own = { artifact: '[toNullable(toString(artifact))]', host: `[toNullable(toString(${host.sql}))]` }
  const values = asked.fields.map((field) => (typeof field === 'string' ? own[field] : field.values))
  return rows.select<Counted>(
    `select n, text, bytes, rows, hosts, several from (
       select pair.1 as n, min(substring(pair.2, 1, ${LONGEST_SHOWN})) as text, ifNull(max(length(pair.2)), 0) as bytes,
         count() as rows, uniqExact(standing) as hosts, count() over (partition by n) as several
       from (with ${values.map((each, n) => `arrayFilter(x -> isNotNull(x), ${each}) as held${n}`).join(', ')}
             select ${host.sql} as standing, arrayJoin(arrayConcat(${values.map((_each, n) => pairs(n)).join(', ')})) as pair
             from rows where ${conditions.join(' and ')})
       group by n, sipHash128(lowerUTF8(ifNull(pair.2, ''))), isNull(pair.2))
     order by n, isNull(text) desc, hosts desc, rows desc, lowerUTF8(text), text limit {top:UInt32} by n`,
    { ...params, ...host.params, ...asked.params, top: asked.top + 1 },
    { maxRows: 1_000 },
  )
}

const LONGEST_SHOWN = 400

// A row counts once for each of its values, spelled as it may be; one without a value counts as that.
const pairs = (n: number) =>
  `arrayMap(v -> (toUInt8(${n}), v), multiIf(empty(held${n}), [null], length(held${n}) = 1, held${n},
     arrayFilter((v, first) -> first = 1, held${n}, arrayEnumerateUniq(arrayMap(v -> lowerUTF8(ifNull(v, '')), held${n})))))`

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
