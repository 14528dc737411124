import { record } from '#server/platform/activity.ts'
import { AppError } from '#server/platform/errors.ts'
import type { TenantDb } from '#server/platform/tenant.ts'
import type { Ctx } from '#server/platform/trpc.ts'
import { MOST_TAGS, STAR } from './schema.ts'

const MOST_TAGGED = 50_000

/** Puts a tag on a row; one that is there stays as it is. Throws `conflict` for more tags than a row can bear. */
export async function addTag(ctx: Ctx, rowId: string, tag: string): Promise<void> {
  const { n } = await ctx.db
    .selectFrom('row_tag')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .where('row_id', '=', rowId)
    .where('tag', '!=', tag)
    .executeTakeFirstOrThrow()
  if (Number(n) >= MOST_TAGS)
    throw new AppError('conflict', `A row bears at most ${MOST_TAGS} tags.`, { tag: 'Too many.' })
  const added = await ctx.db
    .insertInto('row_tag')
    .values({ row_id: rowId, tag, added_by: ctx.actor.accountId, added_by_name: ctx.actor.name })
    .onConflict((c) => c.columns(['tenant_id', 'row_id', 'tag']).doNothing())
    .returning('tag')
    .executeTakeFirst()
  if (added) await record(ctx, tag === STAR ? 'row.starred' : 'row.tagged', { type: 'row', id: rowId }, { tag })
}

/** Takes a tag off a row; one that is not there changes nothing. */
export async function removeTag(ctx: Ctx, rowId: string, tag: string): Promise<void> {
  const removed = await ctx.db
    .deleteFrom('row_tag')
    .where('row_id', '=', rowId)
    .where('tag', '=', tag)
    .returning('tag')
    .executeTakeFirst()
  if (removed) await record(ctx, tag === STAR ? 'row.unstarred' : 'row.untagged', { type: 'row', id: rowId }, { tag })
}

/** Every tag of the tenant with how many rows bear it, the commonest first. */
export const tagsInUse = ({ db }: Pick<Ctx, 'db'>) =>
  db
    .selectFrom('row_tag')
    .select((eb) => ['tag', eb.fn.countAll<number>().as('rows')])
    .groupBy('tag')
    .orderBy('rows', 'desc')
    .orderBy('tag')
    .limit(200)
    .execute()

/** Every tag in use, by name. */
export const tagNames = async (db: TenantDb): Promise<string[]> =>
  (await db.selectFrom('row_tag').select('tag').distinct().orderBy('tag').execute()).map(({ tag }) => tag)

/** Rows that bear any of these tags; null for more than a condition may name. */
export async function rowsTagged(db: TenantDb, tags: string[]): Promise<string[] | null> {
  if (tags.length === 0) return []
  const found = await db
    .selectFrom('row_tag')
    .select('row_id')
    .distinct()
    .where('tag', 'in', tags)
    .orderBy('row_id')
    .limit(MOST_TAGGED + 1)
    .execute()
  return found.length > MOST_TAGGED ? null : found.map(({ row_id }) => row_id)
}

/** The tags of rows. Throws `invalid` where there are more than lanes can be drawn of. */
export async function tagsGiven(db: TenantDb) {
  const found = await db
    .selectFrom('row_tag')
    .select(['row_id', 'tag'])
    .limit(MOST_TAGGED + 1)
    .execute()
  if (found.length <= MOST_TAGGED) return found
  throw new AppError('invalid', 'Too many rows bear tags for lanes by tag. Draw lanes by host, and ask for one tag.')
}
