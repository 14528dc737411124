import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { record } from '#server/platform/activity.ts'
import { AppError, fromDatabase } from '#server/platform/errors.ts'
import { type JobCtx, job } from '#server/platform/jobs.ts'
import { failure, log } from '#server/platform/log.ts'
import type { FormatName } from './formats/detect.ts'
import { Hopeless, isHopeless, load } from './load.ts'
import { type Loading, takeNext } from './queries.ts'
import { type Counts, clearStaging, countBatch } from './rows.ts'

const TRIES = 5
const CRASHES = 30

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
    const { format, counts } = await load(ctx, batch)
    await close(ctx, batch, format, counts)
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

const WORKER = { accountId: null, name: 'worker' }

async function engineBack(ctx: JobCtx, error: AppError) {
  for (let waited = 0; waited < 240 && !ctx.signal.aborted; waited += 1) {
    await sleep(500)
    if (await ctx.alive()) return
  }
  throw error
}
