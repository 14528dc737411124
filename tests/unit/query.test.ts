import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { narrowed, termOf } from '#app/lib/query-text.ts'
import type { Draft, DraftTerm } from '#server/modules/language/query/draft.ts'
import { QueryError } from '#server/modules/language/query/flaw.ts'
import { nearest } from '#server/modules/language/query/nearest.ts'
import { parse } from '#server/modules/language/query/parse.ts'
import { asText, readingOf } from '#server/modules/language/query/reading.ts'
import { type Known, resolved } from '#server/modules/language/query/resolve.ts'
import { stretchOf } from '#server/modules/language/query/times.ts'
import { mapped, termsOf } from '#server/modules/language/query/tree.ts'
import { typingAt, writtenField, writtenValue } from '#server/modules/language/query/typing.ts'
import { conditionOf } from '#server/modules/language/query/where.ts'
import { SENT } from '../support/queried-rows.ts'
import { queriesOver } from '../support/query-oracle.ts'
import '../support/chance.ts'

const NOW = Date.UTC(2026, 6, 1, 12)
// Whatever is asked for is there.
const WILLING: Known = {
  present: async (paths) => new Set(paths),
  paths: async () => [],
  maps: async () =>
    new Map([['A', { columns: [{ path: 'Name', role: 'process' as const, by: 'catalogue' as const }], revision: 0 }]]),
}
const read = async (q: string) => asText(readingOf(await resolved(parse(q)!, WILLING, NOW)))
const flawOf = (q: string) => {
  try {
    parse(q)
    return null
  } catch (error) {
    if (!(error instanceof QueryError)) throw error
    return error.flaw
  }
}

describe('the shape of a query', () => {
  /** A draft in a few letters. */
  const shape = (draft: Draft): string => {
    if ('parts' in draft) return `(${draft.parts.map(shape).join(draft.kind === 'and' ? ' & ' : ' | ')})`
    if ('part' in draft) return `!${shape(draft.part)}`
    const { field, test } = draft as DraftTerm
    return `${field ? `${field.name}~` : ''}${test.is === 'value' ? test.pieces.map(({ text }) => text).join('+') : test.is}`
  }
  test.each([
    ['a b OR c d', '((a & b) | (c & d))'],
    ['a AND b AND NOT c', '(a & b & !c)'],
    ['NOT NOT a -b --c', '(a & !b & --c)'],
    ['(a OR b) c', '((a | b) & c)'],
    ['or and not', '(or & and & not)'],
    ['Name:x', 'Name~x'],
    ['"Computer Info"."DNS Name":x', 'Computer Info.DNS Name~x'],
    ['file.path:"C:\\Program Files\\"*\\evil.exe', 'file.path~C:\\Program Files\\+*\\evil.exe'],
    ['say:"a ""b"" c"', 'say~a "b" c'],
    ['C:\\Windows\\x.exe https://x/y fe80::1 10:20', '(C:\\Windows\\x.exe & https://x/y & fe80::1 & 10:20)'],
    ['Name:/a b\\/c/ /etc/passwd', '(Name~regex & /etc/passwd)'],
    ['CLSID:{0000-11}', 'CLSID~{0000-11}'],
    ['f:* f:[1 TO 2} f>=3 f:>3', '(f~exists & f~range & f~compare & f~compare)'],
    ['time:last 7 days received:today', '(time~last & received~day)'],
    ['time>2026-01-05 13:00 Europe/Vienna x', '(time~compare & x)'],
  ])('%s', (q, expected) => expect(shape(parse(q)!)).toBe(expected))

  test.each(['', ' \t\n '])('nothing asked is no query', (q) => expect(parse(q)).toBeNull())
})

describe('what is wrong, and where', () => {
  test.each([
    ['a OR', 4, 0, 'something to search for'],
    ['a AND AND b', 6, 3, 'something to search for'],
    ['(a OR b', 7, 0, '“)”'],
    ['a )', 2, 1, 'the end'],
    ['Name:', 5, 0, 'a value'],
    ['Name: x', 5, 0, 'a value'],
    ['x "never closed', 2, 13, '"'],
    ['Name:(a b)', 8, 2, '“)”'],
    ['time:soon', 5, 4, 'a time'],
    ['Pid:[1 TO', 9, 0, ''],
    ['Pid>', 4, 0, 'a value'],
  ])('%s', (q, at, length, expected) => {
    const flaw = flawOf(q)!
    expect([flaw.at, flaw.length]).toEqual([at, length])
    expect(`${flaw.expected.join(', ')} `).toContain(expected)
    expect(flaw.message.length).toBeGreaterThan(10)
  })

  test.each([
    ['time>2026-02-30', 5, 10, 'There is no day 2026-02-30.'],
    ['time>2026-02-03 25:00', 5, 16, 'There is no time of day 25:00.'],
    ['time>2026-02-03 12:00 Europe/Wien', 22, 11, 'There is no time zone “Europe/Wien”.'],
    ['x ip:10.0.0.0/99', 5, 11, 'is no network'],
    ['Name>abc', 5, 3, 'cannot be compared'],
    ['Pid:[1 TO 2026-01-05]', 4, 17, 'Both ends'],
    ['artifact>3', 0, 10, 'has no order'],
    [`Name:/${'x'.repeat(501)}/`, 5, 503, 'at most 500'],
  ])('%s', async (q, at, length, message) => {
    const error = await resolved(parse(q)!, WILLING, NOW).catch((failure: unknown) => failure)
    expect(error).toBeInstanceOf(QueryError)
    expect((error as QueryError).flaw).toMatchObject({ at, length, message: expect.stringContaining(message) })
  })

  test('a field that nothing has names those that were probably meant', async () => {
    const known = {
      ...WILLING,
      present: async () => new Set<string>(),
      paths: async () => ['Name', 'EventData.IpAddress'],
    }
    const meant = async (q: string) => {
      const error = await resolved(parse(q)!, known, NOW).catch((failure: unknown) => failure)
      return (error as QueryError).flaw.meant
    }
    expect(await meant('Nmae:x')).toEqual(['Name'])
    expect(await meant('IpAddress:x')).toEqual(['EventData.IpAddress'])
    expect(await meant('proces.name:x')).toEqual(['process.name'])
    expect(await meant('Zzzzzzzzzzzz:x')).toEqual([])
  })

  test('nesting, terms and length have their limits, and no text takes long to refuse', () => {
    const deep = '('.repeat(2000)
    const texts = [
      deep,
      `${'a OR '.repeat(100)}a`,
      'a('.repeat(2000),
      '"'.repeat(4000),
      '-'.repeat(4000),
      'a:['.repeat(1300),
    ]
    for (const text of [...texts, 'NOT '.repeat(1000), 'a.'.repeat(2000), '/'.repeat(4000)]) {
      expect(() => parse(text)).not.toThrow(RangeError)
    }
    expect(flawOf(deep)).toMatchObject({ at: 20, message: 'Brackets are nested more than 20 deep.' })
    expect(flawOf(`${'a OR '.repeat(100)}a`)).toMatchObject({ at: 500, message: 'A query has at most 100 terms.' })
    expect(parse(`${'a OR '.repeat(99)}a`)).not.toBeNull()
  })

  test('every text is a query or has a flaw within it', () => {
    const token = fc.constantFrom(
      ...'( ) " : > < = [ ] { } * ? / - . , AND OR NOT TO last 7 days time now-1d 2026-01-05 10:00 Name Pid x \\ \u202e'.split(
        ' ',
      ),
      ' ',
      'Europe/Vienna',
    )
    fc.assert(
      fc.property(fc.array(fc.oneof(token, fc.string({ unit: 'grapheme' })), { maxLength: 25 }), (tokens) => {
        const text = tokens.join('')
        const flaw = flawOf(text)
        if (flaw) expect(flaw.at >= 0 && flaw.at <= text.length && flaw.at + flaw.length <= text.length).toBe(true)
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('the reading', () => {
  test('says what a query means', async () => {
    expect(await read('mimikatz')).toBe('that contain “mimikatz”')
    expect(await read('Name:cmd.exe OR NOT Pid>4')).toBe(
      'whose Name is “cmd.exe” or whose Pid is not above “4”, or that have none',
    )
    expect(await read('NOT Name:*')).toBe('that have no Name')
    expect(await read('time>2026-07-01 13:00 Europe/Vienna')).toBe('whose time is after “2026-07-01 11:00:00 UTC”')
    expect(await read('time:last 7 days')).toBe(
      'whose time is at or after “2026-06-24 12:00:00 UTC” and before “2026-07-01 12:00:00.001 UTC”',
    )
    expect(await read('ip>=10.0.0.1')).toBe('whose ip is at or after “10.0.0.1”')
    expect(await read('process.name:*\\a')).toContain('process.name is like')
  })

  test('stands for every query, and every query is a condition without a word of it', async () => {
    await fc.assert(
      fc.asyncProperty(queriesOver(SENT), async ({ text }) => {
        const query = await resolved(parse(text)!, WILLING, NOW)
        expect(asText(readingOf(query)).length).toBeGreaterThan(0)
        const { sql, params } = conditionOf(query, new Map())
        for (const value of Object.values(params)) {
          if (typeof value === 'string' && value.length > 6) expect(sql).not.toContain(value)
        }
        expect(termsOf(mapped(query, (term) => term)).length).toBe(termsOf(query).length)
      }),
      { numRuns: 300 },
    )
  })
})

describe('times', () => {
  const stretch = (q: string) => {
    const { test: when } = parse(`time:${q}`) as DraftTerm
    const { from, to } = stretchOf(when as Parameters<typeof stretchOf>[0], NOW)
    return [new Date(from).toISOString(), new Date(to).toISOString()]
  }
  test.each([
    ['2026-01-05', '2026-01-05T00:00:00.000Z', '2026-01-06T00:00:00.000Z'],
    ['2026-02', '2026-02-01T00:00:00.000Z', '2026-03-01T00:00:00.000Z'],
    ['2026-12', '2026-12-01T00:00:00.000Z', '2027-01-01T00:00:00.000Z'],
    ['2026-01-05 13:00', '2026-01-05T13:00:00.000Z', '2026-01-05T13:01:00.000Z'],
    ['2026-01-05T13:00:07.5Z', '2026-01-05T13:00:07.500Z', '2026-01-05T13:00:07.501Z'],
    ['2026-01-05 13:00 Europe/Vienna', '2026-01-05T12:00:00.000Z', '2026-01-05T12:01:00.000Z'],
    ['2026-07-05 Europe/Vienna', '2026-07-04T22:00:00.000Z', '2026-07-05T22:00:00.000Z'],
    ['2026-01-05T13:00+05:30', '2026-01-05T07:30:00.000Z', '2026-01-05T07:31:00.000Z'],
    // Clocks go forward over 02:30 on 29 March and show 02:30 twice on 25 October.
    ['2026-03-29 02:30 Europe/Vienna', '2026-03-29T01:30:00.000Z', '2026-03-29T01:31:00.000Z'],
    ['2026-03-29 Europe/Vienna', '2026-03-28T23:00:00.000Z', '2026-03-29T22:00:00.000Z'],
    ['2026-10-25 02:30 Europe/Vienna', '2026-10-25T00:30:00.000Z', '2026-10-25T00:31:00.000Z'],
    ['today', '2026-07-01T00:00:00.000Z', '2026-07-02T00:00:00.000Z'],
    ['yesterday', '2026-06-30T00:00:00.000Z', '2026-07-01T00:00:00.000Z'],
    ['last 24 hours', '2026-06-30T12:00:00.000Z', '2026-07-01T12:00:00.001Z'],
    ['now-1d+2h', '2026-06-30T14:00:00.000Z', '2026-06-30T14:00:00.001Z'],
  ])('%s', (q, from, to) => expect(stretch(q)).toEqual([from, to]))

  test('a space after a time changes nothing of it', () => {
    for (const q of ['2026-01-05', '2026-01-05 13:00', '2026-01-05 13:00 UTC', 'today'])
      expect(stretch(`${q}  `)).toEqual(stretch(q))
  })
})

describe('what is being typed', () => {
  test.each([
    ['Na', 2, { at: 0, typed: 'Na', field: null }],
    ['a OR -Na', 8, { at: 6, typed: 'Na', field: null }],
    ['Name:po', 7, { at: 5, typed: 'po', field: 'Name' }],
    ['Name:"po wer', 12, { at: 5, typed: 'po wer', field: 'Name' }],
    ['Name:(a, b', 10, { at: 9, typed: 'b', field: 'Name' }],
    ['Pid>=1', 6, { at: 5, typed: '1', field: 'Pid' }],
    ['"Computer Info".DNS:x', 21, { at: 20, typed: 'x', field: 'Computer Info.DNS' }],
    ['Name:x y', 4, { at: 0, typed: 'Name', field: null }],
    ['(Na', 3, { at: 1, typed: 'Na', field: null }],
  ])('%s', (text, cursor, expected) => expect(typingAt(text, cursor)).toEqual(expected))

  test('what is put in is read back as the very field and value', () => {
    const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }).filter((text) => !/[\0.]/.test(text))
    fc.assert(
      fc.property(name, fc.string({ unit: 'grapheme', minLength: 1 }), (path, value) => {
        const draft = parse(`row.${writtenField(path)}:${writtenValue(value)}`) as DraftTerm
        expect(draft.field?.name).toBe(`row.${path}`)
        expect(draft.test).toMatchObject({ is: 'value' })
        expect('pieces' in draft.test && draft.test.pieces.map(({ text }) => text).join('')).toBe(value)
        const term = termOf(path, value)
        if (term === null) return
        const linked = parse(narrowed('a OR b', term, 'only')) as { parts: DraftTerm[] }
        expect(linked.parts.at(-1)!.field!.name.replace(/^row\./, '')).toBe(path)
        expect(linked.parts.at(-1)!.test).toMatchObject({ pieces: [{ text: value }] })
      }),
      { numRuns: 500 },
    )
  })
})

test('the nearest name is the one with the fewest slips', () => {
  expect(nearest('Comandline', ['CommandLine', 'Commander', 'Name'])).toEqual(['CommandLine'])
  expect(nearest('pdi', ['Pid', 'Ppid', 'Path'])[0]).toBe('Pid')
  expect(nearest('x'.repeat(5000), ['x'])).toEqual([])
})
