import { sql } from 'kysely'
import type { AlarmKind, AlarmState } from '#db/types.ts'
import type { Drift } from '#server/modules/pulse/schema.ts'
import { record } from '#server/platform/activity.ts'
import { type Paging, paginate } from '#server/platform/paginate.ts'
import { missing } from '#server/platform/table.ts'
import type { TenantDb } from '#server/platform/tenant.ts'
import type { Ctx } from '#server/platform/trpc.ts'

const WORKER = { accountId: null, name: 'worker' }

const alarms = ({ db }: { db: TenantDb }) =>
  db
    .selectFrom('alarm')
    .leftJoin('source', (join) =>
      join.onRef('source.id', '=', 'alarm.source_id').onRef('source.tenant_id', '=', 'alarm.tenant_id'),
    )
    .leftJoin('account as acknowledger', 'acknowledger.id', 'alarm.acknowledged_by')
    .leftJoin('account as closer', 'closer.id', 'alarm.closed_by')
    .select([
      'alarm.id', 'alarm.kind', 'alarm.state', 'alarm.source_id', 'alarm.batch_id', 'alarm.artifact', 'alarm.detail',
      'alarm.times', 'alarm.opened_at', 'alarm.last_at', 'alarm.acknowledged_at', 'alarm.closed_at',
      'source.name as source_name', 'acknowledger.username as acknowledged_by_name', 'closer.username as closed_by_name',
    ]) // biome-ignore format: a list to read across

export type StoredAlarm = Awaited<ReturnType<ReturnType<typeof alarms>['executeTakeFirstOrThrow']>>
type Filter = { state?: AlarmState | undefined; kind?: AlarmKind | undefined; q?: string | undefined }

/** Alarms, newest first, one keyset page. */
export async function alarmPage(ctx: Ctx, input: Paging & Filter) {
  const { state, kind, q } = input
  const like = q ? `%${q.replace(/[\\%_]/g, '\\$&')}%` : ''
  const matching = <Q extends ReturnType<typeof alarms>>(query: Q) =>
    query
      .$if(state !== undefined, (found) => found.where('alarm.state', '=', state!))
      .$if(kind !== undefined, (found) => found.where('alarm.kind', '=', kind!))
      .$if(q !== undefined, (found) =>
        found.where((eb) => eb.or([eb('alarm.artifact', 'ilike', like), eb('source.name', 'ilike', like)])),
      )
  const page = await paginate(matching(alarms(ctx)), 'alarm', input)
  const { total } = await matching(alarms(ctx))
    .clearSelect()
    .select((eb) => eb.fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow()
  return { ...page, total: Number(total) }
}

/** What is open or acknowledged but not over, the newest first. */
export const standingAlarms = (ctx: Ctx, limit: number) =>
  alarms(ctx)
    .where('alarm.state', 'in', ['open', 'acknowledged'])
    .orderBy('alarm.state')
    .orderBy('alarm.last_at', 'desc')
    .limit(limit)
    .execute()

/** Alarms by id, for the REST bridge. */
export const alarmsById = (ctx: Ctx, { skip, limit }: { skip: number; limit: number }) =>
  alarms(ctx).orderBy('alarm.id').offset(skip).limit(limit).execute()

/** One alarm. Throws `not_found` for another tenant's. */
export const alarmById = async (ctx: Ctx, id: number) =>
  (await alarms(ctx).where('alarm.id', '=', id).executeTakeFirst()) ?? missing('alarm')

const BEFORE = { acknowledged: ['open'], closed: ['open', 'acknowledged'] } as const

/** A person's word on an alarm: seen, or over. Repeating it, or being slower than somebody else, changes nothing. */
export async function settleAlarm(ctx: Ctx, id: number, state: keyof typeof BEFORE) {
  const [at, by] = [sql<Date>`now()`, ctx.actor.accountId]
  const settled = await ctx.db
    .updateTable('alarm')
    .set({
      state,
      ...(state === 'closed' ? { closed_at: at, closed_by: by } : { acknowledged_at: at, acknowledged_by: by }),
    })
    .where('id', '=', id)
    .where('state', 'in', BEFORE[state])
    .returning('id')
    .executeTakeFirst()
  const alarm = await alarmById(ctx, id)
  if (settled) await record(ctx, `alarm.${state}`, { type: 'alarm', id }, aboutOf(alarm))
  return alarm
}

export type Raise = {
  kind: AlarmKind
  about: string
  occurrence: string
  at?: Date
  source_id?: number | null
  batch_id?: number | null
  artifact?: string | null
  detail: object
}

/** Opens an alarm, or opens it again. The occurrence it already knows changes nothing, whatever became of it. */
export async function raise(db: TenantDb, { detail, at, ...alarm }: Raise): Promise<void> {
  const when = at ?? new Date()
  const open = sql<boolean>`alarm.state = 'open'`
  const raised = await db
    .insertInto('alarm')
    .values({ ...alarm, detail: JSON.stringify(detail), opened_at: when, last_at: when })
    .onConflict((c) =>
      c
        .columns(['tenant_id', 'kind', 'about'])
        .doUpdateSet((eb) => ({
          state: 'open',
          occurrence: eb.ref('excluded.occurrence'),
          batch_id: eb.ref('excluded.batch_id'),
          detail: eb.ref('excluded.detail'),
          times: eb('alarm.times', '+', 1),
          opened_at: eb.case().when(open).then(eb.ref('alarm.opened_at')).else(eb.ref('excluded.opened_at')).end(),
          last_at: eb.fn('greatest', ['alarm.last_at', 'excluded.last_at']),
          acknowledged_at: null,
          acknowledged_by: null,
          closed_at: null,
          closed_by: null,
        }))
        .where('alarm.occurrence', '!=', (eb) => eb.ref('excluded.occurrence')),
    )
    .returning(['id', 'times', 'opened_at', sql<boolean>`xmax = 0`.as('is_new')])
    .executeTakeFirst()
  if (!raised || (!raised.is_new && raised.opened_at.getTime() !== when.getTime())) return
  const verb = raised.is_new ? 'alarm.opened' : 'alarm.reopened'
  await record(asWorker(db), verb, { type: 'alarm', id: raised.id }, aboutOf(alarm))
}

/** Ends an alarm whose cause has gone. */
export async function end(db: TenantDb, ids: number[]): Promise<void> {
  if (ids.length === 0) return
  const ended = await db
    .updateTable('alarm')
    .set({ state: 'closed', closed_at: sql<Date>`now()`, closed_by: null })
    .where('id', 'in', ids)
    .where('state', '!=', 'closed')
    .returning(['id', 'kind', 'artifact', 'source_id'])
    .execute()
  for (const alarm of ended) await record(asWorker(db), 'alarm.ended', { type: 'alarm', id: alarm.id }, aboutOf(alarm))
}

const asWorker = (db: TenantDb) => ({ db, actor: WORKER, requestId: 'watch' })

const aboutOf = ({ kind, artifact, source_id }: Pick<Raise, 'kind' | 'artifact' | 'source_id'>) => ({
  kind,
  ...(artifact ? { artifact } : {}),
  ...(source_id ? { source_id } : {}),
})

/** What the standing drift alarm of an artifact tells already; nothing when it was acknowledged or closed. */
export async function openDrift(db: TenantDb, artifact: string): Promise<Drift | null> {
  const found = await db
    .selectFrom('alarm')
    .select('detail')
    .where('kind', '=', 'drift')
    .where('about', '=', artifact)
    .where('state', '=', 'open')
    .executeTakeFirst()
  return (found?.detail as Drift | undefined) ?? null
}

/** Deliveries that have ended and were not looked at, the oldest first. */
export const unwatched = (db: TenantDb, limit: number) =>
  db
    .selectFrom('batch')
    .select(['id', 'state', 'source_id', 'created_at', 'done_at', 'error', 'stored'])
    .where('watched_at', 'is', null)
    .where('state', 'in', ['done', 'failed'])
    .orderBy('id')
    .limit(limit)
    .execute()

export type Unwatched = Awaited<ReturnType<typeof unwatched>>[number]

/** How many deliveries of a source, or of people, stand as failed. */
export async function failuresBy(db: TenantDb, sourceId: number | null): Promise<number> {
  const { failed } = await db
    .selectFrom('batch')
    .select((eb) => eb.fn.countAll<number>().as('failed'))
    .where('state', '=', 'failed')
    .where('source_id', 'is not distinct from', sourceId)
    .executeTakeFirstOrThrow()
  return Number(failed)
}

/** Failure alarms none of whose deliveries stands as failed any more: they were loaded in the end. */
export const solvedFailures = async (db: TenantDb): Promise<number[]> =>
  (
    await db
      .selectFrom('alarm')
      .select('alarm.id')
      .where('alarm.kind', '=', 'failure')
      .where('alarm.state', '!=', 'closed')
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom('batch')
              .select('batch.id')
              .whereRef('batch.tenant_id', '=', 'alarm.tenant_id')
              .where('batch.state', '=', 'failed')
              .where('batch.source_id', 'is not distinct from', (eb) => eb.ref('alarm.source_id'))
              .whereRef('batch.done_at', '>=', 'alarm.opened_at'),
          ),
        ),
      )
      .execute()
  ).map(({ id }) => id)

/** Silence alarms that are not closed. */
export const standingSilences = (db: TenantDb) =>
  db
    .selectFrom('alarm')
    .select(['id', 'source_id'])
    .where('kind', '=', 'silence')
    .where('state', '!=', 'closed')
    .execute()
