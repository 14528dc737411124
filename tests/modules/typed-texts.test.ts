import fc from 'fast-check'
import { expect, test } from 'vitest'
import { observableOf, TYPES } from '#server/modules/columns/sql/canonical.ts'
import { typedByEngine, typedHere, typedTexts } from '#server/modules/columns/typed.ts'
import { base, newTenant } from '../support/world.ts'
import '../support/chance.ts'

// What values are made of, and what breaks them.
const PIECES = [
  'C:', '\\', '/', '\\\\', '//', '"', 'Users', 'home', 'Windows', 'system32', '%SystemRoot%', '%windir%\\', '%systemdrive%',
  '\\??\\', '\\\\.\\', '\\\\?\\', 'GLOBALROOT', 'UNC\\', '\\Device\\HarddiskVolume3', 'HarddiskVolumeShadowCopy1', 'cmd.exe', 'a', 'Z', '0', '7',
  '255', '256', '10.0.0.1', '0.0.0.0', '::ffff:', '::', ':', '%eth0', '[', ']', 'fe80', '2001:DB8', '1.2.3.4', 'http://', 'HTTPS://', 'ftp://',
  'u:p@', '@', '?', '#', ':80', ':443', ':8443', 'Example.com', 'corp.example', '*.', '.', '..', '-', '_', 'xn--', 'S-1-5-21', '-1001',
  's-1-5-18', '{1AC14E77-02E7-4E5D-B744-2EB1AE5198B7}', '0x', 'deadbeef', 'd41d8cd98f00b204e9800998ecf8427e', 'MD5=', 'sha256:', '0000',
  'da39a3ee5e6b4b0d3255bfef95601890afd80709', 'QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2w=', 'bcdfghjk', 'a1b2c3', ' ', '  ',
  'null', 'N/A', '<nil>', '(null)', '*', ',', ';', '$1', "'", '~', '+', '=', '&', '(', ')', '|', '^', '`', '{', '}',
] // biome-ignore format: a list to read across
const text = fc.oneof(
  fc.array(fc.constantFrom(...PIECES), { maxLength: 8 }).map((pieces) => pieces.join('')),
  fc.string({ maxLength: 40 }),
  fc.ipV4(),
  fc.ipV6(),
  fc.webUrl({ withFragments: true, withQueryParameters: true }),
)

test('what is told of a plain text without the row engine is what the row engine tells', async () => {
  const { id } = await newTenant()
  const rows = base.telemetry.forTenant(id)
  const texts = fc.array(fc.record({ role: fc.constantFrom(...TYPES), text }), { minLength: 400, maxLength: 400 })
  const agree = fc.asyncProperty(texts, async (asked) => {
    const here = asked.map((one) => ({ ...one, told: typedHere(one) })).filter(({ told }) => told !== null)
    expect(here.length).toBeGreaterThan(300)
    const engine = await typedByEngine(rows, here)
    expect(engine.filter((told) => told.length > 0).length).toBeGreaterThan(50)
    expect(here.map(({ role, text, told }) => ({ role, text, told }))).toEqual(
      here.map(({ role, text }, n) => ({ role, text, told: engine[n] })),
    )
  })
  await fc.assert(agree, { numRuns: 25, endOnFailure: true })
})

test('a text that is not plain, or long, is left to the row engine', () => {
  const texts = ['ΣΑΣ', 'İ.example', 'a\tb', 'a\nb', '\u0000', 'x'.repeat(501)]
  expect(texts.map((one) => typedHere({ role: 'command', text: one }))).toEqual(texts.map(() => null))
})

test('many long texts at once are told in part here and in part by the row engine, and all of them', async () => {
  const { id } = await newTenant()
  const texts = Array.from({ length: 500 }, (_, n) => ({
    role: 'command',
    text: `run ${n} ${'x '.repeat(240)}`.trim(),
  }))
  const typedOf = await typedTexts(base.telemetry.forTenant(id), texts)
  expect(texts.map((one) => typedOf(one)[0]?.value)).toEqual(texts.map(({ text }) => text))
})

test('a text of many spaces is read in no more steps than it has characters', () => {
  const spaces = `a${' '.repeat(200_000)}b`
  expect(observableOf('rule', spaces)?.value).toMatch(/^sha256:/)
  expect(observableOf('rule', `  ${'x'}  `)).toEqual({ value: 'x', shape: '' })
})
