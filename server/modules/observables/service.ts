import {
  cellPaths,
  cellTexts,
  mapsOf,
  observableOf,
  rowTexts,
  sourceOf,
  type Typed,
  timeReader,
  typedTexts,
} from '#server/modules/columns/service.ts'
import { mapsFor } from '#server/modules/language/service.ts'
import type { ObservableType } from '#server/modules/verdicts/schema.ts'
import { type Decision, type Verdict, verdictOn, verdictsFor } from '#server/modules/verdicts/service.ts'
import { now } from '#server/platform/clock.ts'
import { AppError } from '#server/platform/errors.ts'
import { inTime } from '#server/platform/telemetry.ts'
import type { DetachedCtx } from '#server/platform/trpc.ts'
import { type Fleet, fleetOf, hostsNamed, newestFrom } from './queries.ts'
import {
  besideIn, daysOf, differentTexts, hostsOfValue, hostsWith, keyOf, placesOf, rarestNew, rowsAround, rowsHolding,
  type Sighted, sameShape, someSightings,
} from './rows.ts' // biome-ignore format: a list to read across
import type { Cell, Observable } from './schema.ts'

export type { Verdict } from '#server/modules/verdicts/service.ts'

type Reader = Pick<DetachedCtx, 'rows' | 'transact'>
type Value = Pick<Typed, 'type' | 'value'>

/** What a cell is, on how many hosts its value was seen, and what was decided about it. */
export type CellObservable = Typed & { hosts: number; totalHosts: number; verdict: Verdict | null }

/** What each of these cells is, in their order; null for one that is no observable. */
export async function ofCells(ctx: Reader, cells: Cell[]): Promise<(CellObservable | null)[]> {
  if (cells.length === 0) return []
  const artifacts = [...new Set(cells.map(({ artifact }) => artifact))]
  const { maps, fleet } = await ctx.transact('read only', async (own) => ({
    maps: await mapsOf(own.db, artifacts, async (unknown) => cellPaths(cells, unknown)),
    fleet: await fleetOf(own),
  }))
  const texts = cells.map((cell) => cellTexts(cell, maps.get(cell.artifact)?.columns ?? []))
  const typed = await typedTexts(ctx.rows, texts.flat())
  const ofCell = texts.map((some) => some.map((text) => typed(text)[0]).find(Boolean) ?? null)
  const values = [...new Map(ofCell.flatMap((one) => (one ? [[keyOf(one), one]] : []))).values()]
  const told = await toldOf(ctx, values, fleet)
  return ofCell.map((one, at) => one && told(one, cells[at]!.host ?? null))
}

/** Tells of a value how many hosts have it and what was decided about it, after asking for all of them at once. */
async function toldOf(ctx: Reader, values: Typed[], fleet: Fleet) {
  const [hosts, decisions] = await Promise.all([
    hostsWith(ctx.rows, values, fleet),
    values.length === 0 ? [] : ctx.transact('read only', ({ db }) => verdictsFor(db, values)),
  ])
  const by = new Map<string, Decision[]>()
  for (const one of decisions) {
    const key = one.scope === 'shape' ? `shape ${one.type} ${one.shape}` : keyOf(one)
    by.set(key, [...(by.get(key) ?? []), one])
  }
  return (one: Typed, hostId: number | null): CellObservable => {
    const about = [...(by.get(keyOf(one)) ?? []), ...(by.get(`shape ${one.type} ${one.shape}`) ?? [])]
    return {
      ...one,
      hosts: hosts.get(keyOf(one)) ?? 0,
      totalHosts: fleet.hosts,
      verdict: about.length === 0 ? null : verdictOn(about, one, hostId),
    }
  }
}

const MOST_HOSTS = 20
const MOST_ALIKE = 20
const MOST_AROUND = 15
const EACH_ARTIFACT = 8
const WEEKS = 28
const DAY_MS = 86_400_000

/**
 * Everything sightings and their rows say of a value: where and when, on which hosts, beside what. Parts that would take
 * too long are null. A value that nobody has seen has no places.
 */
export async function dossierOf(ctx: DetachedCtx, asked: Observable) {
  const one: Typed = { ...asked, shape: observableOf(asked.type, asked.value)?.shape ?? '' }
  const fleet = await ctx.transact('read only', fleetOf)
  const [grouped, hosts, sightings] = await Promise.all([
    placesOf(ctx.rows, one, fleet),
    hostsOfValue(ctx.rows, one, fleet, MOST_HOSTS),
    someSightings(ctx.rows, one, EACH_ARTIFACT),
  ])
  const whole = grouped.find(({ level }) => Number(level) === 1)
  const seen = whole && whole.rows > 0 ? whole : null
  const value = { ...one, shape: seen?.shape ?? one.shape }
  const until = calendarEnd(seen?.last_ms ?? null)
  const [days, alike, neighbours, around] = await Promise.all([
    seen ? daysOf(ctx.rows, value, fleet, new Date(until - (WEEKS * 7 - 1) * DAY_MS).toISOString().slice(0, 10)) : [],
    seen && value.shape ? alikeTo(ctx, value, fleet) : [],
    besides(ctx, value, sightings, fleet),
    latestAround(ctx, sightings),
  ])
  const { names, timesOf } = await ctx.transact('read only', async (own) => ({
    names: await hostsNamed(
      own,
      [...hosts, ...(around ?? [])].map(({ host_id }) => host_id),
    ),
    timesOf: await timeReader(own.db, around ?? []),
  }))
  return {
    ...value,
    totalHosts: fleet.hosts,
    whole: seen && { ...dated(seen), hosts: seen.hosts, rows: seen.rows, deliveries: seen.deliveries },
    places: grouped.filter(({ level }) => Number(level) === 0).map((place) => ({ ...place, ...dated(place) })),
    hosts: hosts.map((host) => ({ ...host, ...dated(host), hostname: names.get(host.host_id)?.hostname ?? 'unknown' })),
    calendar: { until: new Date(until).toISOString().slice(0, 10), weeks: WEEKS, days },
    alike,
    neighbours,
    around: around?.map(({ at_ms, ...row }) => ({ ...row, at: new Date(at_ms), source: sourceOf(timesOf(row), 0, at_ms), hostname: names.get(row.host_id)?.hostname ?? 'unknown', id: `${row.host_id}.${row.batch_id}.${row.line}` })) ?? null, // biome-ignore format: one line
  }
}

const dated = ({ first_ms, last_ms }: { first_ms: number | null; last_ms: number | null }) => ({
  first_seen: first_ms === null ? null : new Date(first_ms),
  last_seen: last_ms === null ? null : new Date(last_ms),
})

/** The last day of the calendar: today, or the day of the last sighting where that is longer ago than a calendar. */
function calendarEnd(last: number | null): number {
  const today = now().getTime()
  return last !== null && last < today - (WEEKS - 1) * 7 * DAY_MS ? last : today
}

/** Other values of the same shape, each with its own number of hosts and verdict. */
async function alikeTo(ctx: DetachedCtx, value: Typed, fleet: Fleet) {
  const found = await sameShape(ctx.rows, value, value.shape, fleet, MOST_ALIKE)
  if (found === null) return null
  const typed = found.map(({ type, value: other }): Typed => ({ type, value: other, shape: value.shape }))
  const told = await toldOf(ctx, typed, fleet)
  return typed.map((one) => told(one, null))
}

/** What stands beside a value, each with its own number of hosts and verdict. */
async function besides(ctx: DetachedCtx, value: Value, sightings: Sighted[], fleet: Fleet) {
  const artifacts = [...new Set(sightings.map(({ artifact }) => artifact))]
  if (artifacts.length === 0) return []
  const [maps, found] = await Promise.all([mapsFor(ctx, artifacts), rowsHolding(ctx.rows, value, sightings)])
  if (found === null) return null
  const stand = differentTexts(found.map(({ artifact, raw }) => rowTexts(raw, maps.get(artifact)?.columns ?? [])))
  const typed = await inTime(typedTexts(ctx.rows, stand.texts))
  if (typed === null) return null
  const beside = besideIn(value, stand, typed)
  const told = await toldOf(ctx, beside, fleet)
  return beside.map(({ field, rows, ...one }) => ({ ...told(one, null), field, rows }))
}

async function latestAround(ctx: DetachedCtx, sightings: Sighted[]) {
  const latest = sightings.find(({ last_ms }) => last_ms !== null)
  return latest ? rowsAround(ctx.rows, [latest.host_id], latest.last_ms!, MOST_AROUND) : []
}

// A value of these types is one whether or not anybody has seen it; others could be anything.
const SURE: ObservableType[] = ['hash', 'ip', 'url', 'domain', 'path']
const TYPES: ObservableType[] = [...SURE, 'process', 'command', 'user', 'host', 'rule']

/** What a pasted text can be, those that were seen first; sightings are counted for each. */
export async function findPasted(ctx: Reader, text: string) {
  const forms = [...new Set([text, refanged(text)])]
  const read = TYPES.flatMap((type) => forms.flatMap((form) => {
    const found = observableOf(type, form)
    return found ? [{ type, ...found }] : []
  })) // biome-ignore format: two levels
  const values = [...new Map(read.map((one) => [keyOf(one), one])).values()]
  const told = await toldOf(ctx, values, await ctx.transact('read only', fleetOf))
  const found = values.map((one) => told(one, null))
  const seen = found.filter(({ hosts }) => hosts > 0)
  // An address of a page is a path, too, to somebody who has never seen it.
  const sure = found.filter(({ type, hosts }) => hosts === 0 && SURE.includes(type)).slice(0, 1)
  return seen.length > 0 ? seen.sort((a, b) => TYPES.indexOf(a.type) - TYPES.indexOf(b.type)) : sure
}

/** A value as it was before somebody made it harmless to click: hxxp, [.], (dot). */
export const refanged = (text: string) =>
  text
    .trim()
    .replace(/^[`'"<]+|[`'">]+$/g, '')
    .replace(/^(h)(?:xx|\*\*|tt)(ps?)(?=\[?:)/i, '$1tt$2')
    .replace(/^f[tx]p(?=\[?:)/i, 'ftp')
    .replace(/\s*[[({]\s*(?:\.|dot)\s*[\])}]\s*/gi, '.')
    .replace(/[[(](:\/\/|:|\/|@)[\])]/g, '$1')
    .replace(/[[(]at[\])]/gi, '@')

/** A value in its one form, the hosts that have it and what was decided. Throws `invalid` for what is no such value. */
export async function prevalenceOf(ctx: Reader, { type, value }: Observable): Promise<CellObservable> {
  const read = /^sha256:[0-9a-f]{64}$/.test(value) ? { value, shape: '' } : observableOf(type, value)
  if (!read) throw new AppError('invalid', `This is no ${type}.`, { value: `Not a ${type}.` })
  const one = { type, ...read }
  const told = await toldOf(ctx, [one], await ctx.transact('read only', fleetOf))
  return told(one, null)
}

const MOST_NEW = 25

/** The rarest values that the last deliveries brought first, with what was decided; null when looking takes too long. */
export async function newestValues(ctx: Reader) {
  const { from, fleet } = await ctx.transact('read only', async (own) => ({
    from: await newestFrom(own),
    fleet: await fleetOf(own),
  }))
  if (from === null) return []
  const found = await rarestNew(ctx.rows, from, fleet, MOST_NEW)
  if (found === null) return null
  const told = await toldOf(ctx, found.map((one) => ({ ...one, shape: '' })), fleet) // biome-ignore format: one line
  return found.map(({ last_ms, ...one }) => ({
    ...told({ ...one, shape: '' }, null),
    last_seen: last_ms === null ? null : new Date(last_ms),
  }))
}
