import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { endDerived, failDerived, nextToDerive, noteDerived } from '#server/modules/columns/queries.ts'
import { literal, type Maps, mapsOf, type SeenPath, timesOf } from '#server/modules/columns/service.ts'
import { forgetFreshness, type Held } from '#server/modules/hosts/service.ts'
import { record } from '#server/platform/activity.ts'
import { now } from '#server/platform/clock.ts'
import { AppError } from '#server/platform/errors.ts'
import { type JobCtx, job } from '#server/platform/jobs.ts'
import { failure, log } from '#server/platform/log.ts'
import { PUT_OFF, type TenantRows } from '#server/platform/telemetry.ts'
import { deriveSlice, pathsByArtifact, slicesOf } from './derive.ts'

type Correction = NonNullable<Awaited<ReturnType<typeof nextToDerive>>>

const PAUSE_MS = 200
const WAIT_MS = 60_000
const TIMES_PCT = 40
const SIGHTINGS_PCT = 95

/**
 * Has stored rows follow the corrections of column maps: their times in place, then their sightings. Reads see the old or
 * the new, never both: a new sighting stands in for the old one of the same key, and what is no longer derived goes last.
 * Safe to repeat and to interrupt.
 */
export const rederive = job('ingestion.rederive', z.object({}), async (ctx) => {
  const ran = await ctx.exclusively('rederive', async () => {
    for (let next = await correction(ctx); next && !ctx.signal.aborted; next = await correction(ctx))
      await follow(ctx, next)
  })
  if (!ran) throw new AppError('unavailable', 'Another worker derives for this tenant.')
})

const correction = (ctx: JobCtx) => ctx.transact('read only', (db) => nextToDerive(db))

async function follow(ctx: JobCtx, map: Correction) {
  try {
    await deriveAll(ctx, map)
  } catch (error) {
    // An engine that is away comes back, and the queue tries again.
    if (ctx.signal.aborted || (error instanceof AppError && error.code === 'unavailable')) throw error
    log.warn({ artifact: map.artifact, tenant: ctx.tenantId, error: failure(error) }, 'derivation failed')
    await ctx.transact('read write', (db) =>
      failDerived(db, map, 'Stored rows could not follow; the server log says why. Save again to try again.'),
    )
  }
}

async function deriveAll(ctx: JobCtx, correction: Correction) {
  const { artifact } = correction
  await loadsBegunBefore(ctx, correction)
  const maps = await ctx.transact('read only', (db) => mapsOf(db, [artifact], (names) => storedPaths(ctx.rows, names)))
  const map = maps.get(artifact)
  // A newer correction came meanwhile: it is the one to follow.
  if (!map || map.revision !== correction.revision) return
  await rewriteTimes(ctx, correction, maps)
  await rewriteSightings(ctx, correction, maps)
  const asOf = now()
  const held = await freshnessOfArtifact(ctx.rows, artifact)
  await ctx.transact('read write', async (db) => {
    await forgetFreshness(db, artifact, held, asOf)
    await endDerived(db, correction)
    const worker = { db, actor: { accountId: null, name: 'worker' }, requestId: `columns-${correction.id}` }
    await record(worker, 'column_map.followed', { type: 'column_map', id: correction.id }, { artifact })
  })
}

/** Waits for loads that may still store rows by the map as it was. Throws `unavailable` when they take too long. */
async function loadsBegunBefore(ctx: JobCtx, { corrected_at }: Correction): Promise<void> {
  const running = () =>
    ctx.transact('read only', (db) =>
      db
        .selectFrom('batch')
        .select('id')
        .where('state', '=', 'loading')
        // One that was interrupted has rows from before, however late it began again.
        .where((eb) => eb.or([eb('loading_since', '<=', corrected_at), eb('attempts', '>', 1)]))
        .limit(1)
        .executeTakeFirst(),
    )
  for (let waited = 0; await running(); waited += PAUSE_MS) {
    ctx.signal.throwIfAborted()
    if (waited >= WAIT_MS) throw new AppError('unavailable', 'A load that began before the correction still runs.')
    await sleep(PAUSE_MS)
  }
}

/** Every path in the stored rows of these artifacts. */
async function storedPaths(rows: TenantRows, artifacts: string[]): Promise<Map<string, SeenPath[]>> {
  const found = await rows.select<{ artifact: string; path: string; list: number }>(
    `select artifact, seen.1 as path, arrayExists(type -> startsWith(type, 'Array'), seen.2) as list from (
       select artifact, arrayJoin(cast(distinctJSONPathsAndTypes(row), 'Array(Tuple(String, Array(String)))')) as seen
       from rows where tenant_id = {tenant:UInt64} and artifact in {artifacts:Array(String)} group by artifact)`,
    { artifacts },
    { seconds: 600, maxRows: 1_000_000 },
  )
  return pathsByArtifact(found)
}

/** What an artifact's hosts have of it now; times in UTC. */
const freshnessOfArtifact = (rows: TenantRows, artifact: string) =>
  rows.select<Omit<Held, 'artifact'>>(
    `select host_id, count() as rows, toString(min(event_time)) as first_row_at,
       toString(maxIf(event_time, event_time <= now64(3) + interval 1 day)) as last_row_at
     from rows where tenant_id = {tenant:UInt64} and artifact = {artifact:String} group by host_id`,
    { artifact },
    { seconds: 600, maxRows: 10_000_000 },
  )

type Mutation = { parts: number; done: number; flaw: string }

/** Writes the times of stored rows anew, where they lie. The engine goes on with it by itself, also across a restart. */
async function rewriteTimes(ctx: JobCtx, correction: Correction, maps: Maps): Promise<void> {
  const { rows } = ctx
  const times = timesOf(maps)
  // What the engine keeps of the statement is its text, so nothing in it can be a parameter; the mark finds it again.
  const mark = `derive ${rows.tenantId} ${correction.id} ${correction.revision}`
  const state = () => mutationsOf(rows, mark)
  if ((await state()).length === 0) {
    await rows.write(
      `alter table rows update event_time = ${times.eventTime}, times = ${times.times}, time_labels = ${times.labels}
       where tenant_id = ${rows.tenantId} and artifact = ${literal(correction.artifact)} and ${literal(mark)} != ''`,
      {},
      undefined,
      { mutations_sync: '0' },
    )
  }
  let most = 1
  for (let [mutation] = await state(); mutation && !mutation.done; [mutation] = await state()) {
    ctx.signal.throwIfAborted()
    // What is only put off goes on by itself.
    if (mutation.flaw && !PUT_OFF.test(mutation.flaw)) await giveUp(rows, mark, mutation.flaw)
    most = Math.max(most, mutation.parts)
    await progress(ctx, correction, TIMES_PCT * (1 - mutation.parts / most))
    await sleep(PAUSE_MS)
  }
}

const mutationsOf = (rows: TenantRows, mark: string) =>
  rows.select<Mutation>(
    `select parts_to_do as parts, is_done as done, latest_fail_reason as flaw from system.mutations
     where database = currentDatabase() and table = 'rows' and position(command, {mark:String}) > 0`,
    { mark: `'${mark}'` },
  )

/** Takes the statement back: the engine would repeat it for ever, and hold up the next one. */
async function giveUp(rows: TenantRows, mark: string, flaw: string): Promise<never> {
  await rows.write(
    `kill mutation where database = currentDatabase() and table = 'rows' and position(command, {mark:String}) > 0`,
    { mark: `'${mark}'` },
  )
  throw new Error(flaw)
}

const progress = (ctx: JobCtx, correction: Correction, pct: number) =>
  ctx.transact('read write', (db) => noteDerived(db, correction, pct))

async function rewriteSightings(ctx: JobCtx, correction: Correction, maps: Maps): Promise<void> {
  const { artifact, revision } = correction
  const portions = await ctx.rows.select<{ host_id: number; batch_id: number; rows: number }>(
    `select host_id, batch_id, count() as rows from rows
     where tenant_id = {tenant:UInt64} and artifact = {artifact:String} group by host_id, batch_id order by host_id, batch_id`,
    { artifact },
    { seconds: 600, maxRows: 50_000_000 },
  )
  const whole = portions.reduce((sum, { rows }) => sum + rows, 0)
  let done = 0
  for (const slice of slicesOf(portions)) {
    ctx.signal.throwIfAborted()
    const [hosts, batches] = [slice.map(({ host_id }) => host_id), slice.map(({ batch_id }) => batch_id)]
    await deriveSlice(ctx.rows, maps, { hosts: [...new Set(hosts)], batches: [...new Set(batches)] })
    done += slice.reduce((sum, { rows }) => sum + rows, 0)
    await progress(ctx, correction, TIMES_PCT + (SIGHTINGS_PCT - TIMES_PCT) * (done / whole))
  }
  await ctx.rows.write(
    `delete from sightings where tenant_id = {tenant:UInt64} and artifact = {artifact:String} and revision < {revision:UInt32}`,
    { artifact, revision },
  )
}
