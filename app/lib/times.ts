import { clockTime, day, eventClock, eventTime, exactTime, fullTime, tableTime } from './format.ts'
import { clockOf, instantsOf, offsetsOf, offsetText } from './zone.ts'

const DAY_MS = 86_400_000

/** How moments are written in one zone. */
export type Times = {
  /** What stands in the head of a table: UTC, or the name of the zone. */
  zone: string
  full: (at: Date) => string
  exact: (at: Date) => string
  table: (at: Date, now: Date) => string
  /** The same outside a table, where no head names the zone. */
  said: (at: Date, now: Date) => string
  event: (at: Date) => string
  eventClock: (at: Date) => string
  clock: (at: Date) => string
  day: (at: Date) => string
  /** A text with times in it, for a hover: in this zone, and under it in UTC where that is another. */
  both: (text: (times: Times) => string) => string
  /** In UTC, for the hover of a text in this zone; nothing where the text itself is. */
  utc: (at: Date) => string | undefined
  /** From one midnight to the next, around a moment. */
  dayOf: (at: Date) => { from: Date; to: Date }
}

const UTC: Times = {
  zone: 'UTC',
  full: fullTime,
  exact: exactTime,
  table: tableTime,
  said: tableTime,
  event: eventTime,
  eventClock,
  clock: clockTime,
  day,
  both: (text) => text(UTC),
  utc: () => undefined,
  dayOf: (at) => {
    const from = Math.floor(at.getTime() / DAY_MS) * DAY_MS
    return { from: new Date(from), to: new Date(from + DAY_MS) }
  },
}

const known = new Map<string, Times>([['UTC', UTC]])

/** How moments are written in an IANA zone: each with how far its clocks are from UTC, so that no hour is meant twice. */
export function timesIn(zone: string): Times {
  let times = known.get(zone)
  if (!times) {
    times = timesBy(zone)
    known.set(zone, times)
  }
  return times
}

function timesBy(zone: string): Times {
  const clock = clockOf(zone)
  if (!clock) return UTC
  const offset = offsetsOf(clock)
  const shown = (at: Date) => new Date(at.getTime() + offset(at.getTime()))
  const suffix = (at: Date) => offsetText(offset(at.getTime()))
  const named = (write: (at: Date) => string) => (at: Date) => write(shown(at)).replace('UTC', suffix(at))
  const twice = (at: Date) => instantsOf(offset, shown(at).getTime()).length > 1
  // A head names the zone; in the autumn hour that comes twice a clock under it says which of the two it is.
  const told = (text: string, at: Date) => (twice(at) ? `${text} ${suffix(at)}` : text)
  const table = (at: Date, now: Date) => tableTime(shown(at), shown(now))
  const times: Times = {
    zone,
    full: named(fullTime),
    exact: named(exactTime),
    table: (at, now) => (hasClock(at, now) ? told(table(at, now), at) : table(at, now)),
    said: (at, now) => (hasClock(at, now) ? `${table(at, now)} ${suffix(at)}` : table(at, now)),
    // Without a space, so that it means the same moment where it is pasted into a query or a field.
    event: (at) => eventTime(shown(at)) + suffix(at),
    eventClock: (at) => told(eventClock(shown(at)), at),
    clock: named(clockTime),
    day: (at) => day(shown(at)),
    both: (text) => `${text(times)}\n${text(UTC)}`,
    utc: exactTime,
    dayOf: (at) => {
      const from = Math.floor(shown(at).getTime() / DAY_MS) * DAY_MS
      return { from: startOf(from), to: startOf(from + DAY_MS) }
    },
  }
  const hasClock = (at: Date, now: Date) => shown(at).getUTCFullYear() === shown(now).getUTCFullYear()
  // Where midnight is skipped, the day begins when the clocks are set forward.
  const startOf = (wall: number) => new Date(instantsOf(offset, wall)[0] ?? wall - offset(wall - DAY_MS))
  return times
}
