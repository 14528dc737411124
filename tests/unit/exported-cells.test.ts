import { parse as readCsv } from 'csv-parse/sync'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodedIn } from '#app/lib/decoded.ts'
import { partIn, withParts } from '#app/lib/query-text.ts'
import { cellOf, recordOf } from '#server/modules/exporting/formats/cells.ts'
import { ownHeader, ownRow } from '#server/modules/ingestion/formats/csv-own.ts'
import { jsonFields } from '#server/platform/json-fields.ts'
import '../support/chance.ts'

const OWN = ['a', 'h', '', '', '1.1.1']
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom(
    '',
    '-5',
    ' -5',
    '=1',
    "'=1",
    '+',
    '@x',
    '\t',
    '\r\n',
    '\0',
    '\ud800',
    '"',
    '"a"',
    'null',
    'true',
    '1e5',
    '[1]',
    '{',
    '#',
    '＝1',
  ),
)

test('any string and any JSON value comes back from a cell of ours, and no cell begins as a formula does', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        text.map((one) => JSON.stringify(one)),
        fc.json(),
      ),
      (json) => {
        const cell = cellOf(json)
        expect(cell).not.toMatch(/^[=+\-@\t\r\0\uff0b\uff0d\uff1d\uff20]/)
        const [header, record] = readCsv(recordOf([...OWN, 'x']) + recordOf([...OWN, cell])) as string[][]
        const row = ownRow(ownHeader(header!), { record: record!, raw: '', info: { lines: 1 } })
        expect(JSON.parse(row.raw.toString())).toEqual({ x: JSON.parse(json) })
      },
    ),
    { numRuns: 2000 },
  )
})

test('the fields of a row keep every digit and every name', () => {
  const raw = '{ "a" : 18446744073709551616 , "b":1.10, "__proto__": {"x":[1,"}"]}, "":"", "q\\"":"\\\\" }'
  expect([...jsonFields(raw)]).toEqual([
    ['a', '18446744073709551616'],
    ['b', '1.10'],
    ['__proto__', '{"x":[1,"}"]}'],
    ['', '""'],
    ['q"', '"\\\\"'],
  ])
})

test('what is hidden in a value is found, and a path or a hash is not taken for it', () => {
  const secret = 'IEX (New-Object Net.WebClient).DownloadString'
  const wide = Buffer.from(secret, 'utf16le').toString('base64')
  expect(decodedIn(`powershell -enc ${wide}`)).toEqual([{ how: 'Base64, UTF-16', text: secret }])
  expect(decodedIn(Buffer.from(secret).toString('base64'))).toEqual([{ how: 'Base64', text: secret }])
  expect(decodedIn([...secret].join('\0').concat('\0'))).toMatchObject([{ how: 'UTF-16', text: secret }])
  const twice = Buffer.from(`run ${wide} now`).toString('base64')
  expect(decodedIn(twice).map(({ how }) => how)).toEqual(['Base64', 'Base64, then Base64, UTF-16'])
  for (const plain of [
    'C:\\Windows\\System32\\svchost.exe -k netsvcs',
    '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    'HKEY_LOCAL_MACHINE_SOFTWARE_Microsoft',
  ])
    expect(decodedIn(plain)).toEqual([])
})

test('a box over a column writes its term into the query, reads it back, changes it and takes it away', () => {
  fc.assert(
    fc.property(
      fc.string({ minLength: 1 }).filter((one) => one.trim() === one && !/^\/.*\/$/.test(one)),
      (typed) => {
        const query = withParts('a OR b', [['Exe', typed]])
        expect(partIn(query, 'Exe')?.typed).toBe(typed)
        expect(withParts(query, [['Exe', '/x+/']])).toBe('(a OR b) Exe:/x+/')
        expect(withParts(query, [['Exe', '']])).toBe('(a OR b)')
      },
    ),
  )
  expect(
    withParts('', [
      ['Name', 'a'],
      ['Exe', ''],
      ['Laddr.IP', '10.'],
    ]),
  ).toBe('Name:*"a"* Laddr.IP:*"10."*')
})
