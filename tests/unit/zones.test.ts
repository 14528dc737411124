import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { timesIn } from '#app/lib/times.ts'
import { clockOf, offsetsOf } from '#app/lib/zone.ts'
import { Preferences, ZONES } from '#server/modules/identity/schema.ts'
import { AnInstant } from '#server/modules/language/schema.ts'
import '../support/chance.ts'

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const at = (text: string) => new Date(text)
const VIENNA = timesIn('Europe/Vienna')
const KATHMANDU = timesIn('Asia/Kathmandu')
const NOW = at('2026-11-22T12:00:00Z')

/** The moment that a text such as "5 Feb 2026, 19:42:02.5 +05:45" names, by an own calculation. */
function meant(text: string): number {
  const read = text.match(/^(\d+) (\w{3}) (-?\d+), (\d\d):(\d\d):(\d\d)(?:\.(\d{3}))? ([+-])(\d\d):(\d\d)(?::(\d\d))?$/)
  const [, day, month, year, hour, minute, second, ms = '0', sign, hours, minutes, seconds = '0'] = read!
  // Years below 100 are none of the last century.
  const wall = new Date(0)
  wall.setUTCFullYear(Number(year), MONTHS.indexOf(month!), Number(day))
  wall.setUTCHours(Number(hour), Number(minute), Number(second), Number(ms))
  const ahead = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000
  return wall.getTime() - (sign === '-' ? -ahead : ahead)
}

describe('a moment in a zone', () => {
  test('is the clock of that zone, in winter and in summer, with how far it is from UTC', () => {
    expect(VIENNA.full(at('2026-02-05T13:57:02Z'))).toBe('5 Feb 2026, 14:57:02 +01:00')
    expect(VIENNA.full(at('2026-07-05T13:57:02Z'))).toBe('5 Jul 2026, 15:57:02 +02:00')
    expect(VIENNA.exact(at('2026-07-05T23:57:02.007Z'))).toBe('6 Jul 2026, 01:57:02.007 +02:00')
    expect(KATHMANDU.full(at('2026-12-31T18:15:00Z'))).toBe('1 Jan 2027, 00:00:00 +05:45')
    expect(timesIn('America/St_Johns').clock(at('2026-02-05T13:57:02Z'))).toBe('10:27 -03:30')
    expect(timesIn('Europe/London').clock(at('2026-02-05T13:57:02Z'))).toBe('13:57 +00:00')
  })

  test('is short in a table, and there still says which of the two autumn hours it is in', () => {
    const [before, first, second, after] = ['00:59', '00:30', '01:30', '02:00'].map((time, nth) =>
      at(`2026-10-25T${nth === 0 ? '00:00' : time}:00Z`),
    )
    expect(VIENNA.table(at('2026-10-24T23:59:00Z'), NOW)).toBe('25 Oct 01:59')
    expect(VIENNA.table(before!, NOW)).toBe('25 Oct 02:00 +02:00')
    expect(VIENNA.table(first!, NOW)).toBe('25 Oct 02:30 +02:00')
    expect(VIENNA.table(second!, NOW)).toBe('25 Oct 02:30 +01:00')
    expect(VIENNA.table(after!, NOW)).toBe('25 Oct 03:00')
    expect(VIENNA.eventClock(first!)).toBe('02:30:00 +02:00')
    expect(VIENNA.eventClock(after!)).toBe('03:00:00')
    expect(VIENNA.said(after!, NOW)).toBe('25 Oct 03:00 +01:00')
    expect(VIENNA.table(at('2024-12-31T23:30:00Z'), NOW)).toBe('01 Jan 2025')
    expect(VIENNA.table(at('2025-12-31T23:30:00Z'), NOW)).toBe('01 Jan 00:30')
  })

  test('is told to the second of the sun where no zone had rules yet, and up to the bounds of four digits', () => {
    expect(KATHMANDU.full(at('0001-01-01T00:00:00Z'))).toBe('1 Jan 1, 05:41:16 +05:41:16')
    expect(timesIn('America/New_York').full(at('0001-01-01T00:00:00Z'))).toBe('31 Dec 0, 19:03:58 -04:56:02')
    expect(KATHMANDU.event(at('9999-12-31T12:00:00Z'))).toBe('9999-12-31 17:45:00+05:45')
    expect(KATHMANDU.full(at('9999-12-31T23:59:59Z'))).toBe('1 Jan 10000, 05:44:59 +05:45')
    expect(KATHMANDU.event(at('9999-12-31T23:59:59Z'))).toBe('+010000-01-01 05:44:59+05:45')
    expect(KATHMANDU.eventClock(at('9999-12-31T23:59:59.5Z'))).toBe('05:44:59.500')
    expect(VIENNA.full(at('1601-01-01T00:00:00Z'))).toBe('1 Jan 1601, 01:05:21 +01:05:21')
  })

  test('has its UTC in the hover; in UTC nothing is said twice', () => {
    const moment = at('2026-02-05T13:57:02Z')
    expect(KATHMANDU.utc(moment)).toBe('5 Feb 2026, 13:57:02 UTC')
    expect(KATHMANDU.both(({ full }) => `${full(moment)}: 3 rows`)).toBe(
      '5 Feb 2026, 19:42:02 +05:45: 3 rows\n5 Feb 2026, 13:57:02 UTC: 3 rows',
    )
    expect(timesIn('UTC').utc(moment)).toBeUndefined()
    expect(timesIn('UTC').both(({ full }) => full(moment))).toBe('5 Feb 2026, 13:57:02 UTC')
    expect(timesIn('UTC').event(moment)).toBe('2026-02-05 13:57:02')
  })

  test('where the engine knows no such zone, it is written in UTC and says so', () => {
    expect(timesIn('Mars/Olympus').zone).toBe('UTC')
    expect(timesIn('Mars/Olympus').full(at('2026-02-05T13:57:02Z'))).toBe('5 Feb 2026, 13:57:02 UTC')
  })

  test('reads back as the same moment, whatever the zone and the moment, from year 1 to 9999', () => {
    const moments = fc.oneof(
      fc.date({ min: at('0001-01-02T00:00:00Z'), max: at('9999-12-31T23:59:59Z'), noInvalidDate: true }),
      fc.date({ min: at('1900-01-01T00:00:00Z'), max: at('2050-01-01T00:00:00Z'), noInvalidDate: true }),
    )
    const zones = fc.constantFrom(...ZONES.filter((zone) => zone !== 'UTC'))
    fc.assert(
      fc.property(zones, moments, (zone, moment) => {
        expect(meant(timesIn(zone).exact(moment))).toBe(moment.getTime())
      }),
      { numRuns: 3000 },
    )
  })

  test('an event that is copied into a field or a query means the same moment there', () => {
    const moments = fc.date({ min: at('1980-01-01T00:00:00Z'), max: at('2100-01-01T00:00:00Z'), noInvalidDate: true })
    fc.assert(
      fc.property(fc.constantFrom(...ZONES), moments, (zone, moment) => {
        const seconds = Math.floor(moment.getTime() / 1000) * 1000
        expect(AnInstant.parse(timesIn(zone).event(moment)).getTime()).toBe(seconds)
      }),
      { numRuns: 1000 },
    )
  })

  test('is as far from UTC as the engine says without what is kept, around every change of clocks too', () => {
    for (const zone of ['Europe/Vienna', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'Pacific/Apia', 'America/Havana']) {
      const read = new Intl.DateTimeFormat('en-GB', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' })
      const offset = offsetsOf(clockOf(zone)!)
      for (let ms = Date.UTC(2011, 11, 20); ms < Date.UTC(2012, 11, 31); ms += 1_800_000) {
        const [day, month, year, hour, minute, second] = read.format(ms).match(/\d+/g)!.map(Number)
        const wall = Date.UTC(year!, month! - 1, day!, hour!, minute!, second!)
        if (offset(ms) !== wall - ms) expect.fail(`${zone} at ${new Date(ms).toISOString()}`)
      }
    }
  })
})

describe('a day in a zone', () => {
  test('goes from its midnight to the next, 23 or 25 hours where clocks are set', () => {
    const day = (zone: string, moment: string) => {
      const { from, to } = timesIn(zone).dayOf(at(moment))
      return [from.toISOString().slice(0, 16), (to.getTime() - from.getTime()) / 3_600_000]
    }
    expect(day('UTC', '2026-02-05T13:57:00Z')).toEqual(['2026-02-05T00:00', 24])
    expect(day('Asia/Kathmandu', '2026-02-05T19:00:00Z')).toEqual(['2026-02-05T18:15', 24])
    expect(day('Europe/Vienna', '2026-03-29T12:00:00Z')).toEqual(['2026-03-28T23:00', 23])
    expect(day('Europe/Vienna', '2026-10-25T12:00:00Z')).toEqual(['2026-10-24T22:00', 25])
    // Havana sets its clocks at midnight: it is skipped in spring, and comes twice in autumn.
    expect(day('America/Havana', '2025-03-09T12:00:00Z')).toEqual(['2025-03-09T05:00', 23])
    expect(day('America/Havana', '2025-11-02T12:00:00Z')).toEqual(['2025-11-02T04:00', 25])
  })
})

describe('the zones to choose from', () => {
  test('are each known to the engine, UTC first, under the names in use', () => {
    expect(ZONES[0]).toBe('UTC')
    expect(new Set(ZONES).size).toBe(ZONES.length)
    expect(ZONES).toEqual(expect.arrayContaining(['Asia/Kathmandu', 'Europe/Kyiv', 'Europe/Vienna', 'Asia/Kolkata']))
    expect(ZONES).not.toContain('Asia/Katmandu')
    for (const zone of ZONES.slice(1)) expect(clockOf(zone), zone).not.toBeNull()
  })

  test('are all there is: another name is refused with what to do', () => {
    const look = { theme: 'dark', density: 'compact' }
    expect(Preferences.parse({ ...look, zone: 'Asia/Kathmandu' }).zone).toBe('Asia/Kathmandu')
    expect(Preferences.parse(look).zone).toBeUndefined()
    expect(Preferences.parse({ ...look, zone: '' }).zone).toBeNull()
    for (const zone of ['Europe/Wien', ' ', '+05:45', 'europe/vienna']) {
      const { error } = Preferences.safeParse({ ...look, zone })
      expect(error?.issues[0]).toMatchObject({
        path: ['zone'],
        message: 'There is no such time zone. Choose one of the list, such as Europe/Vienna, or UTC.',
      })
    }
  })
})
