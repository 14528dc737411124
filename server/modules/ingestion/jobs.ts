import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { noteFreshness, noteHostFacts, noteNames } from '#server/modules/hosts/service.ts'
import { record } from '#server/platform/activity.ts'
import { lookAgain } from '#server/platform/bulk.ts'
import { AppError, fromDatabase } from '#server/platform/errors.ts'
import { enqueue, type JobCtx, job } from '#server/platform/jobs.ts'
import { failure, log } from '#server/platform/log.ts'
import type { TenantDb } from '#server/platform/tenant.ts'
import { FLAWS, type Flaw } from './formats/framed.ts'
import { KNOWN_COLUMNS } from './formats/known-columns.ts'
import { type Proposal, proposalsFor, Unnamed } from './formats/unnamed.ts'
import { Locked } from './formats/winzip-aes.ts'
import { Hopeless, type Loaded, load } from './load.ts'
import { firstInLine, type Group, type Loading, putBack, takeGroup, UNTRIED, untry } from './queries.ts'
import { type Counts, columnsOfArtifacts, commonestFlaw, forget } from './rows.ts'
import { clearStaging, endWrites, stagedLoads } from './staging.ts'

const TRIES = 5
const CRASHES = 30
// One of the worker's three places stays free of loads that take minutes, for the small delivery of somebody else.
const LARGE_BYTES = 256 * 1024 * 1024
const LARGE_AT_ONCE = 2
const PAUSE_MS = 500
let largeRunning = 0

/**
 * Loads a tenant's deliveries, oldest first, until none waits or another tenant does: then the rest has its next turn
 * after theirs. One load at a time, so that "stored before" is exact.
 */
export const loadDeliveries = job('ingestion.load', z.object({}), async (ctx) => {
  const ran = await ctx.exclusively('load', () => loadInTurn(ctx))
  if (!ran) throw new AppError('unavailable', 'Another worker loads this tenant.')
})

async function loadInTurn(ctx: JobCtx) {
  for (let group = await nextInTurn(ctx); group; group = await nextInTurn(ctx)) {
    if (group === 'later') return takeAnotherTurn(ctx)
    if (ctx.signal.aborted) return
    await loadInPlace(ctx, group)
    if (await ctx.othersWait()) return takeAnotherTurn(ctx)
  }
  if (!ctx.signal.aborted) for (const left of await stagedLoads(ctx.rows)) await clearStaging(ctx.rows, left)
}

const takeAnotherTurn = (ctx: JobCtx) => ctx.transact('read write', (db) => enqueue(db, loadDeliveries, {}))

/** The next load; 'later' when it is a large one and those already run wherever they may. Waits where all is in back-off. */
async function nextInTurn(ctx: JobCtx): Promise<Group | 'later' | null> {
  while (!ctx.signal.aborted) {
    const waiting = await ctx.transact('read only', (db) => firstInLine(db))
    if (!waiting) return null
    if (waiting.ready && (waiting.bytes <= LARGE_BYTES || largeRunning < LARGE_AT_ONCE))
      return ctx.transact('read write', (db) => takeGroup(db))
    await sleep(PAUSE_MS)
    if (await ctx.othersWait()) return 'later'
  }
  return null
}

async function loadInPlace(ctx: JobCtx, group: Group) {
  const large = group.batches.reduce((sum, { bytes }) => sum + bytes, 0) > LARGE_BYTES
  largeRunning += Number(large)
  try {
    await loadOrFail(ctx, group)
  } finally {
    largeRunning -= Number(large)
  }
}

async function loadOrFail(ctx: JobCtx, group: Group) {
  const { batches } = group
  try {
    const crashed = batches.find(({ attempts, failures }) => attempts - failures > CRASHES)
    if (crashed) throw new Hopeless('The worker stopped every time it loaded this delivery.', crashed.id)
    if (group.again) await endWrites(ctx.rows, group.load)
    await close(ctx, group, await load(ctx, group))
  } catch (cause) {
    if (ctx.signal.aborted) throw cause
    const error = fromDatabase(cause)
    if (isAway(error)) return engineBack(ctx, group, error)
    const failures = Math.max(...batches.map((batch) => batch.failures)) + 1
    const seen = { load: group.load, batches: batches.map(({ id }) => id), tenant: ctx.tenantId, failures }
    log.warn({ ...seen, error: failure(error) }, 'load failed')
    await isolate(ctx, group, error)
  }
}

/** The delivery to blame ends or is tried again alone; the others of its load are not held up. */
async function isolate(ctx: JobCtx, { load: id, batches }: Group, error: unknown) {
  const [first] = batches
  const guilty = error instanceof Hopeless ? batches.find((batch) => batch.id === error.batch) : undefined
  const given = guilty ?? (batches.length === 1 && first!.failures + 1 >= TRIES ? first : undefined)
  const others = batches.filter((batch) => batch !== given).map((batch) => batch.id)
  await endWrites(ctx.rows, id)
  // What was stored is taken back: another load would not know it for its own.
  await forget(
    ctx.rows,
    batches.map((batch) => batch.id),
  )
  await clearStaging(ctx.rows, id)
  if (given) await giveUp(ctx, given, error, { keepFile: !guilty })
  if (others.length === 0) return
  await ctx.transact('read write', (db) => putBack(db, others, { failed: !given }))
}

async function giveUp(ctx: JobCtx, batch: Loading, error: unknown, { keepFile }: Pick<Failure, 'keepFile'>) {
  const why = error instanceof Hopeless ? error.cause : null
  if (why instanceof Unnamed) return awaitName(ctx, batch, why)
  const known = error instanceof Hopeless ? error.message : reasonOf(error)
  const locked = why instanceof Locked
  await fail(ctx, batch, { error: known, keepFile: keepFile || locked, locked })
}

/** The delivery waits, with what it could be, until a person names it. */
async function awaitName(ctx: JobCtx, { id }: Loading, { columns, needsHost, message }: Unnamed) {
  const artifacts = proposalsFor(columns, [...KNOWN_COLUMNS, ...(await columnsOfArtifacts(ctx.rows))])
  const proposed: Proposal = { artifacts, columns, needs_host: needsHost }
  await ctx.transact('read write', (db) =>
    db
      .updateTable('batch')
      .set({ state: 'needs_artifact', proposed: JSON.stringify(proposed), error: message, load_id: null, ...UNTRIED })
      .where('id', '=', id)
      .execute(),
  )
}

const reasonOf = (error: unknown) => {
  const [line = ''] = String((error as Error)?.message ?? error).split('\n')
  return `It could not be loaded in ${TRIES} tries, and nothing of it was stored. The last time: ${line.slice(0, 200)}`
}

/** The ledger's last lines: counts, activity and the end of the deliveries commit together, or not at all. */
async function close(ctx: JobCtx, { load: id, batches }: Group, { formats, counts, names, freshness, facts }: Loaded) {
  const empty = batches.filter((batch) => isEmpty(counts.get(batch.id)))
  const reasons = await Promise.all(
    empty.map(async (batch) => [batch.id, await whyNothing(ctx, batch, counts)] as const),
  )
  const failed = new Map(reasons)
  await ctx.transact('read write', async (db) => {
    await noteNames(db, names)
    await noteFreshness(db, freshness)
    await noteHostFacts(db, facts)
    for (const batch of batches) {
      const failure = failed.get(batch.id)
      if (failure) await endFailed(db, batch, failure, counts.get(batch.id))
      else await endDone(db, batch, formats, counts.get(batch.id)!)
    }
  })
  await ctx.transact('read write', (db) => lookAgain(db, freshness.length))
  await clearStaging(ctx.rows, id)
  for (const { id: batch, spool_name } of batches)
    if (spool_name && !failed.get(batch)?.keepFile) await ctx.spool.remove(spool_name)
}

const isEmpty = (counts: Counts | undefined) => !counts || counts.stored + counts.duplicate === 0

async function endDone(db: TenantDb, batch: Loading, formats: Loaded['formats'], counts: Counts) {
  const format = batch.format ?? formats.get(batch.id) ?? null
  const ended = {
    state: 'done',
    format,
    loaded_bytes: batch.bytes,
    done_at: new Date(),
    error: null,
    spool_name: null,
    sealed_password: null,
  } as const
  await db
    .updateTable('batch')
    .set({ ...counts, ...ended })
    .where('id', '=', batch.id)
    .execute()
  await record(asWorker(db, batch), 'batch.ingested', { type: 'batch', id: batch.id }, counts)
}

/** Why a delivery failed; its file is kept where it could be loaded another time, or told more. */
type Failure = { error: string; keepFile: boolean; locked?: boolean }

async function endFailed(db: TenantDb, batch: Loading, { error, keepFile, locked }: Failure, counts?: Counts) {
  const { received, rejected } = counts ?? { received: 0, rejected: 0 }
  const done_at = new Date()
  const failures = batch.failures + 1
  const ended = { state: 'failed', error, failures, stored: 0, duplicate: 0, done_at, sealed_password: null } as const
  await db
    .updateTable('batch')
    .set({ ...ended, received, rejected, spool_name: keepFile ? batch.spool_name : null })
    .$if(locked === true, (query) => query.set({ locked_at: done_at }))
    .where('id', '=', batch.id)
    .execute()
  await record(asWorker(db, batch), 'batch.failed', { type: 'batch', id: batch.id }, { reason: error })
}

const asWorker = (db: TenantDb, { id }: Loading) => ({
  db,
  actor: { accountId: null, name: 'worker' },
  requestId: `batch-${id}`,
})

async function fail(ctx: JobCtx, batch: Loading, failure: Failure) {
  await ctx.transact('read write', (db) => endFailed(db, batch, failure))
  if (batch.spool_name && !failure.keepFile) await ctx.spool.remove(batch.spool_name)
}

async function whyNothing(ctx: JobCtx, batch: Loading, counts: Loaded['counts']): Promise<Failure> {
  const received = counts.get(batch.id)?.received ?? 0
  if (received === 0) return { error: 'The delivery holds no row.', keepFile: false }
  const most = await commonestFlaw(ctx.rows, batch.id)
  const keepFile = most === 'NO_ARTIFACT' || most === 'NO_HOST' // a person can say it, then it loads
  const error = `None of the ${received.toLocaleString('en')} lines could become a row; most often: ${FLAWS[most as Flaw] ?? most}`
  return { error, keepFile }
}

// An engine that is away, or whose disk is full, says when to ask again. One that gave up on a statement does not: that
// is a try, or a delivery too large for its memory would be loaded for ever.
const isAway = (error: unknown): error is AppError =>
  error instanceof AppError && error.code === 'unavailable' && error.retryAfterSeconds !== undefined

/** Waits for the engines. That they were away is not the deliveries' fault and counts as no try. */
async function engineBack(ctx: JobCtx, { batches }: Group, error: AppError): Promise<unknown> {
  if (error.retryAfterSeconds! >= 60) await sleep(10_000) // a full disk
  for (let waited = 0; waited < 240 && !ctx.signal.aborted; waited += 1) {
    await sleep(500)
    if (await ctx.alive()) return ctx.transact('read write', (db) => untry(db, batches))
  }
  throw error
}
