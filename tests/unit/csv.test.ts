import fc from 'fast-check'
import { expect, test } from 'vitest'
import { csv } from '#server/modules/ingestion/formats/csv.ts'
import type { Framed } from '#server/modules/ingestion/formats/framed.ts'
import '../support/chance.ts'

async function read(text: string) {
  const lines: Framed[] = []
  for await (const block of csv(one(Buffer.from(text)))) lines.push(...block)
  return lines
}
async function* one(bytes: Buffer) {
  yield bytes
}
const rows = async (text: string) => (await read(text)).map(({ raw }) => raw.toString())
const quoted = (cell: string) => (/[",\n\r]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)
const table = (...records: string[][]) => records.map((record) => record.map(quoted).join(',')).join('\n')

test('the dialect of the GUI: a leading space marks a string, objects are indented, bytes are named', async () => {
  const text = table(
    ['Pid', 'Version', 'Flag', 'Hash', 'Data', 'Inf', 'Text', 'Empty'],
    ['4', ' 10.0', ' true', '{\n "MD5": "a b",\n "N": [\n  1\n ]\n}', 'base64:AAE=', ' inf', '  two spaces', ''],
    ['18446744073709551615', '-1.50', 'false', ' {not json', ' base64:x', 'inf', ' [x', 'x'],
  )
  expect(await rows(text)).toEqual([
    '{"Pid":4,"Version":"10.0","Flag":"true","Hash":{"MD5": "a b","N": [1]},"Data":"base64:AAE=","Inf":"inf","Text":" two spaces","Empty":""}',
    '{"Pid":18446744073709551615,"Version":-1.50,"Flag":false,"Hash":"{not json","Data":"base64:x","Inf":"inf","Text":"[x","Empty":"x"}',
  ])
})

test('the dialect of archives: strings as they are, nothing is null, and the guarding tab is taken off and recorded', async () => {
  const text = table(
    ['Name', 'Size', 'Hash', 'CommandLine', 'Gone'],
    [' spaced', '9223372036854775807', '{"MD5":"x"}', '\t=cmd|calc', ''],
    ['a', '1', '[1,2]', '\t\ttab', 'true'],
    ['b', '0', '{}', '-x', ''],
  )
  expect(await rows(text)).toEqual([
    '{"Name":" spaced","Size":9223372036854775807,"Hash":{"MD5":"x"},"CommandLine":"=cmd|calc","Gone":null,"_TabGuarded":["CommandLine"]}',
    '{"Name":"a","Size":1,"Hash":[1,2],"CommandLine":"\\ttab","Gone":true,"_TabGuarded":["CommandLine"]}',
    '{"Name":"b","Size":0,"Hash":{},"CommandLine":"-x","Gone":null}',
  ])
})

test('the dialect of exports up to 0.7.0: every cell is JSON', async () => {
  const text = table(
    ['Time', 'Pid', 'Name', 'Hash', 'Upload', 'Big'],
    [
      '"2023-10-16T23:44:48.877109Z"',
      '4',
      '"a ""b"""'.replaceAll('""', '\\"'),
      '{"MD5":"x"}',
      'null',
      '18446744073709551615',
    ],
    ['"2023-10-16T23:44:49Z"', '5', '""', '{}', 'null', '1'],
  )
  expect(await rows(text)).toEqual([
    '{"Time":"2023-10-16T23:44:48.877109Z","Pid":4,"Name":"a \\"b\\"","Hash":{"MD5":"x"},"Upload":null,"Big":18446744073709551615}',
    '{"Time":"2023-10-16T23:44:49Z","Pid":5,"Name":"","Hash":{},"Upload":null,"Big":1}',
  ])
})

test('any row that the GUI writes comes back as it was', () => {
  const typed = (value: unknown) => {
    if (typeof value !== 'string') return typeof value === 'object' ? JSON.stringify(value, null, 1) : String(value)
    return /^([-+.\d {[]|true|false|inf|base64:)/.test(value) ? ` ${value}` : value
  }
  const cell = fc.oneof(
    fc.string(),
    fc.string({ unit: 'grapheme' }),
    fc.boolean(),
    fc.maxSafeInteger(),
    fc.dictionary(fc.string(), fc.string(), { minKeys: 1 }),
  )
  return fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 5 }), async (records) => {
      const marker = ['{\n "typed": 1\n}', ' 1'] // as a longer file would have somewhere
      const text = table(['a', 'b'], marker, ...records.map((record) => record.map(typed)))
      const found = (await rows(`${text}\n`)).slice(1).map((row) => JSON.parse(row))
      const readable = records.filter((record) => record.some((value) => value !== ''))
      expect(found.map(({ a, b }) => [a, b])).toEqual(expect.arrayContaining(readable))
    }),
  )
})

test('a header that is missing, too wide, too long or double is an error that says so', async () => {
  await expect(read('')).rejects.toThrow('no header')
  await expect(read('a,b,a\n1,2,3')).rejects.toThrow('"a" twice')
  await expect(read(`${Array.from({ length: 513 }, (_, n) => `c${n}`).join(',')}\n`)).rejects.toThrow('513 columns')
  await expect(read(`${'x'.repeat(17_000)},b\n1,2`)).rejects.toThrow('17003 bytes')
})

test('records with another number of cells, or an open quote, are set aside with their bytes', async () => {
  const found = await read('a,b\n1,2\n1\n1,2,3\n"x,y\n')
  expect(found.map(({ line, raw, flaw }) => [line, raw.toString(), flaw])).toEqual([
    [2, '{"a":1,"b":2}', ''],
    [3, '1', 'CSV_CELLS'],
    [4, '1,2,3', 'CSV_CELLS'],
    [5, expect.stringContaining('"x,y'), 'CSV_BROKEN'],
  ])
})

test('an error of the bytes on their way comes out, and takes nothing else with it', async () => {
  async function* broken() {
    yield Buffer.from('a,b\n1,2\n')
    throw new Error('the disk is gone')
  }
  await expect(async () => {
    for await (const _ of csv(broken()));
  }).rejects.toThrow('the disk is gone')
})
