import { createHash, randomBytes } from 'node:crypto'
import { createReadStream, type ReadStream } from 'node:fs'
import { type FileHandle, mkdir, open, readdir, rename, rm, stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { reused, spent } from './buffers.ts'
import { AppError } from './errors.ts'
import { failure, log } from './log.ts'

export type Spooled = { name: string; bytes: number; sha256: string }
export type SpoolLimits = { maxBytes: number; minFreeBytes: number }

const HALF = '.part'
const BLOCK_BYTES = 256 * 1024
const SYNC_BYTES = 32 * 1024 * 1024
const blocks = reused(BLOCK_BYTES, 32)

/** Where deliveries wait, whole and durable, until they are loaded. */
export type Spool = ReturnType<typeof openSpool>

/** Opens (and makes) the spool folder. */
export function openSpool(folder: string, { maxBytes, minFreeBytes }: SpoolLimits) {
  const path = (name: string) => join(folder, name)

  return {
    path,

    /** Whether the disk has the room that must stay free. */
    async hasRoom(): Promise<boolean> {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const { bavail, bsize } = await statfs(folder)
      return bavail * bsize >= minFreeBytes
    },

    /** Refuses with `unavailable` while the disk is nearly full, so that nothing is half taken. */
    async admit(): Promise<void> {
      if (!(await this.hasRoom())) {
        throw new AppError(
          'unavailable',
          'The disk is nearly full, so nothing more is taken in. Free some space.',
          {},
          60,
        )
      }
    },

    /** Takes a stream in whole: when this resolves, the bytes survive a power cut. Throws and leaves nothing otherwise. */
    async receive(body: Readable): Promise<Spooled> {
      await this.admit()
      const name = randomBytes(16).toString('hex')
      const half = await open(path(name + HALF), 'wx', 0o600)
      try {
        const written = await pipeline(body, (chunks: AsyncIterable<Buffer>) => writeDurably(half, chunks, maxBytes))
        await half.close()
        await rename(path(name + HALF), path(name))
        await syncFolder(folder)
        return { name, ...written }
      } catch (error) {
        await half.close().catch(() => {})
        // After a failed sync nobody knows what the disk holds: neither name may stay.
        for (const left of [name + HALF, name]) await rm(path(left), { force: true })
        throw fromDisk(error)
      }
    },

    read: (name: string): ReadStream => createReadStream(path(name), { highWaterMark: 256 * 1024 }),
    remove: (name: string) => rm(path(name), { force: true }),

    /** Removes what a tenant had kept of its archives, in a folder of its own. */
    removeEvidence: (tenantId: number) =>
      rm(join(folder, '..', 'evidence', String(tenantId)), { recursive: true, force: true }),

    /** Names of whole files older than `minutes`, and of every half file of that age: what a crash may have left. */
    async leftovers(minutes: number): Promise<string[]> {
      const names = await readdir(folder).catch(() => [])
      const old = await Promise.all(
        names.map(async (name) => {
          const found = await stat(path(name)).catch(() => null)
          return found !== null && Date.now() - found.mtimeMs > minutes * 60_000
        }),
      )
      return names.filter((_, index) => old[index])
    },
  }
}

/** A delivery over the limit: 413 at the door. */
export class TooLarge extends Error {
  constructor(maxBytes: number) {
    super(
      `A delivery may have ${maxBytes.toLocaleString('en')} bytes at most. Split the file, or raise MAX_DELIVERY_BYTES.`,
    )
  }
}

// Blocks are hashed while they are written, and sent to the disk while more arrive: the last sync has little left to do.
async function writeDurably(file: FileHandle, chunks: AsyncIterable<Buffer>, maxBytes: number) {
  const hash = createHash('sha256')
  let bytes = 0
  let syncing: Promise<void> = Promise.resolve()
  let unsynced = 0
  for await (const block of inBlocks(chunks)) {
    bytes += block.length
    if (bytes > maxBytes) throw new TooLarge(maxBytes)
    const writing = file.writeFile(block)
    hash.update(block)
    await writing
    spent(block.length)
    unsynced += block.length
    if (unsynced < SYNC_BYTES) continue
    unsynced = 0
    await syncing
    syncing = file.datasync()
    syncing.catch(() => {}) // awaited above or below; until then it is nobody's
  }
  await syncing
  await file.sync()
  return { bytes, sha256: hash.digest('hex') }
}

// Every block is the same one: it is read until the next is asked for.
async function* inBlocks(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const block = blocks.take()
  let size = 0
  for await (const chunk of chunks) {
    for (let from = 0; from < chunk.length; ) {
      const copied = chunk.copy(block, size, from)
      from += copied
      size += copied
      if (size < BLOCK_BYTES) continue
      yield block
      size = 0
    }
  }
  if (size > 0) yield block.subarray(0, size)
  blocks.give(block) // not after a failure: a write may still read it
}

async function syncFolder(folder: string) {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

const DISK: Record<string, string> = {
  ENOSPC: 'The disk is full; nothing was stored.',
  EDQUOT: 'The disk is full; nothing was stored.',
  EIO: 'The disk could not keep the delivery; nothing was stored.',
  EROFS: 'The disk can only be read; nothing was stored.',
}

function fromDisk(error: unknown): unknown {
  const { code = '' } = error as { code?: string }
  if (!(code in DISK)) return error
  log.error({ error: failure(error) }, 'the spool could not be written')
  return new AppError('unavailable', DISK[code]!, {}, 60)
}
