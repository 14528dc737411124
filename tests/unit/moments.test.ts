import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { exactTime } from '#app/lib/format.ts'
import { gapsOf } from '#app/lib/gaps.ts'
import { AnInstant, Instant } from '#server/modules/language/schema.ts'
import '../support/chance.ts'

const two = (value: number) => String(value).padStart(2, '0')
const YEAR = fc.integer({ min: 1970, max: 2200 })
const PARTS = fc.record({
  year: YEAR,
  month: fc.integer({ min: 1, max: 12 }),
  day: fc.integer({ min: 1, max: 28 }),
  hour: fc.integer({ min: 0, max: 23 }),
  minute: fc.integer({ min: 0, max: 59 }),
  second: fc.integer({ min: 0, max: 59 }),
  ms: fc.integer({ min: 0, max: 999 }),
})
const SPACE = fc.string({ unit: fc.constantFrom(' ', '\t', '\u00a0', '\u2003', '\n'), maxLength: 4 })
const SHIFTS: [zone: string, minutes: number][] = [
  ['', 0],
  ['Z', 0],
  [' UTC', 0],
  ['+02:00', 120],
  ['-03:30', -210],
]
const FORMS = fc.record({
  parts: PARTS,
  form: fc.constantFrom('day', 'minute', 'second', 'ms'),
  mark: fc.constantFrom(' ', 'T'),
  zone: fc.constantFrom(...SHIFTS),
})
type Form = typeof FORMS extends fc.Arbitrary<infer T> ? T : never

/** A time as somebody types it, and the instant it means by an own calculation. */
function typed({ parts, form, mark, zone: [zone, minutes] }: Form): { text: string; at: number } {
  const { year, month, day, hour, minute, second, ms } = parts
  const date = `${year}-${two(month)}-${two(day)}`
  if (form === 'day') return { text: date, at: Date.UTC(year, month - 1, day) }
  const clock = [`${two(hour)}:${two(minute)}`]
  if (form !== 'minute') clock.push(`:${two(second)}`)
  if (form === 'ms') clock.push(`.${String(ms).padStart(3, '0')}`)
  const at = Date.UTC(year, month - 1, day, hour, minute, form === 'minute' ? 0 : second, form === 'ms' ? ms : 0)
  return { text: `${date}${mark}${clock.join('')}${zone}`, at: at - minutes * 60_000 }
}

const read = (text: string) => AnInstant.parse(text).getTime()

/** What a page prints of a moment, read back by a machine. */
function printed(at: number): number {
  const [, day, month, year, clock] = exactTime(new Date(at)).match(/^(\d+) (\w+) (\d+), ([\d:.]+) UTC$/)!
  return Date.parse(`${day} ${month} ${year} ${clock} UTC`)
}

describe('a field that holds a time', () => {
  test('means the same with any space around it, in any zone of the server, and prints what it means', () => {
    const zone = process.env.TZ
    try {
      for (const tz of ['UTC', 'America/New_York', 'Asia/Kolkata']) {
        process.env.TZ = tz
        fc.assert(
          fc.property(FORMS, SPACE, SPACE, (form, before, after) => {
            const { text, at } = typed(form)
            expect(read(text)).toBe(at)
            expect(read(before + text + after)).toBe(at)
            expect(printed(at)).toBe(at)
            expect(Instant.parse(`${text} `)?.getTime()).toBe(at)
          }),
          { numRuns: 400 },
        )
      }
    } finally {
      if (zone === undefined) delete process.env.TZ
      else process.env.TZ = zone
    }
  })

  test('takes any text without breaking: it is a time or a message, and a space after it changes neither', () => {
    const piece = fc.constantFrom(
      '2026',
      '-01',
      '-05',
      ' ',
      'T',
      '12',
      ':30',
      ':',
      'Z',
      '+',
      'now',
      '-7d',
      'last ',
      'UTC',
      '.5',
      '"',
      '\u202e',
    )
    const texts = fc.oneof(
      fc.string({ maxLength: 40 }),
      fc.array(piece, { maxLength: 7 }).map((pieces) => pieces.join('')),
    )
    const answer = (text: string) => {
      const found = Instant.safeParse(text)
      if (!found.success) return found.error.issues.map(({ message }) => message).join()
      // A time that counts from now moves while this test runs.
      return /now|last|today|yesterday/.test(text) ? 'relative' : (found.data?.getTime() ?? null)
    }
    fc.assert(
      fc.property(texts, SPACE, (text, space) => {
        const first = answer(text)
        expect(answer(text + space)).toEqual(first)
        if (typeof first === 'number') expect(printed(first)).toBe(first)
      }),
      { numRuns: 3000 },
    )
  })

  test.each([
    ['2026-02-30', 'There is no day 2026-02-30.'],
    ['2026-02-05 25:00', 'There is no time of day 25:00.'],
    ['2026-02-05 12:00 Europe/Wien', 'There is no time zone “Europe/Wien”'],
    ['tomorrowish', '“tomorrowish” is no time. Write a time such as'],
    ['2026-02-05T06:00 01:00', 'is no time'],
    ['now-999999w', 'That time is too far away.'],
  ])('%s is refused in words: %s', (text, message) => {
    expect(AnInstant.safeParse(text).error?.issues[0]?.message).toContain(message)
  })

  test('a named zone is that zone: the same clock in winter and in summer', () => {
    expect(read('2026-01-05 13:00 Europe/Vienna')).toBe(Date.UTC(2026, 0, 5, 12))
    expect(read('2026-07-05 13:00 Europe/Vienna ')).toBe(Date.UTC(2026, 6, 5, 11))
    expect(Instant.parse('')).toBeUndefined()
    expect(Instant.parse('  ')).toBeUndefined()
    expect(AnInstant.safeParse('').success).toBe(false)
  })
})

describe('gaps of a lane', () => {
  /** The same rule once more: walked bin by bin. */
  function walked(occupied: number[]): string[] {
    if (occupied.length < 6) return []
    const distances: number[] = []
    for (let at = 1; at < occupied.length; at++) distances.push(occupied[at]! - occupied[at - 1]!)
    const below = (value: number) => distances.filter((one) => one <= value).length
    const rank = (n: number) => distances.toSorted((a, b) => a - b).find((value) => below(value) >= n)!
    const half = distances.length / 2
    const norm = (rank(Math.floor(half) + (Number.isInteger(half) ? 0 : 1)) + rank(Math.floor(half) + 1)) / 2
    const found: string[] = []
    for (let at = 1; at < occupied.length; at++) {
      const empty = occupied[at]! - occupied[at - 1]! - 1
      if (empty >= 3 && empty + 1 > 4 * norm) found.push(`${occupied[at - 1]! + 1}-${occupied[at]!}`)
    }
    return found
  }

  test('are the silences longer than four times the median, as an own walk finds them', () => {
    const bins = fc
      .uniqueArray(fc.integer({ min: 0, max: 119 }), { maxLength: 60 })
      .map((all) => all.toSorted((a, b) => a - b))
    fc.assert(
      fc.property(bins, (occupied) => {
        expect(gapsOf(occupied).map(({ from, to }) => `${from}-${to}`)).toEqual(walked(occupied))
      }),
      { numRuns: 2000 },
    )
    expect(gapsOf([0, 1, 2, 3, 4, 5, 60])).toEqual([{ from: 6, to: 60, norm: 1 }])
    expect(gapsOf([0, 1, 2, 60])).toEqual([])
  })
})
