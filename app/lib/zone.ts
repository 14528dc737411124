const DAY_MS = 86_400_000
// Before this every zone kept the sun's own time; eras and years without four digits need not be read.
const FIRST_RULES = Date.UTC(1800, 0, 1)
const MOST_KEPT = 4000

const FIELDS = {
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: 'numeric',
  minute: 'numeric',
  second: 'numeric',
} as const

/** The formatter of a zone; null for UTC, and for a name that this engine does not know: it is drawn, and named, as UTC. */
export function clockOf(zone: string): Intl.DateTimeFormat | null {
  if (zone === 'UTC') return null
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: zone, hourCycle: 'h23', calendar: 'gregory', ...FIELDS })
  } catch {
    return null
  }
}

/** How far the clocks of a zone are ahead of UTC at a moment, in milliseconds; what was asked once is kept. */
export function offsetsOf(clock: Intl.DateTimeFormat): (at: number) => number {
  const kept = new Map<number, number>()
  const midnight = (day: number) => {
    let offset = kept.get(day)
    if (offset !== undefined) return offset
    if (kept.size >= MOST_KEPT) kept.clear()
    offset = readOffset(clock, day * DAY_MS)
    kept.set(day, offset)
    return offset
  }
  return (at) => {
    const since = Math.max(at, FIRST_RULES)
    const day = Math.floor(since / DAY_MS)
    const offset = midnight(day)
    // No zone ever moved its clocks and moved them back within one day: 95 hours are the least.
    return offset === midnight(day + 1) ? offset : readOffset(clock, since)
  }
}

function readOffset(clock: Intl.DateTimeFormat, at: number): number {
  const [month, day, year, hour, minute, second] = clock.format(at).match(/\d+/g)!.map(Number)
  return Date.UTC(year!, month! - 1, day!, hour!, minute!, second!) - Math.floor(at / 1000) * 1000
}

/** "+05:45"; with seconds where the sun's own time was kept. */
export function offsetText(ms: number): string {
  const seconds = Math.abs(ms) / 1000
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, ...(seconds % 60 ? [seconds % 60] : [])]
  return (ms < 0 ? '-' : '+') + parts.map((part) => String(part).padStart(2, '0')).join(':')
}

/** The instants at which clocks show `wall` (a reading, as if it were UTC): one, two in autumn, none in spring. */
export function instantsOf(offset: (at: number) => number, wall: number): number[] {
  const both = [wall - DAY_MS, wall + DAY_MS].map((near) => wall - offset(near))
  return [...new Set(both)].filter((at) => at + offset(at) === wall).toSorted((a, b) => a - b)
}
