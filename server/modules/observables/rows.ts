import type { Typed } from '#server/modules/columns/service.ts'
import { inTime, type TenantRows } from '#server/platform/telemetry.ts'
import type { Fleet } from './queries.ts'

type Value = Pick<Typed, 'type' | 'value'>

const OWN = 'tenant_id = {tenant:UInt64}'
const VALUE = 'type = {type:String} and value = {value:String}'
const MS = (time: string) => `toUnixTimestamp64Milli(${time})`

export const keyOf = ({ type, value }: Value) => `${type} ${value}`

/** On how many hosts each of these values was seen; a value that was not is missing. */
export async function hostsWith(rows: TenantRows, values: Value[], fleet: Fleet): Promise<Map<string, number>> {
  if (values.length === 0) return new Map()
  const found = await rows.select<Value & { hosts: number }>(
    `select type, value, ${fleet.seenOn} as hosts from sightings
     where ${OWN} and (type, value) in (
       select pair.1, pair.2 from (select arrayJoin(arrayZip({types:Array(String)}, {values:Array(String)})) as pair))
     group by type, value`,
    { types: values.map(({ type }) => type), values: values.map(({ value }) => value), ...fleet.host.params },
    { maxRows: values.length },
  )
  return new Map(found.map((one) => [keyOf(one), one.hosts]))
}

export type Place = {
  artifact: string
  field: string
  hosts: number
  rows: number
  first_ms: number | null
  last_ms: number | null
  undated: number
}
export type Whole = Place & { shape: string; deliveries: number; level: number }

const MOST_PLACES = 200

/** Where a value occurs: first all together (`level` 1), then each artifact and field, most hosts first. */
export const placesOf = (rows: TenantRows, { type, value }: Value, fleet: Fleet) =>
  rows.select<Whole>(
    `select artifact, field, uniqExact(${fleet.host.sql}) as hosts, sum(rows) as rows, ${MS('min(first_seen)')} as first_ms,
       ${MS('max(last_seen)')} as last_ms, countIf(first_seen is null) as undated, any(shape) as shape,
       uniqExact(batch_id) as deliveries, grouping(artifact) as level
     from sightings final where ${OWN} and ${VALUE}
     group by grouping sets ((), (artifact, field))
     order by level desc, hosts desc, rows desc, artifact, field limit ${MOST_PLACES + 1}`,
    { type, value, ...fleet.host.params },
  )

export type HostPlace = {
  host_id: number
  rows: number
  first_ms: number | null
  last_ms: number | null
  artifacts: string[]
}

/** The hosts that have a value, the latest sighting first. */
export const hostsOfValue = (rows: TenantRows, { type, value }: Value, fleet: Fleet, limit: number) =>
  rows.select<HostPlace>(
    `select host as host_id, sum(rows) as rows, ${MS('min(first_seen)')} as first_ms, ${MS('max(last_seen)')} as last_ms,
       arraySort(groupUniqArray(20)(artifact)) as artifacts
     from (select ${fleet.host.sql} as host, rows, first_seen, last_seen, artifact from sightings final where ${OWN} and ${VALUE})
     group by host order by max(last_seen) desc nulls last, host limit {limit:UInt32}`,
    { type, value, limit, ...fleet.host.params },
  )

export type DayHosts = { day: string; hosts: number }

/** On how many hosts each day begins or ends what a delivery saw of a value, for the days from `since` on. */
export const daysOf = (rows: TenantRows, { type, value }: Value, fleet: Fleet, since: string) =>
  rows.select<DayHosts>(
    `select toString(seen_on) as day, uniqExact(host) as hosts from (
       select ${fleet.host.sql} as host, arrayJoin(arrayDistinct([toDate(first_seen), toDate(last_seen)])) as seen_on
       from sightings final where ${OWN} and ${VALUE} and first_seen is not null)
     where seen_on >= {since:Date} group by seen_on order by seen_on`,
    { type, value, since, ...fleet.host.params },
  )

export type Counted = Value & { hosts: number; last_ms: number | null }

/** Other values of the same shape, most hosts first; null when looking for them takes too long. */
export const sameShape = (rows: TenantRows, { type, value }: Value, shape: string, fleet: Fleet, limit: number) =>
  inTime(
    rows.select<Counted>(
      `select type, value, uniqExact(${fleet.host.sql}) as hosts, ${MS('max(last_seen)')} as last_ms from sightings
       where ${OWN} and type = {type:String} and shape = {shape:String} and value != {value:String}
       group by type, value order by hosts desc, last_ms desc, value limit {limit:UInt32}`,
      { type, value, shape, limit, ...fleet.host.params },
    ),
  )

export type Sighted = { artifact: string; host_id: number; batch_id: number; last_ms: number | null }

/** Some of the places where rows have a value, the latest of each artifact first. */
export const someSightings = (rows: TenantRows, { type, value }: Value, each: number) =>
  rows.select<Sighted>(
    `select artifact, host_id, batch_id, ${MS('max(last_seen)')} as last_ms from sightings final where ${OWN} and ${VALUE}
     group by artifact, host_id, batch_id order by max(last_seen) desc nulls last, batch_id desc limit {each:UInt32} by artifact
     limit 60`,
    { type, value, each },
  )

const MOST_LINES = 500
const LONGEST_LINE = 16_384

/**
 * Rows at these places in which a value can stand, as they came; null when looking takes too long. Rows of over 16 KiB are
 * not looked at: they are read here, where they hold up others.
 */
export const rowsHolding = (rows: TenantRows, { value }: Value, places: Sighted[]) =>
  inTime(
    rows.select<{ artifact: string; raw: string }>(
      `select artifact, rows.raw as raw from rows
       where ${OWN} and artifact in {artifacts:Array(String)} and (artifact, host_id, batch_id) in (
           select place.1, place.2, place.3 from (
             select arrayJoin(arrayZip({artifacts:Array(String)}, {hosts:Array(UInt64)}, {batches:Array(UInt64)})) as place))
         and length(rows.raw) <= ${LONGEST_LINE} and positionCaseInsensitive(rows.raw, {part:String}) > 0
       limit ${MOST_LINES}`,
      {
        part: partOf(value),
        artifacts: places.map(({ artifact }) => artifact),
        hosts: places.map(({ host_id }) => host_id),
        batches: places.map(({ batch_id }) => batch_id),
      },
    ),
  )

/**
 * The longest part of a value that every row with it has, whichever way JSON wrote it and whatever its one form folds; ''
 * when none is sure. Letters beyond ASCII fold into others and may be written as code points.
 */
function partOf(value: string): string {
  if (value.startsWith('sha256:') || value.includes('xn--')) return ''
  const parts = value.match(/(?<![\u0080-\uffff])[0-9A-Za-z._-]+(?![\u0080-\uffff])/g) ?? []
  return parts.reduce((longest, part) => (part.length > longest.length ? part : longest), '')
}

/** A row near another: where it lies and its beginning. */
export type NearRow = { host_id: number; artifact: string; batch_id: number; line: number; at_ms: number; raw: string }

/** Rows of a host within a second of a moment, in time's order; null when looking takes too long. */
export const rowsAround = (rows: TenantRows, hosts: number[], at: number, limit: number) =>
  inTime(
    rows.select<NearRow>(
      `select host_id, artifact, batch_id, line, ${MS('event_time')} as at_ms, substring(rows.raw, 1, 600) as raw from rows
       where ${OWN} and host_id in {hosts:Array(UInt64)} and event_time >= fromUnixTimestamp64Milli({from:Int64})
         and event_time <= fromUnixTimestamp64Milli({to:Int64})
       order by event_time, batch_id, line limit {limit:UInt32}`,
      { hosts, from: at - 1000, to: at + 1000, limit },
    ),
  )

const LOOKED_AT = 20_000

/** Values that only deliveries from `batch` on have brought, on the fewest hosts; null when looking takes too long. */
export const rarestNew = (rows: TenantRows, batch: number, fleet: Fleet, limit: number) =>
  inTime(
    rows.select<Counted>(
      `select type, value, uniqExact(${fleet.host.sql}) as hosts, ${MS('max(last_seen)')} as last_ms from sightings
       where ${OWN} and (type, value) in (
         select type, value from sightings
         where ${OWN} and batch_id >= {batch:UInt64} and type in ('hash', 'path', 'domain', 'ip', 'process')
         group by type, value limit ${LOOKED_AT})
       group by type, value having min(batch_id) >= {batch:UInt64}
       order by hosts, last_ms desc nulls last, type, value limit {limit:UInt32}`,
      { batch, limit, ...fleet.host.params },
    ),
  )

type RowText = { path: string; role: string; text: string }

/** A value that stands beside another in so many rows, in one of their fields. */
export type Neighbour = Typed & { field: string; rows: number }

const EACH_FIELD = 12
const MOST_NEIGHBOURS = 150

/** Each different text of these rows once, and for each row the places of its own: hundreds of rows say much the same. */
export function differentTexts(rows: RowText[][]): { texts: RowText[]; of: number[][] } {
  const columns = new Map<string, Map<string, number>>()
  const texts: RowText[] = []
  const placeOf = (one: RowText) => {
    const column = `${one.role} ${one.path}`
    const places = columns.get(column) ?? new Map<string, number>()
    if (places.size === 0) columns.set(column, places)
    const place = places.get(one.text) ?? texts.push(one) - 1
    places.set(one.text, place)
    return place
  }
  return { texts, of: rows.map((row) => row.map(placeOf)) }
}

/** What stands in most of the rows that hold `value`, some of each type and field. `typed` are the values of each text. */
export function besideIn(
  value: Value,
  { texts, of }: ReturnType<typeof differentTexts>,
  typed: (text: RowText) => Typed[],
): Neighbour[] {
  const known = new Map<string, Neighbour>()
  const once = (one: Neighbour) => {
    const key = `${one.type} ${one.field} ${one.value}`
    return known.get(key) ?? known.set(key, one).get(key)!
  }
  const told = texts.map((text) => typed(text).map((is) => once({ ...is, field: text.path, rows: 0 })))
  const isIt = (one: Value) => one.type === value.type && one.value === value.value
  for (const places of of) {
    const values = [...new Set(places.flatMap((place) => told[place]!))]
    if (values.some(isIt)) for (const one of values) one.rows += 1
  }
  return commonest([...known.values()].filter((one) => one.rows > 0 && !isIt(one)))
}

function commonest(found: Neighbour[]): Neighbour[] {
  const taken = new Map<string, number>()
  const some = found
    .sort((a, b) => b.rows - a.rows || (a.value < b.value ? -1 : 1))
    .filter(({ type, field }) => {
      const before = taken.get(`${type} ${field}`) ?? 0
      taken.set(`${type} ${field}`, before + 1)
      return before < EACH_FIELD
    })
  return some.slice(0, MOST_NEIGHBOURS)
}
