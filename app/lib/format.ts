const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const NUMBER = new Intl.NumberFormat('en-US')

// Written out by hand, in UTC: the server and every browser must draw the same characters. Pages write times in the zone
// of whoever looks: see useTimes.

// A page writes hundreds of numbers, and few of them have a thousand to set apart.
/** 4,812,906 */
export const number = (value: number) =>
  Number.isInteger(value) && value >= 0 && value < 1000 ? String(value) : NUMBER.format(value)

/** 12.346%: a place in a plot, or a length, of its width */
export const pct = (value: number) => `${value.toFixed(3)}%`

/** "1 host", "2 hosts", "no hosts" */
export const counted = (count: number, one: string, many = `${one}s`) =>
  `${count === 0 ? 'no' : number(count)} ${count === 1 ? one : many}`

/** 61.4 M, on axes only */
export function shortNumber(value: number): string {
  for (const [size, unit] of [
    [1e9, ' G'],
    [1e6, ' M'],
    [1e3, ' k'],
  ] as const) {
    if (value >= size) return `${Number((value / size).toFixed(1))}${unit}`
  }
  return String(value)
}

/** 2 GB, 41.2 kB: powers of 1,000 */
export function bytes(value: number): string {
  if (value < 1000) return `${number(value)} B`
  const power = Math.min(4, Math.floor(Math.log10(value) / 3))
  const scaled = value / 1000 ** power
  return `${scaled < 10 ? scaled.toFixed(1) : Math.round(scaled)} ${['B', 'kB', 'MB', 'GB', 'TB'][power]}`
}

/** 41 ms, 2.4 s, 3 min */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`
  if (ms < 3_600_000) return `${Math.round(ms / 60_000)} min`
  return `${Math.round(ms / 3_600_000)} h`
}

/** 45 min, 36 h, 12 days: a length of time that somebody set or got used to */
export function span(minutes: number): string {
  if (minutes < 120) return `${Math.round(minutes)} min`
  return minutes < 2880 ? `${Math.round(minutes / 60)} h` : `${Math.round(minutes / 1440)} days`
}

const two = (value: number) => String(value).padStart(2, '0')
const clock = (at: Date) => `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}`

/** 5 Feb 2026, 13:57:02 UTC */
export const fullTime = (at: Date) => `${day(at)}, ${clock(at)}:${two(at.getUTCSeconds())} UTC`

/** The same with the milliseconds where there are any: what is shown is what is used */
export function exactTime(at: Date): string {
  const ms = at.getUTCMilliseconds()
  return ms === 0 ? fullTime(at) : fullTime(at).replace(' UTC', `.${String(ms).padStart(3, '0')} UTC`)
}

/** 5 Feb 2026 */
export const day = (at: Date) => `${at.getUTCDate()} ${MONTHS[at.getUTCMonth()]} ${at.getUTCFullYear()}`

/** 05 Feb 13:41; 05 Feb 2024 when it is not this year. For tables, the zone stands in the head. */
export function tableTime(at: Date, now: Date): string {
  const start = `${two(at.getUTCDate())} ${MONTHS[at.getUTCMonth()]}`
  return at.getUTCFullYear() === now.getUTCFullYear() ? `${start} ${clock(at)}` : `${start} ${at.getUTCFullYear()}`
}

/** 2026-02-05 13:57:02: an event, whose second and year both matter */
export const eventTime = (at: Date) => at.toISOString().slice(0, -5).replace('T', ' ')

/** 13:57:02.123: an event under its day */
export const eventClock = (at: Date) => at.toISOString().slice(-13, -1).replace('.000', '')

/** 14:02 UTC */
export const clockTime = (at: Date) => `${clock(at)} UTC`

/** "24 min", "5 h", "3 days": how long ago, where the age is the point */
export function age(at: Date, now: Date): string {
  const minutes = Math.floor((now.getTime() - at.getTime()) / 60_000)
  if (minutes < 1) return 'now'
  if (minutes < 60) return `${minutes} min`
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h`
  return `${Math.floor(minutes / 1440)} days`
}

/** The two letters of a tenant or a person. */
export function monogram(name: string): string {
  const words = name.split(/[\s._-]+/).filter(Boolean)
  const letters = words.length > 1 ? [...words[0]!][0]! + [...words[1]!][0]! : [...name].slice(0, 2).join('')
  return letters.toUpperCase()
}
