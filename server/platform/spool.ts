import { createHash, randomBytes } from 'node:crypto'
import { createReadStream, type ReadStream } from 'node:fs'
import { mkdir, open, readdir, rename, rm, stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { AppError } from './errors.ts'

export type Spooled = { name: string; bytes: number; sha256: string }
export type SpoolLimits = { maxBytes: number; minFreeBytes: number }

const HALF = '.part'

/** Where deliveries wait, whole and durable, until they are loaded. */
export type Spool = ReturnType<typeof openSpool>

/** Opens (and makes) the spool folder. */
export function openSpool(folder: string, { maxBytes, minFreeBytes }: SpoolLimits) {
  const path = (name: string) => join(folder, name)

  return {
    path,

    /** Refuses with `unavailable` while the disk is nearly full, so that nothing is half taken. */
    async admit(): Promise<void> {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const { bavail, bsize } = await statfs(folder)
      if (bavail * bsize < minFreeBytes) {
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
      const hash = createHash('sha256')
      let bytes = 0
      try {
        await pipeline(body, async (chunks: AsyncIterable<Buffer>) => {
          for await (const chunk of chunks) {
            bytes += chunk.length
            if (bytes > maxBytes) throw new TooLarge(maxBytes)
            hash.update(chunk)
            await half.writeFile(chunk)
          }
        })
        await half.sync()
        await half.close()
        await rename(path(name + HALF), path(name))
        await syncFolder(folder)
        return { name, bytes, sha256: hash.digest('hex') }
      } catch (error) {
        await half.close().catch(() => {})
        await rm(path(name + HALF), { force: true })
        throw isDiskFull(error) ? new AppError('unavailable', 'The disk is full; nothing was stored.', {}, 60) : error
      }
    },

    read: (name: string): ReadStream => createReadStream(path(name), { highWaterMark: 1024 * 1024 }),
    remove: (name: string) => rm(path(name), { force: true }),

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

async function syncFolder(folder: string) {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

const isDiskFull = (error: unknown) => ['ENOSPC', 'EDQUOT'].includes((error as { code?: string }).code ?? '')
