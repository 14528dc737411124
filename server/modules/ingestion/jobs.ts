import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { record } from '#server/platform/activity.ts'
import { AppError, fromDatabase } from '#server/platform/errors.ts'
import { type JobCtx, job } from '#server/platform/jobs.ts'
import { failure, log } from '#server/platform/log.ts'
import type { TenantDb } from '#server/platform/tenant.ts'
import { FLAWS, type Flaw } from './formats/framed.ts'
import { Hopeless, type Loaded, load } from './load.ts'
import { type Group, type Loading, putBack, takeGroup } from './queries.ts'
import { type Counts, commonestFlaw, countBatches, forget } from './rows.ts'
import { clearStaging, stagedLoads } from './staging.ts'

const TRIES = 5
const CRASHES = 30

/** Loads a tenant's deliveries, oldest first, until none waits. One load at a time, so that "stored before" is exact. */
export const loadDeliveries = job('ingestion.load', z.object({}), async (ctx) => {
  const ran = await ctx.exclusively('load', async () => {
    let group = await next(ctx)
    for (const left of await stagedLoads(ctx.rows)) if (left !== group?.load) await clearStaging(ctx.rows, left)
    for (; group && !ctx.signal.aborted; group = await next(ctx)) await loadOrFail(ctx, group)
  })
  if (!ran) throw new AppError('unavailable', 'Another worker loads this tenant.')
})

const next = (ctx: JobCtx) => ctx.transact('read write', (db) => takeGroup(db))

async function loadOrFail(ctx: JobCtx, group: Group) {
  const { batches } = group
  try {
    const crashed = batches.find(({ attempts }) => attempts > CRASHES)
    if (crashed) throw new Hopeless('The worker stopped every time it loaded this delivery.', crashed.id)
    await close(ctx, group, await load(ctx, group.load, batches))
  } catch (cause) {
    if (ctx.signal.aborted) throw cause
    const error = fromDatabase(cause)
    if (error instanceof AppError && error.code === 'unavailable') return engineBack(ctx, error)
    const tries = Math.max(...batches.map(({ attempts }) => attempts))
    const seen = { load: group.load, batches: batches.map(({ id }) => id), tenant: ctx.tenantId, attempt: tries }
    log.warn({ ...seen, error: failure(error) }, 'load failed')
    await isolate(ctx, group, error)
  }
}

/** The delivery to blame ends or is tried again alone; the others of its load are not held up. */
async function isolate(ctx: JobCtx, { load: id, batches }: Group, error: unknown) {
  const [first] = batches
  const guilty = error instanceof Hopeless ? batches.find((batch) => batch.id === error.batch) : undefined
  const given = guilty ?? (batches.length === 1 && first!.attempts >= TRIES ? first : undefined)
  const others = batches.filter((batch) => batch !== given).map((batch) => batch.id)
  // What was stored is taken back: another load would not know it for its own.
  await forget(
    ctx.rows,
    batches.map((batch) => batch.id),
  )
  await clearStaging(ctx.rows, id)
  if (given) await fail(ctx, given, error instanceof Hopeless ? error.message : UNKNOWN, { keepFile: !guilty })
  if (others.length === 0) return
  await ctx.transact('read write', (db) => putBack(db, others, { toBlame: !given }))
  if (!given && first) await sleep(200 * first.attempts)
}

const UNKNOWN = 'The delivery could not be loaded; the server log says why. Nothing of it was stored.'

/** The ledger's last lines: counts, activity and the end of the deliveries commit together, or not at all. */
async function close(ctx: JobCtx, { load: id, batches }: Group, { formats, counts }: Loaded) {
  const empty = batches.filter((batch) => isEmpty(counts.get(batch.id)))
  const reasons = await Promise.all(
    empty.map(async (batch) => [batch.id, await whyNothing(ctx, batch, counts)] as const),
  )
  const failed = new Map(reasons)
  await ctx.transact('read write', async (db) => {
    for (const batch of batches) {
      const reason = failed.get(batch.id)
      if (reason !== undefined) await endFailed(db, batch, reason, counts.get(batch.id))
      else await endDone(db, batch, formats, counts.get(batch.id)!)
    }
  })
  await clearStaging(ctx.rows, id)
  for (const { spool_name } of batches) if (spool_name) await ctx.spool.remove(spool_name)
}

const isEmpty = (counts: Counts | undefined) => !counts || counts.stored + counts.duplicate === 0

async function endDone(db: TenantDb, batch: Loading, formats: Loaded['formats'], counts: Counts) {
  const format = batch.format ?? formats.get(batch.id) ?? null
  const ended = { state: 'done', format, loaded_bytes: batch.bytes, done_at: new Date(), error: null } as const
  await db
    .updateTable('batch')
    .set({ ...counts, ...ended })
    .where('id', '=', batch.id)
    .execute()
  await record(asWorker(db, batch), 'batch.ingested', { type: 'batch', id: batch.id }, counts)
}

async function endFailed(db: TenantDb, batch: Loading, error: string, counts?: Pick<Counts, 'received' | 'rejected'>) {
  const { received, rejected } = counts ?? { received: 0, rejected: 0 }
  const ended = { state: 'failed', error, stored: 0, duplicate: 0, done_at: new Date() } as const
  await db
    .updateTable('batch')
    .set({ ...ended, received, rejected })
    .where('id', '=', batch.id)
    .execute()
  await record(asWorker(db, batch), 'batch.failed', { type: 'batch', id: batch.id }, { reason: error })
}

const asWorker = (db: TenantDb, { id }: Loading) => ({
  db,
  actor: { accountId: null, name: 'worker' },
  requestId: `batch-${id}`,
})

async function fail(ctx: JobCtx, batch: Loading, reason: string, { keepFile }: { keepFile: boolean }) {
  const counted = await countBatches(ctx.rows, 0, [batch.id]).catch(() => null)
  await ctx.transact('read write', (db) => endFailed(db, batch, reason, counted?.get(batch.id)))
  if (batch.spool_name && !keepFile) await ctx.spool.remove(batch.spool_name)
}

async function whyNothing(ctx: JobCtx, batch: Loading, counts: Loaded['counts']): Promise<string> {
  const received = counts.get(batch.id)?.received ?? 0
  if (received === 0) return 'The delivery holds no row.'
  const most = await commonestFlaw(ctx.rows, batch.id)
  return `None of the ${received.toLocaleString('en')} lines could become a row; most often: ${FLAWS[most as Flaw] ?? most}`
}

async function engineBack(ctx: JobCtx, error: AppError) {
  for (let waited = 0; waited < 240 && !ctx.signal.aborted; waited += 1) {
    await sleep(500)
    if (await ctx.alive()) return
  }
  throw error
}
