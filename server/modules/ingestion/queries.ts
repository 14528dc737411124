import { sql } from 'kysely'
import type { BatchState } from '#db/types.ts'
import { type Paging, paginate } from '#server/platform/paginate.ts'
import { missing } from '#server/platform/table.ts'
import type { TenantDb } from '#server/platform/tenant.ts'
import type { Ctx } from '#server/platform/trpc.ts'

const PUBLIC = [
  'batch.id', 'batch.state', 'batch.format', 'batch.artifact', 'batch.hostname', 'batch.filename', 'batch.received',
  'batch.stored', 'batch.duplicate', 'batch.rejected', 'batch.bytes', 'batch.sha256', 'batch.error', 'batch.source_id',
  'batch.same_content_as', 'batch.created_at', 'batch.done_at',
] as const // biome-ignore format: a list to read across

const batches = ({ db, actor }: Pick<Ctx, 'db' | 'actor'>) =>
  db
    .selectFrom('batch')
    .leftJoin('source', (join) =>
      join.onRef('source.id', '=', 'batch.source_id').onRef('source.tenant_id', '=', 'batch.tenant_id'),
    )
    .leftJoin('account', 'account.id', 'batch.created_by')
    .select(PUBLIC)
    .select(['source.name as source_name', 'account.username as created_by_name'])
    .select(
      sql<number | null>`case when batch.state in ('spooled', 'loading')
      then least(99, batch.loaded_bytes * 100 / greatest(batch.bytes, 1))::int end`.as('progress_pct'),
    )
    // A source's token sees its own deliveries only.
    .$if(actor.sourceId !== null, (query) => query.where('batch.source_id', '=', actor.sourceId))

export type Batch = Awaited<ReturnType<typeof getBatch>>

/** The ledger, one keyset page. */
export async function listBatches(
  ctx: Ctx,
  input: Paging & { state?: BatchState | undefined; q?: string | undefined },
) {
  const { state, q } = input
  const like = q ? `%${q.replace(/[\\%_]/g, '\\$&')}%` : null
  const matching = <Q extends ReturnType<typeof batches>>(query: Q) =>
    query
      .$if(state !== undefined, (found) => found.where('batch.state', '=', state!))
      .$if(like !== null, (found) =>
        found.where((eb) =>
          eb.or(
            (['filename', 'artifact', 'hostname', 'sha256'] as const).map((column) =>
              eb(`batch.${column}`, 'ilike', like),
            ),
          ),
        ),
      )
  const page = await paginate(matching(batches(ctx)), 'batch', input)
  const counted = await matching(batches(ctx))
    .clearSelect()
    .select((eb) => eb.fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow()
  return { ...page, total: Number(counted.total) }
}

/** One delivery. Throws `not_found` for another tenant's, and for another source's when a token asks. */
export async function getBatch(ctx: Pick<Ctx, 'db' | 'actor'>, id: number) {
  return (await batches(ctx).where('batch.id', '=', id).executeTakeFirst()) ?? missing('batch')
}

/** Deliveries by id, for the REST bridge. */
export const batchesById = (ctx: Ctx, { skip, limit }: { skip: number; limit: number }) =>
  batches(ctx).orderBy('batch.id').offset(skip).limit(limit).execute()

/** The oldest delivery that waits or was interrupted, taken for loading: its count of tries goes up. */
export const takeNext = (db: TenantDb) =>
  db
    .updateTable('batch')
    .set((eb) => ({ state: 'loading', attempts: eb('attempts', '+', 1), loaded_bytes: 0 }))
    .where('id', '=', (eb) =>
      eb
        .selectFrom('batch as waiting')
        .select('waiting.id')
        .where('waiting.state', 'in', ['spooled', 'loading'])
        .orderBy('waiting.id')
        .limit(1),
    )
    .returningAll()
    .executeTakeFirst()

export type Loading = NonNullable<Awaited<ReturnType<typeof takeNext>>>

/** How far a load has come, for the person who watches. */
export const noteProgress = (db: TenantDb, id: number, loadedBytes: number) =>
  db
    .updateTable('batch')
    .set({ loaded_bytes: Math.round(loadedBytes) })
    .where('id', '=', id)
    .execute()
