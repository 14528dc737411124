import { upsertHosts } from '#server/modules/hosts/service.ts'
import { AppError } from '#server/platform/errors.ts'
import type { JobCtx } from '#server/platform/jobs.ts'
import { partsOf } from './formats/chunks.ts'
import { CsvHeaderError } from './formats/csv.ts'
import { BadGzip, detect, FORMATS, type FormatName, UnknownFormat, unpacked } from './formats/detect.ts'
import { FLAWS, type Flaw } from './formats/framed.ts'
import { type Loading, noteProgress } from './queries.ts'
import {type Counts, 
  clearStaging, countBatch, type Delivery, hostsIn, identify, lookCloser,quarantine, quarantineLeftOut, 
  stage, stagedChunks, storeChunk,
} from './rows.ts' // biome-ignore format: one line of verbs

const MAX_UNPACKED_BYTES = 64 * 1024 ** 3
const AT_ONCE = 2

/** What will fail the same way every time. */
export class Hopeless extends Error {}
export const isHopeless = (error: unknown) =>
  [Hopeless, UnknownFormat, BadGzip, CsvHeaderError].some((kind) => error instanceof kind) ||
  (error as { code?: string }).code === 'ENOENT'

/** Brings one delivery from the spool into the rows, from staging to the counts. Safe to repeat: the same bytes give the same tokens. */
export async function load(ctx: JobCtx, batch: Loading): Promise<{ format: FormatName; counts: Counts }> {
  const { rows } = ctx
  const path = ctx.spool.path(batch.spool_name ?? '')
  const { format, gzip } = await detect(path)
  const delivery: Delivery = {
    batch: batch.id,
    artifact: batch.artifact ?? '',
    clientId: batch.client_id ?? '',
    hostname: batch.hostname ?? '',
    flowId: batch.flow_id ?? '',
  }
  const progress = (share: number) =>
    ctx.transact('read write', (db) => noteProgress(db, batch.id, share * batch.bytes))

  if (batch.attempts > 1) await clearStaging(rows, batch.id)
  const file = ctx.spool.read(batch.spool_name ?? '')
  const packing = gzip ? 5 : 1 // what a gzip of rows roughly unpacks to, for the bar only
  let bytes = 0
  await sideBySide(partsOf(FORMATS[format](unpacked(file, { gzip, maxBytes: MAX_UNPACKED_BYTES }))), async (part) => {
    ctx.signal.throwIfAborted()
    await stage(rows, delivery, part)
    bytes += part.body.length
    await progress(0.35 * Math.min(1, bytes / (batch.bytes * packing)))
  })
  await lookCloser(rows, delivery)
  await quarantine(rows, batch.id)
  const seen = await hostsIn(rows, batch.id)
  await identify(rows, batch.id, await ctx.transact('read write', (db) => upsertHosts(db, seen)))
  await progress(0.45)
  await storeAll(ctx, batch.id, (share) => progress(0.45 + 0.5 * share))
  const counts = await countBatch(rows, batch.id)
  if (counts.received === 0) throw new Hopeless('The delivery holds no row.')
  if (counts.stored + counts.duplicate === 0) throw new Hopeless(await whyNothing(ctx, batch.id, counts))
  return { format, counts }
}

async function storeAll(ctx: JobCtx, batch: number, progress: (share: number) => Promise<unknown>) {
  const chunks = await stagedChunks(ctx.rows, batch)
  let stored = 0
  let leftOut = false
  await sideBySide(chunks, async (chunk) => {
    ctx.signal.throwIfAborted()
    await storeChunk(ctx.rows, batch, chunk, { careful: false }).catch((error: unknown) => {
      if (error instanceof AppError) throw error
      leftOut = true
      return storeChunk(ctx.rows, batch, chunk, { careful: true })
    })
    stored += 1
    await progress(stored / chunks.length)
  })
  if (leftOut) await quarantineLeftOut(ctx.rows, batch)
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

async function whyNothing(ctx: JobCtx, batch: number, { received }: Counts) {
  const [most] = await ctx.rows.select<{ reason: string }>(
    `select reason from reject where tenant_id = {tenant:UInt64} and batch_id = {batch:UInt64} group by reason order by count() desc limit 1`,
    { batch },
  )
  return `None of the ${received.toLocaleString('en')} lines could become a row; most often: ${FLAWS[most?.reason as Flaw] ?? most?.reason}`
}
