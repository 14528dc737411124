import { expect, test } from 'vitest'
import { hoverOf } from '#app/lib/time-hover.ts'
import type { MappedColumn } from '#server/modules/columns/schema.ts'
import { sourceOf, timesRead } from '#server/modules/columns/service.ts'
import { fieldsAtHand, jsonAt, jsonFields } from '#server/platform/json-fields.ts'

const AT = Date.UTC(2026, 0, 5, 17, 30, 0, 123)
const times = (...paths: string[]): MappedColumn[] => paths.map((path) => ({ path, role: 'time', label: 'seen' }))
const texts = (raw: string, columns: MappedColumn[]) => [...timesRead(raw, columns)].map(({ text }) => text)

test('the text of a time is the one that stands in the row, with every digit', () => {
  const raw =
    '{"a":"2026-01-05T17:30:00.1234567Z","b":1767634200.1230,"c":1767634200123,"d":"1767634200123171000","e":"N/A"}'
  expect([...timesRead(raw, times('e', 'a', 'c', 'b', 'd'))]).toEqual([
    { at: AT, column: 'a', text: '2026-01-05T17:30:00.1234567Z' },
    { at: AT, column: 'c', text: '1767634200123' },
    { at: AT, column: 'b', text: '1767634200.1230' },
    { at: AT, column: 'd', text: '1767634200123171000' },
  ])
})

test('a column stands at its path, whether its dots are in keys or between them', () => {
  const fields = jsonFields('{"a":{"b.c":1,"b":{"d":"x"}},"a.e":[2]}')
  expect(['a.b.c', 'a.b.d', 'a.e', 'a.f'].map((path) => jsonAt(fields, path))).toEqual(['1', '"x"', '[2]', undefined])
})

test('a row that was cut off has the fields before the cut, and nothing is told of what may stand behind it', () => {
  const raw = '{"a":"2026-01-05T17:30:00Z","b":1767634200123}'
  for (let cut = 1; cut < raw.length; cut++) {
    const { fields, whole } = fieldsAtHand(raw.slice(0, cut))
    expect(whole).toBe(false)
    for (const [name, json] of fields) expect(json).toBe(jsonFields(raw).get(name))
    expect(texts(raw.slice(0, cut), times('c', 'a'))).toEqual([])
  }
  expect(fieldsAtHand(raw).whole).toBe(true)
  expect(texts(raw.slice(0, -3), times('a', 'b'))).toEqual(['2026-01-05T17:30:00Z'])
})

test('what only the row engine can read ends what is told, and a time that is not the stored one has no source', () => {
  for (const odd of ['"2026-01-05T17:30:00 CEST"', '1.767634200e9', '"13/13/2026"', '"2026-02-30"', '"\\u202e2026"'])
    expect(texts(`{"a":${odd},"b":"2026-01-05"}`, times('a', 'b'))).toEqual([])
  const read = [...timesRead('{"a":"2026-01-05T17:30:00.123Z"}', times('a'))]
  expect(sourceOf(read, 0, AT)?.column).toBe('a')
  expect(sourceOf(read, 0, AT + 1)).toBeNull()
  expect(sourceOf(read, 1, AT)).toBeNull()
})

test('a hover is plain text whatever stands in the row, and as long as one can read', () => {
  expect(hoverOf(new Date(AT))).toBe('5 Jan 2026, 17:30:00.123 UTC')
  const hover = hoverOf(new Date(AT), { column: 'a\u202eb\n', text: '\u0007'.repeat(3) + '1'.repeat(200) })
  expect(hover).toBe(`5 Jan 2026, 17:30:00.123 UTC\na[U+202E]b[U+000A]: [U+0007][U+0007][U+0007]${'1'.repeat(97)}…`)
})
