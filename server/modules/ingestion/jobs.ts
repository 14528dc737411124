import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { upsertHosts } from '#server/modules/hosts/service.ts'
import { record } from '#server/platform/activity.ts'
import { AppError, fromDatabase } from '#server/platform/errors.ts'
import { type JobCtx, job } from '#server/platform/jobs.ts'
import { failure, log } from '#server/platform/log.ts'
import { partsOf } from './formats/chunks.ts'
import { CsvHeaderError } from './formats/csv.ts'
import { BadGzip, detect, FORMATS, type FormatName, UnknownFormat, unpacked } from './formats/detect.ts'
import { FLAWS, type Flaw } from './formats/framed.ts'
import { type Loading, noteProgress, takeNext } from './queries.ts'
import {type Counts, 
  clearStaging, countBatch, type Delivery, hostsIn, identify, lookCloser,quarantine, quarantineLeftOut, 
  stage, stagedChunks, storeChunk,
} from './rows.ts' // biome-ignore format: one line of verbs

const TRIES = 5
const CRASHES = 30
const MAX_UNPACKED_BYTES = 64 * 1024 ** 3
const AT_ONCE = 2

/** Loads a tenant's deliveries, oldest first, until none waits. One at a time, so that "stored before" is exact. */
export const loadDeliveries = job('ingestion.load', z.object({}), async (ctx) => {
  const ran = await ctx.exclusively('load', async () => {
    for (let batch = await next(ctx); batch && !ctx.signal.aborted; batch = await next(ctx))
      await loadOrFail(ctx, batch)
  })
  if (!ran) throw new AppError('unavailable', 'Another worker loads this tenant.')
})

const next = (ctx: JobCtx) => ctx.transact('read write', (db) => takeNext(db))

async function loadOrFail(ctx: JobCtx, batch: Loading) {
  try {
    if (batch.attempts > CRASHES) throw new Hopeless('The worker stopped every time it loaded this delivery.')
    await load(ctx, batch)
  } catch (cause) {
    if (ctx.signal.aborted) throw cause
    const error = fromDatabase(cause)
    if (error instanceof AppError && error.code === 'unavailable') return engineBack(ctx, error)
    const last = batch.attempts >= TRIES || isHopeless(error)
    log.warn(
      { batch: batch.id, tenant: ctx.tenantId, attempt: batch.attempts, last, error: failure(error) },
      'load failed',
    )
    if (last) await fail(ctx, batch, error)
    else await sleep(200 * batch.attempts)
  }
}

/** What will fail the same way every time. */
class Hopeless extends Error {}
const isHopeless = (error: unknown) =>
  [Hopeless, UnknownFormat, BadGzip, CsvHeaderError].some((kind) => error instanceof kind) ||
  (error as { code?: string }).code === 'ENOENT'

async function load(ctx: JobCtx, batch: Loading) {
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
  await close(ctx, batch, format, counts)
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

/** The ledger's last line: counts, activity and the end of the delivery commit together, or not at all. */
async function close(ctx: JobCtx, batch: Loading, format: FormatName, counts: Counts) {
  await ctx.transact('read write', async (db) => {
    await db
      .updateTable('batch')
      .set({
        ...counts,
        state: 'done',
        format: batch.format ?? format,
        loaded_bytes: batch.bytes,
        done_at: new Date(),
        error: null,
      })
      .where('id', '=', batch.id)
      .execute()
    await record(
      { db, actor: WORKER, requestId: `batch-${batch.id}` },
      'batch.ingested',
      { type: 'batch', id: batch.id },
      counts,
    )
  })
  await cleanUp(ctx, batch)
}

async function fail(ctx: JobCtx, batch: Loading, error: unknown) {
  const known = isHopeless(error)
  const reason = known
    ? (error as Error).message
    : 'The delivery could not be loaded; the server log says why. Nothing of it was stored.'
  await ctx.rows.write(`delete from rows where tenant_id = ${ctx.tenantId} and batch_id = ${batch.id}`)
  const { rejected, received } = await countBatch(ctx.rows, batch.id).catch(() => ({ rejected: 0, received: 0 }))
  await ctx.transact('read write', async (db) => {
    await db
      .updateTable('batch')
      .set({ state: 'failed', error: reason, received, stored: 0, duplicate: 0, rejected, done_at: new Date() })
      .where('id', '=', batch.id)
      .execute()
    await record(
      { db, actor: WORKER, requestId: `batch-${batch.id}` },
      'batch.failed',
      { type: 'batch', id: batch.id },
      { reason },
    )
  })
  await cleanUp(ctx, batch, { keepFile: !known })
}

async function cleanUp(ctx: JobCtx, batch: Loading, { keepFile } = { keepFile: false }) {
  await clearStaging(ctx.rows, batch.id)
  if (batch.spool_name && !keepFile) await ctx.spool.remove(batch.spool_name)
}

async function whyNothing(ctx: JobCtx, batch: number, { received }: Counts) {
  const [most] = await ctx.rows.select<{ reason: string }>(
    `select reason from reject where tenant_id = {tenant:UInt64} and batch_id = {batch:UInt64} group by reason order by count() desc limit 1`,
    { batch },
  )
  return `None of the ${received.toLocaleString('en')} lines could become a row; most often: ${FLAWS[most?.reason as Flaw] ?? most?.reason}`
}

const WORKER = { accountId: null, name: 'worker' }

async function engineBack(ctx: JobCtx, error: AppError) {
  for (let waited = 0; waited < 240 && !ctx.signal.aborted; waited += 1) {
    await sleep(500)
    if (await ctx.alive()) return
  }
  throw error
}
