import { upsertHosts } from '#server/modules/hosts/service.ts'
import { AppError } from '#server/platform/errors.ts'
import type { JobCtx } from '#server/platform/jobs.ts'
import { type Block, partsOf } from './formats/chunks.ts'
import { CsvHeaderError } from './formats/csv.ts'
import { BadGzip, UnknownFormat } from './formats/detect.ts'
import { type Opened, open } from './members.ts'
import { type Loading, noteProgress, type Step } from './queries.ts'
import {
  type Counts,
  countBatches,
  type Freshness,
  freshnessOf,
  hostsIn,
  identify,
  quarantine,
  quarantineLeftOut,
  stagedChunks,
  storeChunk,
} from './rows.ts'
import { clearStaging, lookCloser, stage } from './staging.ts'

const AT_ONCE = 2
// Nobody sees the steps of a smaller load, and each costs it a transaction.
const WATCHED_BYTES = 8 * 1024 * 1024

/** What will fail the same way every time; `batch` names the delivery that is to blame. */
export class Hopeless extends Error {
  readonly batch: number | undefined
  constructor(message: string, batch?: number) {
    super(message)
    this.batch = batch
  }
}
const HOPELESS = [UnknownFormat, BadGzip, CsvHeaderError]

/** What a load brought, by delivery. */
export type Loaded = { formats: Map<number, Opened['format']>; counts: Map<number, Counts>; freshness: Freshness[] }

/**
 * Brings deliveries from the spool into the rows, from staging to the counts. Safe to repeat with the same deliveries:
 * the same bytes give the same tokens. Throws Hopeless when one of them can never be loaded.
 */
export async function load(ctx: JobCtx, id: number, batches: Loading[]): Promise<Loaded> {
  const { rows } = ctx
  const ids = batches.map((batch) => batch.id)
  const progress = (share: number, step: Step) => ctx.transact('read write', (db) => noteProgress(db, ids, share, step))

  await clearStaging(rows, id)
  const formats = new Map<number, Opened['format']>()
  const whole = batches.reduce((sum, { bytes }) => sum + bytes, 0)
  let bytes = 0
  let lines = 0
  await sideBySide(partsOf(blocksOf(ctx, batches, formats)), async (part) => {
    ctx.signal.throwIfAborted()
    await stage(rows, id, part)
    bytes += part.body.length
    lines += part.lines
    await progress(0.35 * Math.min(1, bytes / whole), { phase: 'reading', rows: lines })
  })
  if (whole > WATCHED_BYTES) await progress(0.35, { phase: 'checking', rows: 0 })
  await lookCloser(rows, id)
  await quarantine(rows, id)
  const seen = await hostsIn(rows, id)
  const sightings = seen.map((host) => ({ ...host, first_seen: null, last_seen: null }))
  const hosts = await ctx.transact('read write', (db) => upsertHosts(db, sightings))
  await identify(rows, id, ids, hosts)
  await storeAll(ctx, id, ids, (share, stored) => progress(0.45 + 0.5 * share, { phase: 'storing', rows: stored }))
  return { formats, counts: await countBatches(rows, id, ids), freshness: await freshnessOf(rows, ids) }
}

/** Every member of every delivery, in order, in blocks of lines that count through their delivery. */
async function* blocksOf(
  ctx: JobCtx,
  batches: Loading[],
  formats: Map<number, Opened['format']>,
): AsyncGenerator<Block> {
  for (const batch of batches) {
    try {
      const opened = await open(ctx, batch)
      formats.set(batch.id, opened.format)
      yield* linesOf(batch, opened)
    } catch (error) {
      throw hopeless(error, batch) ?? error
    }
  }
}

async function* linesOf(batch: Loading, { members }: Opened): AsyncGenerator<Block> {
  let before = 0
  for await (const member of members) {
    const identity = member.identity === 'position' ? batch.sha256 : ''
    const facts = { ...member.facts, batch: batch.id, identity }
    let last = 0
    for await (const lines of member.format(member.bytes())) {
      last = Math.max(last, lines.at(-1)!.line)
      if (before > 0) for (const framed of lines) framed.line += before
      yield { member: facts, lines }
    }
    before += last
  }
}

function hopeless(error: unknown, batch: Loading): Hopeless | null {
  if (error instanceof Hopeless) return new Hopeless(error.message, batch.id)
  if (HOPELESS.some((kind) => error instanceof kind)) return new Hopeless((error as Error).message, batch.id)
  if ((error as { code?: string }).code === 'ENOENT') return new Hopeless('Its file is gone from the spool.', batch.id)
  return null
}

type Progress = (share: number, stored: number) => Promise<unknown>

async function storeAll(ctx: JobCtx, id: number, batches: number[], progress: Progress) {
  const chunks = await stagedChunks(ctx.rows, id)
  let done = 0
  let stored = 0
  let leftOut = false
  await progress(0, 0)
  await sideBySide(chunks, async ({ chunk, lines }) => {
    ctx.signal.throwIfAborted()
    await storeChunk(ctx.rows, id, chunk, { careful: false }).catch((error: unknown) => {
      if (error instanceof AppError) throw error
      leftOut = true
      return storeChunk(ctx.rows, id, chunk, { careful: true })
    })
    done += 1
    stored += lines
    await progress(done / chunks.length, stored)
  })
  if (leftOut) await quarantineLeftOut(ctx.rows, id, batches)
}

/** Works through `items`, as many at a time as there are cores to use. On a failure the rest is left and what runs is awaited. */
async function sideBySide<T>(items: AsyncIterable<T> | Iterable<T>, work: (item: T) => Promise<void>) {
  const running = new Set<Promise<void>>()
  let failed: { error: unknown } | null = null
  for await (const item of items) {
    const task: Promise<void> = work(item)
      .catch((error: unknown) => {
        failed ??= { error }
      })
      .finally(() => running.delete(task))
    running.add(task)
    if (running.size >= AT_ONCE) await Promise.race(running)
    if (failed) break
  }
  await Promise.all(running)
  if (failed) throw (failed as { error: unknown }).error
}
