import { parse, stringify } from 'lossless-json'
import type { Role } from '#server/modules/columns/schema.ts'
import { type ArtifactMap, type ColumnsOf, SIGHTINGS_SETTINGS, valueIn } from '#server/modules/columns/service.ts'
import { type Merged, survivor } from '#server/modules/hosts/service.ts'
import type { TenantRows } from '#server/platform/telemetry.ts'
import type { LaneBy } from './schema.ts'
import {
  EVER,
  eventsOf,
  type Narrowing,
  OWN,
  rowsWhere,
  type Tagged,
  tagsOf,
  usersOf,
  withNames,
} from './sql/events.ts'

export { eventsOf, type Narrowing, type Shift } from './sql/events.ts'

/** The order of events: time, then delivery, line, and which of the row's times it is. */
export type Key = [at: number, batch: number, line: number, n: number]
export type Side = 'before' | 'after'

export type Place = { host_id: number; artifact: string; batch_id: number; line: number }
export type FoundEvent = Place & { at: number; n: number }
export type FoundRow = Place & { raw: string; raw_bytes: number; labels: string[]; arrived: number }

const DENSITY_BINS = 96
export const MOST_LANES = 12
const HOUR_MS = 3_600_000
const RAW_BYTES = 16_384
const SECONDS = 20

/** The next events on one side of a key, nearest first; without a key from the beginning, or from the end. */
export function eventPage(rows: TenantRows, narrowing: Narrowing, ask: { side: Side; key: Key | null; limit: number }) {
  const { side, key, limit } = ask
  const near = key === null ? narrowing : nearer(narrowing, side, key[0])
  const { sql, params } = eventsOf(near, 'artifact, batch_id, line')
  const [sign, dir] = side === 'after' ? ['>', 'asc'] : ['<', 'desc']
  const beyond =
    key === null ? '1' : `(at, batch_id, line, n) ${sign} ({kAt:Int64}, {kBatch:UInt64}, {kLine:UInt64}, {kN:UInt64})`
  const [kAt, kBatch, kLine, kN] = key ?? []
  return rows.select<FoundEvent>(
    `select host_id, artifact, batch_id, line, at, n from (${sql}) where ${beyond}
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
    `select host_id, artifact, batch_id, line, substring(rows.raw, 1, ${RAW_BYTES}) as raw, length(rows.raw) as raw_bytes, time_labels as labels,
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
const START_CHARACTERS = 300

/** What a row is about, in at most three cells: what its artifact's columns are says which, else the first ones that say something. */
export function cellsOf(
  { raw, raw_bytes }: FoundRow,
  map: ArtifactMap | undefined,
): { column: string; text: string }[] {
  const row = raw.length < raw_bytes && raw_bytes > RAW_BYTES ? null : parsed(raw)
  if (!row) return [{ column: '', text: raw.slice(0, START_CHARACTERS) }]
  const told = (map?.columns ?? []).filter(({ role }) => TELLING.includes(role))
  const byRole = told.sort((a, b) => TELLING.indexOf(a.role) - TELLING.indexOf(b.role)).map(({ path }) => path)
  const times = new Set(map?.columns.filter(({ role }) => role === 'time').map(({ path }) => path))
  const others = Object.keys(row).filter((name) => !times.has(name) && !name.startsWith('_'))
  const cells = new Map<string, string>()
  for (const column of [...byRole, ...(byRole.length > 0 ? [] : others)]) {
    const text = textOf(valueIn(row, column))
    if (text !== '' && ![...cells.values()].includes(text)) cells.set(column, text)
    if (cells.size === MOST_CELLS) break
  }
  if (cells.size === 0) return [{ column: '', text: raw.slice(0, START_CHARACTERS) }]
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

type DensityBin = {
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
function density(rows: TenantRows, narrowing: Narrowing, grainMs: number) {
  const { sql, params } = eventsOf({ ...narrowing, from: null, to: null }, '')
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

/** Events per bin over the whole range; the window changes nothing but `inside`. Bins are whole minutes, hours or more. */
export async function densityOf(rows: TenantRows, narrowing: Narrowing) {
  const coarse = await density(rows, narrowing, HOUR_MS)
  const grain = (coarse[0]?.span ?? 0) <= 24 ? 60_000 : HOUR_MS
  const found = grain === HOUR_MS || coarse.length === 0 ? coarse : await density(rows, narrowing, grain)
  const sum = (of: 'n' | 'inside') => found.reduce((total, bin) => total + bin[of], 0)
  const { low = 0, span = 0 } = found[0] ?? {}
  const count = Math.min(DENSITY_BINS, span)
  const edge = (bin: number) => (low + Math.ceil((bin * span) / count)) * grain
  const filled = new Map(found.map(({ bin, n }) => [bin, n]))
  return {
    total: sum('n'),
    inside: sum('inside'),
    first: found.length > 0 ? Math.min(...found.map(({ first }) => first)) : null,
    last: found.length > 0 ? Math.max(...found.map(({ last }) => last)) : null,
    bins: Array.from({ length: count }, (_, bin) => ({
      from: new Date(edge(bin)),
      to: new Date(edge(bin + 1)),
      n: filled.get(bin) ?? 0,
    })),
  }
}

export type FoundLane = { lane: string; events: number; bins: [bin: number, n: number][]; lanes: number }
type Lanes = { by: LaneBy; users: ColumnsOf[]; tags: Tagged[]; merged: Merged[]; bins: number }

/**
 * The fullest lanes of a window, each with its events per bin, and how many lanes there are. A lane's name is the id of a
 * host, an artifact, a user in the form of sightings, or a tag ('' where the row has none; with two it stands in both lanes).
 */
export function lanes(rows: TenantRows, narrowing: Narrowing & { from: number; to: number }, asked: Lanes) {
  const { by, users, tags, merged, bins } = asked
  const named = by === 'user' ? usersOf(narrowing, users) : by === 'tag' ? tagsOf(tags) : null
  const events = eventsOf(narrowing, by === 'artifact' ? 'artifact' : by === 'host' ? '' : 'batch_id, line')
  const placed = named ? withNames(events, named) : events
  const host = survivor(merged)
  const lane =
    by === 'host' ? `toString(${host.sql})` : by === 'artifact' ? 'toString(artifact)' : named ? 'name' : `''`
  const bin = 'intDiv((at - {from:Int64}) * {bins:Int64}, {to:Int64} - {from:Int64})'
  // Hosts are many, each with few events: their bins are listed and counted, for half of what groups of both cost.
  const counted =
    by === 'host'
      ? `select lane, toUInt64(length(held)) as events, arrayMap(b -> (b, countEqual(held, b)), arrayDistinct(held)) as bins,
           count() over () as lanes
         from (select ${lane} as lane, groupArray(toUInt16(${bin})) as held from (${placed.sql}) group by lane)`
      : `select lane, sum(n) as events, groupArray((bin, n)) as bins, count() over () as lanes
         from (select ${lane} as lane, ${bin} as bin, count() as n from (${placed.sql}) group by lane, bin) group by lane`
  return rows.select<FoundLane>(
    `${counted} order by events desc, lane limit ${MOST_LANES}`,
    { ...placed.params, ...host.params, bins },
    { seconds: SECONDS, settings: by === 'user' ? SIGHTINGS_SETTINGS : {} },
  )
}
