import { isCarried } from '#server/modules/columns/service.ts'
import { type Merged, survivor } from '#server/modules/hosts/service.ts'
import { farthestTrue } from '#server/platform/clock.ts'
import { inTime, type Params, type TenantRows } from '#server/platform/telemetry.ts'
import { type Narrowed, OWN, where } from './sql/narrow.ts'
import { asCursor, beyond, type Order, orderBy, readCursor } from './sql/order.ts'

export { type Narrowed, where } from './sql/narrow.ts'

export type StoredRow = {
  host_id: number
  artifact: string
  event_time_ms: number | null
  ingested_at_ms: number
  batch_id: number
  line: number
  flow_id: string
  raw: string
  raw_bytes: number
  cells: string[]
}

/** A list carries this much of each row; the row's own page has it whole. */
export const LISTED_BYTES = 32_768

const FIELDS = `host_id, artifact, toUnixTimestamp64Milli(event_time) as event_time_ms,
  toUnixTimestamp64Milli(ingested_at) as ingested_at_ms, batch_id, line, flow_id`
// Undated rows come last, whichever way the dated ones run.
const WHEN = `ifNull(toUnixTimestamp64Milli(event_time), -9223372036854775808)`
const OF_HOST = 'artifact in {artifacts:Array(String)} and host_id in {hosts:Array(UInt64)}'
const COUNT_SECONDS = 5

export type Page = { found: StoredRow[]; next: string | null; previous: string | null }
export type Paging = {
  order: Order
  cursor?: string | undefined
  limit: number
  columns?: string[] | undefined
  params: Params
}

/** One keyset page in an order, and the cursors of the pages around it. */
export async function rowPage(rows: TenantRows, filter: Narrowed, paging: Paging): Promise<Page> {
  const { order, limit, columns = [] } = paging
  const narrowed = where(filter)
  const params: Params = { ...narrowed.params, ...paging.params, limit: limit + 1 }
  const cursor = paging.cursor ? readCursor(paging.cursor, order) : null
  const way = cursor?.way ?? 'after'
  const conditions = cursor ? [...narrowed.conditions, beyond(order, cursor, params)] : narrowed.conditions
  const cells = columns.map((name, index) => {
    params[`column${index}`] = name
    return `substring(JSONExtractRaw(rows.raw, {column${index}:String}), 1, 4096)`
  })
  // What decides the order is narrow: the engine finds the page by it, and reads the wide columns for its rows alone.
  const page = await rows.select<Listed>(
    `${order.with.length > 0 ? `with ${order.with.join(', ')}` : ''}
     select ${FIELDS}, substring(rows.raw, 1, ${LISTED_BYTES}) as raw, length(rows.raw) as raw_bytes, [${cells.join(', ')}] as cells,
       ${order.key} as key from rows
     where ${conditions.join(' and ')}
     order by ${orderBy(order, way)} limit {limit:UInt32}`,
    params,
  )
  const more = page.length > limit
  if (more) page.pop()
  if (way === 'before') page.reverse()
  const edge = (way: 'after' | 'before', row: Listed | undefined) => row && asCursor({ way, key: row.key })
  return {
    found: page.map(({ key: _key, ...row }) => row),
    next: ((way === 'before' || more) && edge('after', page.at(-1))) || null,
    previous: ((way === 'before' ? more : cursor) && edge('before', page[0])) || null,
  }
}

type Listed = StoredRow & { key: string[] }

/** How many rows the filter matches. Null when counting them would take longer than a few seconds. */
export async function rowCount(rows: TenantRows, filter: Narrowed): Promise<number | null> {
  const { conditions, params } = where(filter)
  const sql = `select count() as n from rows where ${conditions.join(' and ')}`
  const answer = await inTime(rows.select<{ n: number }>(sql, params, { seconds: COUNT_SECONDS }))
  return answer && (answer[0]?.n ?? 0)
}

/** A row with every time it bears: what each says, and whether it can be true. */
export type DatedRow = StoredRow & { times_ms: number[]; time_labels: string[] }

/** One row by where it lies, or undefined. */
export async function rowAt(rows: TenantRows, id: string): Promise<DatedRow | undefined> {
  const [host, batch, line] = id.split('.').map(Number)
  const [found] = await rows.select<DatedRow>(
    `select ${FIELDS}, raw, length(raw) as raw_bytes, [] as cells,
       arrayMap(time -> toUnixTimestamp64Milli(time), times) as times_ms, time_labels from rows
     where ${OWN} and host_id = {host:UInt64} and batch_id = {batch:UInt64} and line = {line:UInt64} limit 1`,
    { host, batch, line },
  )
  return found
}

/** The newest rows of a host among `artifacts`, none dated more than a day ahead, with 600 bytes of each. One statement. */
export const newestRows = (rows: TenantRows, params: { hosts: number[]; artifacts: string[]; limit: number }) =>
  rows.select<StoredRow>(
    `select ${FIELDS}, substring(rows.raw, 1, 600) as raw, length(rows.raw) as raw_bytes, [] as cells
     from rows where ${OWN} and ${OF_HOST} and (batch_id, line) in (
       select batch_id, line from rows
       where ${OWN} and ${OF_HOST} and (event_time is null or event_time <= fromUnixTimestamp64Milli({farthest:Int64}))
       order by ${WHEN} desc, batch_id desc, line desc limit {limit:UInt32})
     order by ${WHEN} desc, batch_id desc, line desc limit {limit:UInt32}`,
    { ...params, farthest: farthestTrue() },
  )

/** Every artifact with its rows, hosts and last arrival; hosts that are `merged` into another count as that one. */
export const artifactList = (rows: TenantRows, merged: Merged[]) =>
  rows.select<{ artifact: string; rows: number; hosts: number; last_ingested_at_ms: number }>(
    `select artifact, count() as rows, uniqExact(${survivor(merged).sql}) as hosts,
       toUnixTimestamp64Milli(max(ingested_at)) as last_ingested_at_ms
     from rows where ${OWN} group by artifact order by artifact`,
    survivor(merged).params,
  )

/** Top-level columns of an artifact in 500 of its rows, the most common first; behind them what only says who sent a row. */
export async function columnNames(rows: TenantRows, artifact: string): Promise<string[]> {
  const found = await rows.select<{ name: string }>(
    `select arrayJoin(JSONExtractKeys(raw)) as name, count() as n, min(indexOf(JSONExtractKeys(raw), name)) as place
     from (select raw from rows where ${OWN} and artifact = {artifact:String} limit 500)
     group by name order by n desc, place limit 200`,
    { artifact },
  )
  const names = found.map(({ name }) => name)
  return [...names.filter((name) => !isCarried(name)), ...names.filter(isCarried)]
}

/** Rows stored per day of arrival, for the days that have any. */
export const storedPerDay = (rows: TenantRows, days: number) =>
  rows.select<{ day: string; rows: number }>(
    `select toString(toDate(ingested_at)) as day, count() as rows from rows
     where ${OWN} and ingested_at >= toStartOfDay(now()) - toIntervalDay({days:UInt32} - 1) group by day order by day`,
    { days },
  )

/** All rows, and those of the last 24 hours. */
export const totals = async (rows: TenantRows): Promise<{ total: number; last24h: number }> => {
  const [found] = await rows.select<{ total: number; last24h: number }>(
    `select count() as total, countIf(ingested_at > now64(3) - interval 1 day) as last24h from rows where ${OWN}`,
  )
  return found ?? { total: 0, last24h: 0 }
}
