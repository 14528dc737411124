import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { type Packed, zipOf } from '../support/archive.ts'
import { base, newTenant } from '../support/world.ts'

const row = '{"a":1}\n'
const result = (more: Partial<Packed> = {}): Packed => ({ name: 'results/Custom.A.json', content: row, ...more })
const many = (files: number) => Array.from({ length: files }, (_, n): Packed => ({ name: `results/C.${n}.json` }))

/** What unpacks to far more than it is: 10 MB of blocks that each say 1 kB of zeros. */
const zeros = Buffer.alloc(200 * 1024 * 1024)
const chain = (levels: number, bytes: Buffer): Buffer => (levels === 0 ? bytes : gzipSync(chain(levels - 1, bytes)))
const nested = (levels: number): Buffer =>
  levels === 0
    ? zipOf([result({ content: zeros.subarray(0, 1024 * 1024) })])
    : zipOf(Array.from({ length: 4 }, (_, n) => ({ name: `lib ${n}.zip`, content: nested(levels - 1) })))
/** Many names for one and the same content. */
const overlapping = () => {
  const files = many(1_000).map((file) => ({ ...file, content: row.repeat(1000) }))
  return zipOf(files.map((file) => ({ ...file, offset: 0 })))
}

// Each with what the ledger says of it.
const BOMBS: [string, () => Buffer, RegExp][] = [
  ['200 MB of zeros in 200 kB', () => zipOf([result({ content: zeros })]), /200 times/],
  [
    'an upload that does the same',
    () => zipOf([result(), { name: 'uploads/file/zeros', content: zeros }]),
    /200 times/,
  ],
  ['archives in archives', () => nested(3), /another archive, "lib 0.zip"/],
  ['files within each other', overlapping, /within another file/],
  [
    'one that says it is smaller than it is',
    () => zipOf([result({ content: row.repeat(100_000), saysBytes: 8 })]),
    /"results\/Custom.A.json" in the ZIP cannot be read: (it is longer|its header says)/,
  ],
  [
    'one that says it is larger than it is',
    () => zipOf([result({ saysBytes: 900_000 })]),
    /200 times|it is shorter|says another size/,
  ],
  [
    'sizes behind the content that lie',
    () => zipOf([result({ content: row.repeat(100_000), later: true, saysBytes: 100, localBytes: 7 })]),
    /it is longer/,
  ],
  ['a header that lies', () => zipOf([result({ localBytes: 4 })]), /header says another size/],
  ['100,001 files', () => zipOf(many(10), { zip64: true, saysEntries: 100_001 }), /100,001 files/],
  [
    'a directory that promises more',
    () => zipOf([result()], { saysEntries: 60_000 }),
    /directory is broken|it ends too early/,
  ],
  ['a directory that is cut off', () => zipOf(many(500)).subarray(0, -5_000), /cannot be opened/],
  ['a content that is cut off', () => zipOf([result({ offset: 4_000_000 })]), /not all there/],
  ['one name twice', () => zipOf([result(), result()]), /"results\/Custom.A.json" twice/],
  ['gzip in gzip', () => chain(3, Buffer.from(row)), /gzip inside a gzip/],
  ['a gzip of an archive of zeros', () => gzipSync(zipOf([result({ content: zeros, store: true })])), /200 times/],
  [
    'a name that leads out',
    () => zipOf([result({ name: '../../results/A.B.json' })]),
    /leads out of it: "..\/..\/results/,
  ],
  ['a name with backslashes that leads out', () => zipOf([result({ name: '..\\..\\evil.json' })]), /leads out of it/],
  ['an absolute name', () => zipOf([result({ name: '/etc/cron.d/a.json' })]), /leads out of it/],
  ['a drive', () => zipOf([result({ name: 'C:/Windows/a.json' })]), /leads out of it/],
  ['a link', () => zipOf([result({ content: '/etc/passwd', mode: 0o120777 })]), /a link/],
  ['a packing that is not ours', () => zipOf([result({ method: 12 })]), /method 12/],
]

test.each(BOMBS)('%s is refused with the reason, and nothing is left', async (_name, make, says) => {
  const tenant = await newTenant()
  const batch = await tenant.deliver(make())
  expect([batch.state, batch.error]).toEqual(['failed', expect.stringMatching(says)])
  expect(batch).toMatchObject({ stored: 0, kept: false })
  expect(existsSync(join(base.spool.path(''), '..', 'evidence', String(tenant.id)))).toBe(false)
  expect((await tenant.as('viewer').telemetry.rows({})).total).toBe(0)
})
