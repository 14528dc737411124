import fc from 'fast-check'
import { expect, test } from 'vitest'
import { number } from '#app/lib/format.ts'
import { glyphs, plain } from '#app/lib/glyphs.ts'

const boxes = (value: string) => glyphs(value).flatMap((glyph) => (glyph.kind === 'box' ? [glyph.label] : []))

test('whatever a value holds, its pieces together are it, and no piece of text hides anything', () => {
  const values = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary-ascii' }), fc.string())
  fc.assert(
    fc.property(values, (value) => {
      const pieces = glyphs(value)
      expect(pieces.map(({ text }) => text).join('')).toBe(value)
      for (const { kind, text } of pieces) if (kind === 'text') expect(text).not.toMatch(/\p{C}| {2}/u)
    }),
    { numRuns: 2_000 },
  )
})

test('words of plain letters are one text; spaces around them, more than one between, and what is not seen are drawn', () => {
  expect(glyphs('C:\\Program Files\\a.exe -x')).toEqual([{ kind: 'text', text: 'C:\\Program Files\\a.exe -x' }])
  expect(boxes(' a')).toEqual(['1 space'])
  expect(boxes('a ')).toEqual(['1 space'])
  expect(boxes('a  b')).toEqual(['2 spaces'])
  expect(boxes('a\tb\u202e\u007f')).toEqual(['U+0009', 'U+202E', 'U+007F'])
  expect(plain('a\u202eb')).toBe('a[U+202E]b')
})

test('numbers stand in groups of three digits, as the rules of English have it', () => {
  const numbers = fc.oneof(fc.integer({ min: -2_000, max: 2_000 }), fc.integer(), fc.double({ noNaN: true }))
  const rules = new Intl.NumberFormat('en-US')
  fc.assert(fc.property(numbers, (value) => number(value) === rules.format(value) || Object.is(value, -0)))
})
