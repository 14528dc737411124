import { type Selectable, sql } from 'kysely'
import type { LoadPhase, Tables } from '#db/types.ts'
import { getSource } from '#server/modules/sources/queries.ts'
import { type Paging, paginate } from '#server/platform/paginate.ts'
import { missing } from '#server/platform/table.ts'
import type { TenantDb } from '#server/platform/tenant.ts'
import type { Ctx } from '#server/platform/trpc.ts'
import type { Proposal } from './formats/unnamed.ts'
import type { LedgerFilter } from './schema.ts'

const PUBLIC = [
  'batch.id', 'batch.state', 'batch.format', 'batch.artifact', 'batch.hostname', 'batch.filename', 'batch.received',
  'batch.stored', 'batch.duplicate', 'batch.rejected', 'batch.bytes', 'batch.sha256', 'batch.error', 'batch.locked_at', 'batch.source_id',
  'batch.same_content_as', 'batch.created_at', 'batch.done_at', 'batch.client_id', 'batch.flow_id', 'batch.repairs',
  'batch.newest_event_at', 'batch.phase', 'batch.phase_rows',
] as const // biome-ignore format: a list to read across

// From real samples: the speed is the phase's own, the time left what remains at the pace of the whole load so far.
const PROGRESS = [
  sql<number | null>`case when batch.state in ('spooled', 'loading')
    then least(99, batch.loaded_bytes * 100 / greatest(batch.bytes, 1))::int end`.as('progress_pct'),
  sql<
    number | null
  >`case when batch.state = 'loading' and batch.phase_rows > 0 and batch.progressed_at > batch.phase_since
    then round(batch.phase_rows / date_part('epoch', batch.progressed_at - batch.phase_since))::float8 end`.as(
    'rows_per_second',
  ),
  sql<
    number | null
  >`case when batch.state = 'loading' and batch.loaded_bytes > 0 and batch.progressed_at > batch.loading_since
    then greatest(0, ceil(date_part('epoch', batch.progressed_at - batch.loading_since) * (batch.bytes - batch.loaded_bytes)
      / batch.loaded_bytes - date_part('epoch', now() - batch.progressed_at)))::float8 end`.as('seconds_left'),
] as const

const batches = ({ db, actor }: Pick<Ctx, 'db' | 'actor'>) =>
  db
    .selectFrom('batch')
    .leftJoin('source', (join) =>
      join.onRef('source.id', '=', 'batch.source_id').onRef('source.tenant_id', '=', 'batch.tenant_id'),
    )
    .leftJoin('account', 'account.id', 'batch.created_by')
    .select(PUBLIC)
    .select((eb) => eb.ref('batch.proposed').$castTo<Proposal | null>().as('proposed'))
    .select(['source.name as source_name', 'account.username as created_by_name'])
    .select(PROGRESS)
    .select(sql<boolean>`batch.state = 'failed' and batch.spool_name is not null`.as('kept'))
    // A source's token sees its own deliveries only.
    .$if(actor.sourceId !== null, (query) => query.where('batch.source_id', '=', actor.sourceId))

export type Batch = Awaited<ReturnType<typeof getBatch>>

const SEARCHED = ['batch.filename', 'batch.artifact', 'batch.hostname', 'batch.client_id', 'batch.flow_id',
  'batch.sha256', 'source.name', 'account.username'] as const // biome-ignore format: a list to read across

const matching =
  ({ q, state, format, sourceId, from, to, rejects }: LedgerFilter) =>
  <Q extends ReturnType<typeof batches>>(query: Q) => {
    const like = `%${(q ?? '').replace(/[\\%_]/g, '\\$&')}%`
    return query
      .$if(q !== undefined, (found) => found.where((eb) => eb.or(SEARCHED.map((column) => eb(column, 'ilike', like)))))
      .$if(state !== undefined, (found) => found.where('batch.state', '=', state!))
      .$if(format !== undefined, (found) => found.where('batch.format', '=', format!))
      .$if(sourceId !== undefined, (found) => found.where('batch.source_id', '=', sourceId!))
      .$if(from !== undefined, (found) => found.where('batch.created_at', '>=', from!))
      .$if(to !== undefined, (found) => found.where('batch.created_at', '<', to!))
      .$if(rejects !== undefined, (found) => found.where('batch.rejected', '>', 0))
  }

/** The ledger, one keyset page, and how many deliveries the same filter finds. */
export async function listBatches(ctx: Ctx, input: Paging & LedgerFilter) {
  const filtered = matching(input)
  const page = await paginate(filtered(batches(ctx)), 'batch', input)
  const counted = await filtered(batches(ctx))
    .clearSelect()
    .select((eb) => eb.fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow()
  return { ...page, total: Number(counted.total) }
}

/** One delivery. Throws `not_found` for another tenant's, and for another source's when a token asks. */
export async function getBatch(ctx: Pick<Ctx, 'db' | 'actor'>, id: number) {
  return (await batches(ctx).where('batch.id', '=', id).executeTakeFirst()) ?? missing('batch')
}

/** A source, its last deliveries, and what became of those of the last seven days. Throws `not_found` for another's. */
export async function sourceLedger(ctx: Ctx, id: number) {
  const source = await getSource(ctx, id)
  const latest = await batches(ctx).where('batch.source_id', '=', id).orderBy('batch.id', 'desc').limit(10).execute()
  return { source, latest, week: await weekOfSource(ctx, id) }
}

const weekOfSource = ({ db }: Ctx, id: number) =>
  db
    .selectFrom('batch')
    .select((eb) => [
      eb.fn.countAll<number>().as('deliveries'),
      eb.fn.countAll<number>().filterWhere('state', '=', 'failed').as('failed'),
      eb.fn.countAll<number>().filterWhere('state', 'in', ['spooled', 'loading']).as('waiting'),
    ])
    .select(SUMS)
    .where('source_id', '=', id)
    .where('created_at', '>', sql<Date>`now() - interval '7 days'`)
    .executeTakeFirstOrThrow()

const SUMS = [
  sql<number>`coalesce(sum(received), 0)::float8`.as('received'),
  sql<number>`coalesce(sum(stored), 0)::float8`.as('stored'),
  sql<number>`coalesce(sum(duplicate), 0)::float8`.as('duplicate'),
  sql<number>`coalesce(sum(rejected), 0)::float8`.as('rejected'),
  sql<number>`coalesce(sum(bytes), 0)::float8`.as('bytes'),
] as const

/** What mends a delivery's rejected lines, the oldest first. */
export const repairsOf = (ctx: Ctx, id: number) =>
  batches(ctx).where('batch.repairs', '=', id).orderBy('batch.id').limit(50).execute()

/** Deliveries by id, for the REST bridge. */
export const batchesById = (ctx: Ctx, { skip, limit }: { skip: number; limit: number }) =>
  batches(ctx).orderBy('batch.id').offset(skip).limit(limit).execute()

const SMALL_BYTES = 8 * 1024 * 1024
const TOGETHER_BYTES = 48 * 1024 * 1024
const TOGETHER = 200

const NOW = sql<Date>`now()`
const BEGINNING = { phase: 'reading', loading_since: NOW, phase_since: NOW, progressed_at: NOW, phase_rows: 0 } as const

/** Deliveries to load in one go; `again` where that was begun before. */
export type Group = { load: number; batches: Loading[]; again: boolean }

/**
 * What is to be loaded next: the load that was interrupted, with exactly the deliveries it had, else the oldest that
 * wait. Small ones go together, because each load costs the row engine a dozen statements; one that failed goes alone.
 */
export async function takeGroup(db: TenantDb): Promise<Group | null> {
  const interrupted = await db
    .selectFrom('batch')
    .select('load_id')
    .where('state', '=', 'loading')
    .orderBy('id')
    .limit(1)
    .executeTakeFirst()
  const load = interrupted?.load_id ?? (await nextLoad(db))
  const waiting = interrupted ? [] : await oldest(db)
  if (!interrupted && waiting.length === 0) return null
  const batches = await db
    .updateTable('batch')
    .set((eb) => ({ state: 'loading', load_id: load, attempts: eb('attempts', '+', 1), loaded_bytes: 0, ...BEGINNING }))
    .$if(interrupted !== undefined, (query) => query.where('state', '=', 'loading').where('load_id', '=', load))
    .$if(interrupted === undefined, (query) => query.where('id', 'in', waiting))
    .returningAll()
    .execute()
  return { load, batches: batches.sort((a, b) => a.id - b.id), again: interrupted !== undefined }
}

async function nextLoad(db: TenantDb): Promise<number> {
  const { rows } = await sql<{ load: number }>`select nextval('load_number') as load`.execute(db)
  return Number(rows[0]!.load)
}

// One that failed rests longer each time, and those behind it go first meanwhile.
const RESTED = sql<boolean>`(batch.failures = 0 or batch.updated_at < now() - batch.failures * batch.failures * interval '1 second')`

/** What the next load begins with: its size, and whether it may begin yet. */
export const firstInLine = (db: TenantDb) =>
  db
    .selectFrom('batch')
    .select('batch.bytes')
    .select((eb) => eb.or([eb('batch.state', '=', 'loading'), RESTED]).as('ready'))
    .where('batch.state', 'in', ['loading', 'spooled'])
    .where((eb) =>
      eb.exists(
        eb
          .selectFrom('tenant')
          .select('tenant.id')
          .whereRef('tenant.id', '=', 'batch.tenant_id')
          .where('tenant.leaving_at', 'is', null),
      ),
    )
    .orderBy('ready', 'desc')
    .orderBy((eb) => eb('batch.state', '=', 'loading'), 'desc')
    .orderBy('batch.id')
    .limit(1)
    .executeTakeFirst()

async function oldest(db: TenantDb): Promise<number[]> {
  const waiting = await db
    .selectFrom('batch')
    .select(['id', 'bytes', 'attempts'])
    .where('state', '=', 'spooled')
    .where(RESTED)
    .orderBy('id')
    .limit(TOGETHER)
    .execute()
  let bytes = 0
  const alone = waiting.findIndex((batch, at) => {
    bytes += batch.bytes
    return batch.attempts > 0 || batch.bytes > SMALL_BYTES || (at > 0 && bytes > TOGETHER_BYTES)
  })
  return waiting.slice(0, alone === -1 ? undefined : Math.max(1, alone)).map(({ id }) => id)
}

export type Loading = Selectable<Tables['batch']>

/** A delivery whose load has yet to be tried. */
export const UNTRIED = { attempts: 0, failures: 0 } as const

/** Puts deliveries back to wait, each to be loaded by itself where one of them `failed`, or with others. */
export const putBack = (db: TenantDb, ids: number[], { failed }: { failed: boolean }) =>
  db
    .updateTable('batch')
    .set((eb) => ({ state: 'spooled', load_id: null, ...(failed ? { failures: eb('failures', '+', 1) } : UNTRIED) }))
    .where('id', 'in', ids)
    .execute()

/** Takes back that a load was tried: what stopped it had nothing to do with its deliveries. */
export const untry = (db: TenantDb, batches: Loading[]) =>
  db
    .updateTable('batch')
    .set((eb) => ({ attempts: sql<number>`greatest(${eb.ref('attempts')} - 1, 0)` }))
    .where(
      'id',
      'in',
      batches.map(({ id }) => id),
    )
    .execute()

/** How far a load has come, from 0 to 1, and what its phase has done so far, for the person who watches. */
export const noteProgress = (db: TenantDb, ids: number[], share: number, { phase, rows }: Step) =>
  db
    .updateTable('batch')
    .set((eb) => ({
      loaded_bytes: sql<number>`round(${eb.ref('bytes')} * ${share}::float8)`,
      phase,
      phase_since: eb.case().when('phase', '=', phase).then(eb.ref('phase_since')).else(NOW).end(),
      phase_rows: rows,
      progressed_at: NOW,
    }))
    .where('id', 'in', ids)
    .execute()
export type Step = { phase: LoadPhase; rows: number }

/** Notes that the alarms look at deliveries, and the newest event of each. Returns those nobody looked at before. */
export async function noteWatched(db: TenantDb, watched: { id: number; newest_event_at: Date | null }[]) {
  const { rows } = await sql<{ id: number }>`update batch set watched_at = now(), newest_event_at = seen.newest
    from unnest(${watched.map(({ id }) => id)}::bigint[], ${watched.map((one) => one.newest_event_at)}::timestamptz[]) seen (id, newest)
    where batch.tenant_id = app.tenant_id() and batch.id = seen.id and watched_at is null
    returning batch.id`.execute(db)
  return new Set(rows.map(({ id }) => Number(id)))
}
