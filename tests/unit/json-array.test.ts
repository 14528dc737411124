import fc from 'fast-check'
import { expect, test } from 'vitest'
import { array } from '#server/modules/ingestion/formats/array.ts'
import type { Framed } from '#server/modules/ingestion/formats/framed.ts'
import '../support/chance.ts'

async function* inBlocks(bytes: Buffer, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield Buffer.from(bytes.subarray(at, at + size))
}

async function split(text: string | Buffer, size = 1 << 20) {
  const lines: Framed[] = []
  for await (const block of array(inBlocks(Buffer.from(text), size))) lines.push(...block)
  return lines.map(({ line, raw, flaw }) => ({ line, raw: raw.toString(), flaw }))
}
const rows = async (text: string, size?: number) => (await split(text, size)).map(({ raw, flaw }) => flaw || raw)

test('any array of any JSON is split into its elements, whatever the white space and the size of the blocks', () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(fc.jsonValue(), { minLength: 1, maxLength: 8 }),
      fc.constantFrom('', ' ', '\n', '\r\n\t'),
      fc.integer({ min: 1, max: 40 }),
      async (values, space, size) => {
        const texts = values.map((value) => JSON.stringify(value, null, space.length > 1 ? 2 : 0))
        const found = await split(`${space}[${space}${texts.join(`${space},${space}`)}${space}]${space}`, size)
        expect(found.map(({ raw }) => raw.trim())).toEqual(texts)
        expect(found.every(({ flaw }, n) => flaw === '' && found[n]?.line === n + 1)).toBe(true)
      },
    ),
  ))

test('the bytes of an element are kept, its line breaks and escapes included', async () => {
  const element = '{\r\n "a" : [ 1 , {"b":"},{\\"[" } ],\n\t"c":"\\\\"}'
  for (const size of [1, 2, 3, 7, 1000])
    expect(await rows(`[${element},{"d":18446744073709551615}]`, size)).toEqual([element, '{"d":18446744073709551615}'])
})

test('a broken element is quarantined with its bytes and its neighbours are rows', async () => {
  const broken = [
    '{"a":"x}',
    '{"a":[1}',
    '{"a":{"b":2}',
    '{"a":1',
    '{"a":[{"x":1},{"x":2}],"b":"y}',
    '{"a":"x\n"}',
    '{"a":]1}',
    '{"a":[1,2}',
  ]
  for (const bad of broken) {
    for (const size of [1, 5, 1000]) {
      const found = await split(`[{"n":1},${bad},{"n":2},{"n":3}]`, size)
      expect(found).toEqual([
        { line: 1, raw: '{"n":1}', flaw: '' },
        { line: 2, raw: expect.stringContaining(bad.slice(0, 6)), flaw: 'ARRAY_BROKEN' },
        { line: 3, raw: '{"n":2}', flaw: '' },
        { line: 4, raw: '{"n":3}', flaw: '' },
      ])
    }
  }
})

test('what stands behind the array, and an array cut off, are told', async () => {
  expect(await rows('[{"n":1}] oops [')).toEqual(['{"n":1}', 'ARRAY_TRAILING'])
  expect(await rows('[{"n":1}')).toEqual(['{"n":1}', 'ARRAY_CUT'])
  expect(await rows('[{"n":1},')).toEqual(['{"n":1}', 'ARRAY_CUT'])
  expect(await rows('[{"n":1},{"n":')).toEqual(['{"n":1}', 'ARRAY_BROKEN'])
  expect(await rows('[{"n":1}]\n[{"n":2}]')).toEqual(['{"n":1}', '{"n":2}'])
  expect(await rows('[{"n":1},{"n":2},]')).toEqual(['{"n":1}', '{"n":2}'])
})

test('an empty array is an error that says so', async () => {
  await expect(split('[]')).rejects.toThrow('empty')
  await expect(split(' [ \n ] ')).rejects.toThrow('empty')
})

test('an element of more than 1 MiB is quarantined with its first 1 MiB, and the next one is a row', async () => {
  const long = `{"a":[${'{"b":"xxxxxxxxxxxxxxxxxxxx"},'.repeat(60_000)}{}]}`
  for (const size of [1000, 65_536, 1 << 21]) {
    const found = await split(`[${long},{"n":2}]`, size)
    expect(found.map(({ flaw }) => flaw)).toEqual(['LINE_TOO_LONG', ''])
    expect(found[0]?.raw).toBe(long.slice(0, 1024 * 1024))
  }
})

test('a million brackets that open nothing are one broken element', async () => {
  expect((await split(`[${'['.repeat(1_000_000)}`)).map(({ flaw }) => flaw)).toEqual(['ARRAY_BROKEN'])
  expect(await rows(`[${'['.repeat(900_000)},{"n":1},{"n":2}]`)).toEqual(['ARRAY_BROKEN', '{"n":2}'])
})
