import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openSpool, type Spool } from '#server/platform/spool.ts'

let folder: string
let spool: Spool
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'velocicompanion-spool-'))
  spool = openSpool(folder, { maxBytes: 4 * 1024 * 1024, minFreeBytes: 0 })
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Bytes nobody has seen before, in pieces of any length, some of them empty. */
function pieces(bytes: number) {
  const whole = randomBytes(bytes)
  const parts: Buffer[] = []
  for (let at = 0; at < bytes; ) {
    const next = Math.min(bytes, at + Math.floor(Math.random() ** 4 * 200_000))
    parts.push(whole.subarray(at, next))
    at = next
  }
  return { whole, parts }
}

test('deliveries that come side by side and in any pieces are kept byte by byte, though they share buffers', async () => {
  const lengths = [0, 1, 65_535, 65_536, 65_537, 131_072, 3_000_000]
  const many = [...lengths, ...lengths, ...lengths].map(pieces)
  const kept = await Promise.all(many.map(({ parts }) => spool.receive(Readable.from(parts))))
  for (const [n, { name, bytes, sha256 }] of kept.entries()) {
    const { whole } = many[n]!
    expect(readFileSync(spool.path(name)).equals(whole)).toBe(true)
    expect({ bytes, sha256 }).toEqual({
      bytes: whole.length,
      sha256: createHash('sha256').update(whole).digest('hex'),
    })
  }
})

test('a delivery that breaks off or is too large leaves nothing, and disturbs none beside it', async () => {
  const before = readdirSync(folder).length
  const { whole, parts } = pieces(2_000_000)
  const breaking = Readable.from(
    (function* () {
      yield randomBytes(300_000)
      throw new Error('gone')
    })(),
  )
  const [broken, large, kept] = await Promise.allSettled([
    spool.receive(breaking),
    spool.receive(Readable.from(pieces(5_000_000).parts)),
    spool.receive(Readable.from(parts)),
  ])
  expect([broken.status, large.status, kept.status]).toEqual(['rejected', 'rejected', 'fulfilled'])
  if (kept.status === 'fulfilled') expect(readFileSync(spool.path(kept.value.name)).equals(whole)).toBe(true)
  expect(readdirSync(folder).length).toBe(before + 1)
})
