import { parse, stringify } from 'lossless-json'
import type { Role } from '#server/modules/columns/schema.ts'
import {
  type ArtifactMap,
  type ColumnsOf,
  observablesSql,
  SIGHTINGS_SETTINGS,
  valueIn,
} from '#server/modules/columns/service.ts'
import { type Merged, survivor } from '#server/modules/hosts/service.ts'
import { type Condition, placesIn } from '#server/modules/language/service.ts'
import type { Params, TenantRows } from '#server/platform/telemetry.ts'
import type { LaneBy } from './schema.ts'

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
/** The order of events: time, then delivery, line, and which of the row's times it is. */
export type Key = [at: number, batch: number, line: number, n: number]
export type Side = 'before' | 'after'

export type Place = { host_id: number; artifact: string; batch_id: number; line: number }
export type FoundEvent = Place & { at: number; label: string; n: number }
export type FoundRow = Place & { raw: string; raw_bytes: number; arrived: number }

export const DENSITY_BINS = 96
export const MOST_LANES = 12
const EVER = 9_000_000_000_000_000
const RAW_BYTES = 16_384
const SECONDS = 20
const OWN = 'tenant_id = {tenant:UInt64}'

/** The next events on one side of a key, nearest first; without a key from the beginning, or from the end. */
export function eventPage(rows: TenantRows, narrowing: Narrowing, ask: { side: Side; key: Key | null; limit: number }) {
  const { side, key, limit } = ask
  const near = key === null ? narrowing : nearer(narrowing, side, key[0])
  const { sql, params } = eventsOf(near, 'artifact, batch_id, line', 'label')
  const [sign, dir] = side === 'after' ? ['>', 'asc'] : ['<', 'desc']
  const beyond =
    key === null ? '1' : `(at, batch_id, line, n) ${sign} ({kAt:Int64}, {kBatch:UInt64}, {kLine:UInt64}, {kN:UInt64})`
  const [kAt, kBatch, kLine, kN] = key ?? []
  return rows.select<FoundEvent>(
    `select host_id, artifact, batch_id, line, at, label, n from (${sql}) where ${beyond}
     order by at ${dir}, batch_id ${dir}, line ${dir}, n ${dir} limit {limit:UInt32}`,
    { ...params, limit, ...(key ? { kAt, kBatch, kLine, kN } : {}) },
    { seconds: SECONDS },
  )
}

const nearer = (narrowing: Narrowing, side: Side, at: number): Narrowing =>
  side === 'after'
    ? { ...narrowing, from: Math.max(narrowing.from ?? -EVER, at) }
    : { ...narrowing, to: Math.min(narrowing.to ?? EVER, at + 1) }

/** What stands in these rows, with at most 16 kB of each. */
export async function rowsAt(rows: TenantRows, places: Place[]): Promise<FoundRow[]> {
  if (places.length === 0) return []
  return rows.select<FoundRow>(
    `select host_id, artifact, batch_id, line, substring(rows.raw, 1, ${RAW_BYTES}) as raw, length(rows.raw) as raw_bytes,
       toUnixTimestamp64Milli(ingested_at) as arrived
     from rows where ${OWN} and artifact in {artifacts:Array(String)} and host_id in {hosts:Array(UInt64)}
       and (batch_id, line) in (
         select place.1, place.2 from (select arrayJoin(arrayZip({batches:Array(UInt64)}, {lines:Array(UInt64)})) as place))`,
    {
      artifacts: [...new Set(places.map(({ artifact }) => artifact))],
      hosts: [...new Set(places.map(({ host_id }) => host_id))],
      batches: places.map(({ batch_id }) => batch_id),
      lines: places.map(({ line }) => line),
    },
  )
}

const TELLING: Role[] = ['rule', 'command', 'process', 'path', 'url', 'domain', 'ip', 'user', 'hash']
const MOST_CELLS = 3
const CELL_CHARACTERS = 300

/** What a row is about, in at most three cells: what its artifact's columns are says which, else the first ones that say something. */
export function cellsOf(
  { raw, raw_bytes }: FoundRow,
  map: ArtifactMap | undefined,
): { column: string; text: string }[] {
  const row = raw.length < raw_bytes && raw_bytes > RAW_BYTES ? null : parsed(raw)
  if (!row) return [{ column: '', text: raw.slice(0, CELL_CHARACTERS) }]
  const told = (map?.columns ?? []).filter(({ role }) => TELLING.includes(role))
  const byRole = told.sort((a, b) => TELLING.indexOf(a.role) - TELLING.indexOf(b.role)).map(({ path }) => path)
  const times = new Set(map?.columns.filter(({ role }) => role === 'time').map(({ path }) => path))
  const others = Object.keys(row).filter((name) => !times.has(name) && !name.startsWith('_'))
  const cells = new Map<string, string>()
  for (const column of [...byRole, ...(byRole.length > 0 ? [] : others)]) {
    const text = textOf(valueIn(row, column)).slice(0, CELL_CHARACTERS)
    if (text !== '' && ![...cells.values()].includes(text)) cells.set(column, text)
    if (cells.size === MOST_CELLS) break
  }
  if (cells.size === 0) return [{ column: '', text: raw.slice(0, CELL_CHARACTERS) }]
  return [...cells].map(([column, text]) => ({ column, text }))
}

const textOf = (value: unknown): string =>
  value === undefined || value === null ? '' : typeof value === 'string' ? value : (stringify(value) ?? '')

function parsed(raw: string): Record<string, unknown> | null {
  try {
    return parse(raw) as Record<string, unknown>
  } catch {
    return null // longer than what was read of it
  }
}

/** The newest stored rows that bear no time, and how many there are: no window can hold or leave out any of them. */
export async function undatedRows(rows: TenantRows, narrowing: Narrowing, limit: number) {
  const { sql: conditions, params } = rowsWhere(narrowing)
  const where = `from rows where ${conditions} and empty(times)`
  const [counted] = await rows.select<{ n: number }>(`select count() as n ${where}`, params, { seconds: SECONDS })
  const total = counted?.n ?? 0
  if (total === 0) return { places: [], total }
  const places = await rows.select<Place>(
    `select host_id, artifact, batch_id, line ${where} order by batch_id desc, line desc limit {limit:UInt32}`,
    { ...params, limit },
    { seconds: SECONDS },
  )
  return { places, total }
}

export type DensityBin = {
  bin: number
  n: number
  first: number
  last: number
  inside: number
  low: number
  span: number
}

/**
 * How many events there are over the whole range, whatever the window, in at most 96 bins that are whole multiples of
 * `grainMs` long; and how many of them lie in the window. Bin b begins at (low + ceil(b × span / bins)) × grain.
 */
export function density(rows: TenantRows, narrowing: Narrowing, grainMs: number) {
  const { sql, params } = eventsOf({ ...narrowing, from: null, to: null }, '', '')
  return rows.select<DensityBin>(
    `select intDiv((tick - low_tick) * least(${DENSITY_BINS}, ticks), ticks) as bin, sum(events) as n,
       min(earliest) as first, max(latest) as last, sum(windowed) as inside, any(low_tick) as low, any(ticks) as span
     from (
       select tick, events, earliest, latest, windowed, min(tick) over () as low_tick, max(tick) over () - low_tick + 1 as ticks
       from (select toInt64(floor(at / {grain:UInt32})) as tick, count() as events, min(at) as earliest, max(at) as latest,
               countIf(at >= {insideFrom:Int64} and at < {insideTo:Int64}) as windowed
             from (${sql}) group by tick))
     group by bin order by bin`,
    { ...params, grain: grainMs, insideFrom: narrowing.from ?? -EVER, insideTo: narrowing.to ?? EVER },
    { seconds: SECONDS },
  )
}

export type FoundLane = { lane: string; events: number; bins: [bin: number, n: number][]; lanes: number }
export type Tagged = { row_id: string; tag: string }
type Lanes = { by: LaneBy; users: ColumnsOf[]; tags: Tagged[]; merged: Merged[]; bins: number }

/**
 * The fullest lanes of a window, each with its events per bin, and how many lanes there are. A lane's name is the id of a
 * host, an artifact, a user in the form of sightings, or a tag ('' where the row has none; with two it stands in both lanes).
 */
export function lanes(rows: TenantRows, narrowing: Narrowing & { from: number; to: number }, asked: Lanes) {
  const { by, users, tags, merged, bins } = asked
  const named = by === 'user' ? usersOf(narrowing, users) : by === 'tag' ? tagsOf(tags) : null
  const events = eventsOf(narrowing, by === 'artifact' ? 'artifact' : by === 'host' ? '' : 'batch_id, line', '')
  const placed = named ? withNames(events, named) : events
  const host = survivor(merged)
  const lane =
    by === 'host' ? `toString(${host.sql})` : by === 'artifact' ? 'toString(artifact)' : named ? 'name' : `''`
  return rows.select<FoundLane>(
    `select lane, sum(n) as events, groupArray((bin, n)) as bins, count() over () as lanes
     from (select ${lane} as lane, intDiv((at - {from:Int64}) * {bins:Int64}, {to:Int64} - {from:Int64}) as bin, count() as n
           from (${placed.sql}) group by lane, bin)
     group by lane order by events desc, lane limit ${MOST_LANES}`,
    { ...placed.params, ...host.params, bins },
    { seconds: SECONDS, settings: by === 'user' ? SIGHTINGS_SETTINGS : {} },
  )
}

/** Events with each name that their row has; '' where it has none. */
const withNames = (events: Condition, named: Condition): Condition => ({
  sql: `select at, name from (${events.sql}) as events left join (${named.sql}) as named using (batch_id, line)`,
  params: { ...events.params, ...named.params },
})

/** SQL: the users that rows name, each once, as `name` with `batch_id` and `line`; null where no column is one. */
function usersOf(narrowing: Narrowing, maps: ColumnsOf[]): Condition | null {
  const where = rowsWhere(narrowing)
  const found = observablesSql(maps, `${where.sql} and notEmpty(times)`)
  if (!found) return null
  const sql = `select distinct batch_id, line, value as name from (${found})`
  return { sql, params: { ...where.params, idn: [], ascii: [] } }
}

/** SQL: the tags of rows as `name` with `batch_id` and `line`. */
function tagsOf(tags: Tagged[]): Condition {
  const [, tagBatches, tagLines] = placesIn(tags.map(({ row_id }) => row_id))
  const zipped = 'arrayZip({tagBatches:Array(UInt64)}, {tagLines:Array(UInt64)}, {tags:Array(String)})'
  return {
    sql: `select tagged.1 as batch_id, tagged.2 as line, tagged.3 as name from (select arrayJoin(${zipped}) as tagged)`,
    params: { tagBatches, tagLines, tags: tags.map(({ tag }) => tag) },
  }
}

/** SQL: every labelled time of the rows that lies in the window, as `at` (moved by its host's clock offset), `n` counting from 1. */
export function eventsOf(narrowing: Narrowing, columns: string, label: 'label' | ''): Condition {
  const { sql: conditions, params } = rowsWhere(narrowing)
  const { from, to, shifts } = narrowing
  const shift =
    shifts.length > 0 ? ' + transform(host_id, {shifted:Array(UInt64)}, {shifts:Array(Int64)}, toInt64(0))' : ''
  const one = `(toUnixTimestamp64Milli(event_at)${shift}, event_n${label ? ', event_label' : ''})`
  const read = label
    ? `arrayMap((event_at, event_n, event_label) -> ${one}, times, arrayEnumerate(times), time_labels)`
    : `arrayMap((event_at, event_n) -> ${one}, times, arrayEnumerate(times))`
  const windowed =
    from === null && to === null ? read : `arrayFilter(e -> e.1 >= {from:Int64} and e.1 < {to:Int64}, ${read})`
  return {
    sql: `select host_id, ${columns ? `${columns}, ` : ''}event.1 as at, event.2 as n${label ? ', event.3 as label' : ''}
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
function rowsWhere({ condition, hostIds }: Narrowing): Condition {
  const params: Params = { ...condition?.params }
  if (hostIds) params.hosts = hostIds
  const conditions = [
    OWN,
    ...(hostIds ? ['host_id in {hosts:Array(UInt64)}'] : []),
    ...(condition ? [condition.sql] : []),
  ]
  return { sql: conditions.join(' and '), params }
}
