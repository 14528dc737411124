import { z } from 'zod'
import { noteWatched } from '#server/modules/ingestion/queries.ts'
import { type Heard, noteVisits, profilesOf, saveProfiles, sourcesHeard } from '#server/modules/pulse/queries.ts'
import { type ArtifactSeen, artifactsSeen, type ColumnSeen, columnsSeen } from '#server/modules/pulse/rows.ts'
import { driftOf, learned, type Profile, silentAfter, together } from '#server/modules/pulse/service.ts'
import { grouped } from '#server/platform/grouped.ts'
import { type JobCtx, job } from '#server/platform/jobs.ts'
import type { TenantDb } from '#server/platform/tenant.ts'
import {
  end, failuresBy, openDrift, raise, solvedFailures, standingSilences, type Unwatched, unwatched,
} from './queries.ts' // biome-ignore format: a list to read across

const AT_ONCE = 200
const MINUTE_MS = 60_000

/** Looks at the deliveries that have ended since the last time, then for sources that are silent. Runs by the clock too. */
export const watch = job('alarms.watch', z.object({}), async (ctx) => {
  await ctx.transact('read write', watchSilence)
  for (let found = await next(ctx); found.length > 0 && !ctx.signal.aborted; found = await next(ctx))
    await look(ctx, found)
  await ctx.transact('read write', endSolved)
})

const next = (ctx: JobCtx) => ctx.transact('read only', (db) => unwatched(db, AT_ONCE))

/** One round: what the deliveries brought is learnt, alarms are raised and the deliveries marked in one transaction. */
async function look(ctx: JobCtx, found: Unwatched[]) {
  const stored = found.filter(({ state }) => state === 'done').map(({ id }) => id)
  const artifacts = stored.length > 0 ? await artifactsSeen(ctx.rows, stored) : []
  const columns = artifacts.length > 0 ? await columnsSeen(ctx.rows, stored) : []
  const newest = newestOf(artifacts)
  await ctx.transact('read write', async (db) => {
    // Marked first: whoever else looks at the same moment waits here, and then finds nothing left to count twice.
    const mine = await noteWatched(
      db,
      found.map(({ id }) => ({ id, newest_event_at: newest.get(id) ?? null })),
    )
    const claimed = found.filter(({ id }) => mine.has(id))
    await noteVisits(db, claimed.map((batch) => ({ ...batch, newest: newest.get(batch.id) ?? null }))) // biome-ignore format: one line
    const ofMine = <T extends { batch_id: number }>(rows: T[]) => rows.filter(({ batch_id }) => mine.has(batch_id))
    await watchDrift(db, ofMine(artifacts), columns)
    await watchFailures(db, claimed)
  })
}

function newestOf(artifacts: ArtifactSeen[]): Map<number, Date> {
  const newest = new Map<number, Date>()
  for (const { batch_id, newest_ms } of artifacts) {
    if (newest_ms === null) continue
    newest.set(batch_id, new Date(Math.max(newest_ms, newest.get(batch_id)?.getTime() ?? newest_ms)))
  }
  return newest
}

async function watchDrift(db: TenantDb, artifacts: ArtifactSeen[], columns: ColumnSeen[]) {
  const profiles = await profilesOf(db, [...new Set(artifacts.map(({ artifact }) => artifact))])
  const columnsOf = grouped(columns, ({ batch_id, artifact }) => `${batch_id} ${artifact}`)
  for (const { batch_id: batch, artifact, rows } of artifacts) {
    const known: Profile = profiles.get(artifact) ?? { deliveries: 0, columns: new Map() }
    const arrived = { batch, rows, columns: columnsOf.get(`${batch} ${artifact}`) ?? [] }
    const drift = driftOf(known, arrived)
    profiles.set(artifact, learned(known, arrived))
    if (!drift) continue
    const detail = together(await openDrift(db, artifact), drift)
    await raise(db, { kind: 'drift', about: artifact, occurrence: String(batch), batch_id: batch, artifact, detail })
  }
  await saveProfiles(db, profiles)
}

/** One alarm per source, and one for what people upload: a source that fails a thousand times is one thing to mend. */
async function watchFailures(db: TenantDb, found: Unwatched[]) {
  const failed = grouped(
    found.filter(({ state }) => state === 'failed'),
    ({ source_id }) => source_id,
  )
  for (const [source_id, batches] of failed) {
    const last = batches.at(-1)!
    await raise(db, {
      kind: 'failure',
      about: source_id === null ? 'uploads' : `source ${source_id}`,
      occurrence: `${last.id} ${last.done_at?.toISOString()}`,
      at: batches[0]!.done_at ?? new Date(),
      source_id,
      batch_id: last.id,
      detail: { error: last.error, failed: await failuresBy(db, source_id) },
    })
  }
}

async function watchSilence(db: TenantDb) {
  const silent = new Set<number>()
  for (const source of await sourcesHeard(db)) {
    const limit = silentAfter(source)
    if (source.revoked || limit === null || Date.now() - source.since.getTime() <= limit * MINUTE_MS) continue
    silent.add(source.id)
    await raise(db, {
      kind: 'silence',
      about: `source ${source.id}`,
      source_id: source.id,
      ...silenceOf(source, limit),
    })
  }
  const standing = await standingSilences(db)
  await end(db, standing.filter(({ source_id }) => !silent.has(source_id ?? 0)).map(({ id }) => id)) // biome-ignore format: one line
}

// The moment of the last delivery names the silence: it is told once, until the source has been heard again.
const silenceOf = (source: Heard, limit: number) => ({
  occurrence: source.since.toISOString(),
  detail: { silent_after_minutes: Math.round(limit), expected: source.expect_every_minutes !== null },
})

const endSolved = async (db: TenantDb) => end(db, await solvedFailures(db))
