import { sql } from 'kysely'
import { record } from '#server/platform/activity.ts'
import { now } from '#server/platform/clock.ts'
import { AppError, clash } from '#server/platform/errors.ts'
import { missing } from '#server/platform/table.ts'
import type { TenantDb } from '#server/platform/tenant.ts'
import type { Ctx } from '#server/platform/trpc.ts'
import { newUndoToken, undoableSince } from '#server/platform/undo.ts'
import type { Key, Narrowing, Shift, Side } from './rows.ts'
import type { ClockOffset } from './schema.ts'

/** How the clocks of hosts are read: a merged host's own word, else that of the host that stands for it. */
export async function shiftsOf(db: TenantDb): Promise<Shift[]> {
  const seconds = sql<number>`coalesce(own.offset_seconds, survivor.offset_seconds, 0)`
  const found = await db
    .selectFrom('host as h')
    .leftJoin('clock_offset as own', 'own.host_id', 'h.id')
    .leftJoin('clock_offset as survivor', 'survivor.host_id', 'h.merged_into')
    .select(['h.id', seconds.as('seconds')])
    .where(seconds, '!=', 0)
    .execute()
  return found.map((host) => ({ host_id: host.id, ms: host.seconds * 1000 }))
}

/** What is said of the clock of a host; of none: version 0, nothing added. Throws `not_found` for a foreign host. */
export async function clockOf(db: TenantDb, hostId: number) {
  const found = await db
    .selectFrom('host as h')
    .leftJoin('clock_offset as c', 'c.host_id', 'h.id')
    .select([
      'h.id as host_id',
      'h.hostname',
      'c.offset_seconds',
      'c.reason',
      'c.version',
      'c.set_by_name',
      'c.updated_at',
    ])
    .where('h.id', '=', hostId)
    .executeTakeFirst()
  const { offset_seconds, version, ...clock } = found ?? missing('host')
  return { ...clock, seconds: offset_seconds ?? 0, version: version ?? 0 }
}

/** Says how far a host's clock was wrong. Throws `conflict`, with what stands now, when somebody was faster. */
export async function setClock(ctx: Ctx, { hostId, seconds, reason, version }: ClockOffset) {
  const before = await clockOf(ctx.db, hostId)
  const said = { offset_seconds: seconds, reason, set_by: ctx.actor.accountId, set_by_name: ctx.actor.name }
  const changed =
    version === 0
      ? await ctx.db
          .insertInto('clock_offset')
          .values({ host_id: hostId, ...said })
          .onConflict((c) => c.columns(['tenant_id', 'host_id']).doNothing())
          .returning('version')
          .executeTakeFirst()
      : await ctx.db
          .updateTable('clock_offset')
          .set((eb) => ({ ...said, version: eb('version', '+', 1) }))
          .where('host_id', '=', hostId)
          .where('version', '=', version)
          .returning('version')
          .executeTakeFirst()
  if (!changed) {
    const stored = await clockOf(ctx.db, hostId)
    throw clash('The clock of this host was set by somebody else meanwhile.', {
      seconds: String(stored.seconds),
      reason: stored.reason ?? '',
      version: String(stored.version),
      by: stored.set_by_name ?? '',
    })
  }
  const detail = { before_seconds: before.seconds, seconds, reason }
  await record(ctx, 'clock_offset.set', { type: 'host', id: hostId }, detail)
  return clockOf(ctx.db, hostId)
}

const annotations = (db: TenantDb) =>
  db
    .selectFrom('annotation as a')
    .leftJoin('host as h', 'h.id', 'a.host_id')
    .leftJoin('host as s', (join) => join.on('s.id', '=', sql<number>`coalesce(h.merged_into, h.id)`))
    .select([
      'a.id', 'a.happened_at', 'a.text', 's.id as host_id', 's.hostname', 'a.row_place', 'a.version',
      'a.written_by_name', 'a.edited_by_name', 'a.updated_at',
    ]) // biome-ignore format: a list to read across
    .where('a.removed_at', 'is', null)

export type StoredAnnotation = Awaited<ReturnType<ReturnType<typeof annotations>['executeTakeFirstOrThrow']>>
type Window = Pick<Narrowing, 'hostIds' | 'from' | 'to'>

/** The annotations of a window: those of these hosts, and those of none. */
const within = (db: TenantDb, { hostIds, from, to }: Window) =>
  annotations(db)
    .$if(hostIds !== null, (found) =>
      found.where((eb) => eb.or([eb('a.host_id', 'in', hostIds!), eb('a.host_id', 'is', null)])),
    )
    .$if(from !== null, (found) => found.where('a.happened_at', '>=', new Date(from!)))
    .$if(to !== null, (found) => found.where('a.happened_at', '<', new Date(to!)))

/** The next annotations on one side of a key of the events, nearest first. Among events of one time they come first. */
export function annotationPage(db: TenantDb, window: Window, ask: { side: Side; key: Key | null; limit: number }) {
  const { side, key, limit } = ask
  const dir = side === 'after' ? 'asc' : 'desc'
  return within(db, window)
    .$if(key !== null, (found) => found.where(beyond(side, key!)))
    .orderBy('a.happened_at', dir)
    .orderBy('a.id', dir)
    .limit(limit)
    .execute()
}

// Events order by (time, delivery, line, n); an annotation is (time, 0, id, 0), and no delivery has the number 0.
function beyond(side: Side, [at, batch, id]: Key) {
  const when = new Date(at)
  if (side === 'after')
    return batch > 0
      ? sql<boolean>`a.happened_at > ${when}`
      : sql<boolean>`(a.happened_at, a.id) > (${when}::timestamptz, ${id}::bigint)`
  return batch > 0
    ? sql<boolean>`a.happened_at <= ${when}`
    : sql<boolean>`(a.happened_at, a.id) < (${when}::timestamptz, ${id}::bigint)`
}

/** How many annotations a window holds, and the first 500 of them for its lanes. */
export async function annotationsIn(db: TenantDb, window: Window) {
  const marks = await within(db, window).orderBy('a.happened_at').orderBy('a.id').limit(501).execute()
  return { marks: marks.slice(0, 500), truncated: marks.length > 500 }
}

/** One annotation. Throws `not_found` for another tenant's. */
export const annotationById = async (db: TenantDb, id: number) =>
  (await annotations(db).where('a.id', '=', id).executeTakeFirst()) ?? missing('annotation')

type Written = { at: Date; text: string; hostId: number | null; place: string | null }

/** Keeps a person's event. */
export async function addAnnotation(ctx: Ctx, { at, text, hostId, place }: Written) {
  const { id } = await ctx.db
    .insertInto('annotation')
    .values({
      happened_at: at,
      text,
      host_id: hostId,
      row_place: place,
      written_by: ctx.actor.accountId,
      written_by_name: ctx.actor.name,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  await record(ctx, 'annotation.created', { type: 'annotation', id }, { at })
  return annotationById(ctx.db, id)
}

/** Changes the annotation that was read. Throws `conflict`, with what stands now, when somebody was faster. */
export async function editAnnotation(ctx: Ctx, edit: { id: number; version: number; at: Date; text: string }) {
  const { id, version, at, text } = edit
  const changed = await ctx.db
    .updateTable('annotation')
    .set((eb) => ({ happened_at: at, text, version: eb('version', '+', 1), edited_by_name: ctx.actor.name }))
    .where('id', '=', id)
    .where('version', '=', version)
    .where('removed_at', 'is', null)
    .returning('id')
    .executeTakeFirst()
  if (!changed) throw await annotationClash(ctx.db, id)
  await record(ctx, 'annotation.updated', { type: 'annotation', id }, { at })
  return annotationById(ctx.db, id)
}

/** Takes the annotation that was read away; `undo` brings it back. Throws `conflict`, with what stands now, when somebody changed it. */
export async function removeAnnotation(ctx: Ctx, { id, version }: { id: number; version: number }) {
  const undo = newUndoToken()
  const gone = await ctx.db
    .updateTable('annotation')
    .set({ removed_at: now(), removed_by: ctx.actor.accountId, removal: undo })
    .where('id', '=', id)
    .where('version', '=', version)
    .where('removed_at', 'is', null)
    .returning('happened_at')
    .executeTakeFirst()
  if (!gone) throw await annotationClash(ctx.db, id)
  await record(ctx, 'annotation.removed', { type: 'annotation', id }, { at: gone.happened_at })
  return { id, happened_at: gone.happened_at, undo }
}

/** Brings a removed annotation back as it was: for ten minutes, by whoever removed it. */
export async function restoreAnnotation(ctx: Ctx, removal: string) {
  const back = await ctx.db
    .updateTable('annotation')
    .set({ removed_at: null, removed_by: null })
    .where('removal', '=', removal)
    .where('removed_by', '=', ctx.actor.accountId)
    .where('removed_at', '>=', undoableSince())
    .returning(['id', 'happened_at'])
    .executeTakeFirst()
  if (!back) throw await whyNotRestored(ctx, removal)
  await record(ctx, 'annotation.restored', { type: 'annotation', id: back.id }, { at: back.happened_at })
  return annotationById(ctx.db, back.id)
}

async function whyNotRestored({ db, actor }: Ctx, removal: string) {
  const stored = db.selectFrom('annotation').select(['removed_at', 'removed_by']).where('removal', '=', removal)
  const { removed_at, removed_by } = (await stored.executeTakeFirst()) ?? missing('removed annotation')
  if (removed_at === null) return new AppError('conflict', 'The annotation was brought back already.')
  return removed_by === actor.accountId
    ? new AppError('conflict', 'The ten minutes for bringing the annotation back are over.')
    : new AppError('forbidden', 'Only who removed the annotation may bring it back.')
}

/** Deletes the annotations that nobody can bring back any more. */
export const forgetRemoved = (db: TenantDb) =>
  db.deleteFrom('annotation').where('removed_at', '<', undoableSince()).execute()

async function annotationClash(db: TenantDb, id: number) {
  const stored = await annotationById(db, id)
  return clash('Somebody else changed this annotation meanwhile.', {
    at: stored.happened_at.toISOString(),
    text: stored.text,
    version: String(stored.version),
    by: stored.edited_by_name ?? stored.written_by_name,
  })
}
