import type { Moment, Span, Unit, When } from './draft.ts'
import { QueryError } from './flaw.ts'
import { nearest } from './nearest.ts'

/** A stretch of time in milliseconds since 1970, the end not in it; `exact`: an instant, not a day or a minute. */
export type Stretch = { from: number; to: number; exact: boolean }

const MS: Record<Unit, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 }
const DAY = /^(\d{4})-(\d\d)(?:-(\d\d))?$/

/** When something was written to be: a day is all of it, a minute too. Days begin at midnight UTC where no zone is named. */
export function stretchOf(when: When, now: number): Stretch {
  if (when.is === 'last') return { from: back(when, now - when.count * MS[when.unit]), to: now + 1, exact: false }
  if (when.is === 'day') {
    const today = Math.floor(now / MS.d) * MS.d
    const from = when.day === 'today' ? today : today - MS.d
    return { from, to: from + MS.d, exact: false }
  }
  return momentOf(when, now)
}

/** The stretch a moment covers. Throws QueryError for a day, clock or zone that is none. */
export function momentOf(moment: Moment, now: number): Stretch {
  if (moment.is === 'now') {
    const at = moment.offsets.reduce((sum, { count, unit }) => sum + count * MS[unit], now)
    return { from: back(moment, at), to: at + 1, exact: true }
  }
  const [year, month, day] = dayOf(moment)
  const zone = moment.zone ? zoneOf(moment.zone) : 'UTC'
  const from = clockOf(moment)
  const start = utcOf([year, month - 1, day ?? 1, from.hours, from.minutes, from.seconds, from.ms], zone)
  if (moment.clock === null) {
    const next = day === null ? ([year, month, 1] as const) : ([year, month - 1, day + 1] as const)
    return { from: start, to: utcOf([...next, 0, 0, 0, 0], zone), exact: false }
  }
  return { from: start, to: start + from.step, exact: true }
}

// Beyond these the row engine keeps no time.
function back(place: Span, at: number): number {
  if (at < Date.UTC(1900, 0, 1) || at > Date.UTC(2299, 11, 31))
    throw new QueryError('That time is too far away.', place)
  return at
}

function dayOf(moment: Moment & { is: 'date' }): [number, number, number | null] {
  const [, year, month, day] = moment.date.match(DAY)!.map(Number)
  const last = new Date(Date.UTC(year!, month!, 0)).getUTCDate()
  const wrong = month! < 1 || month! > 12 || (day !== undefined && !Number.isNaN(day) && (day < 1 || day > last))
  if (wrong) throw new QueryError(`There is no day ${moment.date}.`, { at: moment.at, length: moment.date.length })
  if (year! < 1900 || year! > 2298)
    throw new QueryError('The year must lie between 1900 and 2298.', { at: moment.at, length: 4 })
  return [year!, month!, day === undefined || Number.isNaN(day) ? null : day]
}

function clockOf({ clock, ...moment }: Moment & { is: 'date' }) {
  if (clock === null) return { hours: 0, minutes: 0, seconds: 0, ms: 0, step: MS.d }
  const [hours, minutes, rest] = clock.split(':')
  const [seconds, fraction] = rest?.split('.') ?? []
  const read = {
    hours: Number(hours),
    minutes: Number(minutes),
    seconds: Number(seconds ?? 0),
    ms: Number((fraction ?? '').padEnd(3, '0').slice(0, 3)),
    step: fraction ? 1 : seconds ? MS.s : MS.m,
  }
  if (read.hours > 23 || read.minutes > 59 || read.seconds > 59) {
    throw new QueryError(`There is no time of day ${clock}.`, moment)
  }
  return read
}

type Clock = readonly [
  year: number,
  month: number,
  day: number,
  hours: number,
  minutes: number,
  seconds: number,
  ms: number,
]

/** The instant a clock in `zone` shows this: the first of two; where the clock was set forward, the hour after. */
function utcOf(clock: Clock, zone: string): number {
  const shown = Date.UTC(...(clock as unknown as [number, number]))
  const before = shown - offsetAt(zone, shown - MS.d)
  const after = shown - offsetAt(zone, shown + MS.d)
  const right = [before, after].filter((at) => at + offsetAt(zone, at) === shown)
  return right.length > 0 ? Math.min(...right) : before
}

/** How far the clocks of a zone are ahead of UTC at an instant, in milliseconds. */
function offsetAt(zone: string, at: number): number {
  const fixed = zone.match(/^([+-])(\d\d):(\d\d)$/)
  if (fixed) return (fixed[1] === '-' ? -1 : 1) * (Number(fixed[2]) * MS.h + Number(fixed[3]) * MS.m)
  if (zone === 'UTC') return 0
  const parts = Object.fromEntries(
    formatIn(zone)
      .formatToParts(at)
      .map(({ type, value }) => [type, Number(value)]),
  )
  const shown = Date.UTC(parts.year!, parts.month! - 1, parts.day!, parts.hour! % 24, parts.minute!, parts.second!)
  return shown - Math.floor(at / 1000) * 1000
}

const formats = new Map<string, Intl.DateTimeFormat>()
const FIELDS = {
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: 'numeric',
  minute: 'numeric',
  second: 'numeric',
} as const

function formatIn(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone)
  if (known) return known
  const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, hourCycle: 'h23', calendar: 'gregory', ...FIELDS })
  formats.set(zone, format)
  return format
}

function zoneOf({ name, ...place }: Span & { name: string }): string {
  if (name === 'Z' || name === 'UTC' || name === 'GMT') return 'UTC'
  if (/^[+-]/.test(name)) {
    if (Number(name.slice(1, 3)) > 14 || Number(name.slice(4)) > 59)
      throw new QueryError(`No clock is ${name} from UTC.`, place)
    return name
  }
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone
  } catch {
    const meant = nearest(name, Intl.supportedValuesOf('timeZone'))
    throw new QueryError(`There is no time zone “${name}”.${meant[0] ? ` Did you mean ${meant[0]}?` : ''}`, place, {
      meant,
    })
  }
}

/** The size of a fixed unit in milliseconds. */
export const unitMs = (unit: Unit) => MS[unit]
