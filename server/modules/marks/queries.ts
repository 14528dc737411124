import { sql } from 'kysely'
import { jsonArrayFrom } from 'kysely/helpers/postgres'
import type { z } from 'zod'
import { record } from '#server/platform/activity.ts'
import { clash } from '#server/platform/errors.ts'
import { missing } from '#server/platform/table.ts'
import type { TenantDb } from '#server/platform/tenant.ts'
import type { Ctx } from '#server/platform/trpc.ts'
import { type CommentEdit, type CommentEnd, MOST_MARKED, type NewComment } from './schema.ts'

const COMMENT = ['id', 'row_id', 'body', 'version', 'author', 'author_name', 'created_at', 'updated_at'] as const

export type Marks = { row_id: string; tags: string[]; comments: number }

/** What is noted on these rows: one statement for a page of them. Rows without a mark are not named. */
export async function marksOf(db: TenantDb, rowIds: string[]): Promise<Marks[]> {
  if (rowIds.length === 0) return []
  const { rows } = await sql<Marks>`
    select row_id, array_remove(array_agg(tag order by tag), null) as tags, coalesce(sum(n), 0)::int as comments
    from (
      select row_id, tag, 0 as n from row_tag where tenant_id = app.tenant_id() and row_id = any(${rowIds})
      union all
      select row_id, null, 1 from row_comment
      where tenant_id = app.tenant_id() and row_id = any(${rowIds}) and deleted_at is null) noted
    group by row_id`.execute(db)
  return rows
}

/** The tags and comments of one row, each comment with the number of its revisions. */
export async function notesOn({ db }: Pick<Ctx, 'db'>, rowId: string) {
  const tags = await db
    .selectFrom('row_tag')
    .select(['tag', 'added_by_name', 'created_at'])
    .where('row_id', '=', rowId)
    .orderBy('tag')
    .execute()
  const comments = await db
    .selectFrom('row_comment')
    .select(COMMENT)
    .where('row_id', '=', rowId)
    .where('deleted_at', 'is', null)
    .orderBy('id')
    .execute()
  return { tags, comments }
}

/** Rows that bear a tag, or without one any mark, the last marked first; a hundred at most. */
export async function rowsMarked(db: TenantDb, tag: string | undefined): Promise<string[]> {
  const { rows } = await sql<{ row_id: string }>`
    select row_id from (
      select row_id, created_at from row_tag
      where tenant_id = app.tenant_id() and (${tag ?? null}::text is null or tag = ${tag ?? null})
      union all
      select row_id, updated_at from row_comment
      where tenant_id = app.tenant_id() and deleted_at is null and ${tag ?? null}::text is null) marked
    group by row_id order by max(created_at) desc limit ${MOST_MARKED}`.execute(db)
  return rows.map(({ row_id }) => row_id)
}

/** A comment that stands. Throws `not_found` for another tenant's and for a deleted one. */
export const commentById = async ({ db }: Pick<Ctx, 'db'>, id: number) =>
  (await db
    .selectFrom('row_comment')
    .select(COMMENT)
    .where('id', '=', id)
    .where('deleted_at', 'is', null)
    .executeTakeFirst()) ?? missing('comment')

/** Writes a comment on a row. */
export async function addComment(ctx: Ctx, { rowId, body }: z.output<typeof NewComment>) {
  const { id } = await ctx.db
    .insertInto('row_comment')
    .values({ row_id: rowId, body, author: ctx.actor.accountId, author_name: ctx.actor.name })
    .returning('id')
    .executeTakeFirstOrThrow()
  await keep(ctx, id, 1, body)
  await record(ctx, 'comment.written', { type: 'row', id: rowId }, { comment: id })
  return commentById(ctx, id)
}

/** Writes a comment anew. Throws `conflict` with the stored text where it has changed since `version`; nothing is lost. */
export async function editComment(ctx: Ctx, { id, version, body }: z.output<typeof CommentEdit>) {
  const changed = await ctx.db
    .updateTable('row_comment')
    .set({ body, version: version + 1 })
    .where('id', '=', id)
    .where('version', '=', version)
    .where('deleted_at', 'is', null)
    .returning('row_id')
    .executeTakeFirst()
  if (!changed) return changedMeanwhile(ctx, id)
  await keep(ctx, id, version + 1, body)
  await record(ctx, 'comment.changed', { type: 'row', id: changed.row_id }, { comment: id, version: version + 1 })
  return commentById(ctx, id)
}

/** Takes a comment away; its texts stay in its revisions. Throws `conflict` where it has changed since `version`. */
export async function endComment(ctx: Ctx, { id, version }: z.output<typeof CommentEnd>): Promise<void> {
  const ended = await ctx.db
    .updateTable('row_comment')
    .set({ deleted_at: sql<Date>`now()`, version: version + 1 })
    .where('id', '=', id)
    .where('version', '=', version)
    .where('deleted_at', 'is', null)
    .returning('row_id')
    .executeTakeFirst()
  if (!ended) return changedMeanwhile(ctx, id)
  await keep(ctx, id, version + 1, null)
  await record(ctx, 'comment.deleted', { type: 'row', id: ended.row_id }, { comment: id })
}

async function changedMeanwhile(ctx: Ctx, id: number): Promise<never> {
  const { version, deleted_at, revisions } = await historyOf(ctx, id)
  const [newest] = revisions
  if (deleted_at || !newest) return missing('comment')
  throw clash('Somebody else changed this comment meanwhile.', {
    body: newest.body ?? '',
    version: String(version),
    by: newest.written_by_name,
  })
}

const keep = ({ db, actor }: Ctx, comment_id: number, version: number, body: string | null) =>
  db
    .insertInto('row_comment_revision')
    .values({ comment_id, version, body, written_by: actor.accountId, written_by_name: actor.name })
    .execute()

/** A comment with every text it had, a deleted one too, the newest first. Throws `not_found`. */
export const historyOf = async ({ db }: Pick<Ctx, 'db'>, id: number) =>
  (await db
    .selectFrom('row_comment')
    .select(['id', 'row_id', 'version', 'deleted_at'])
    .select((eb) => [
      jsonArrayFrom(
        eb
          .selectFrom('row_comment_revision as r')
          .select(['r.version', 'r.body', 'r.written_by_name', 'r.created_at'])
          .whereRef('r.comment_id', '=', 'row_comment.id')
          .whereRef('r.tenant_id', '=', 'row_comment.tenant_id')
          .orderBy('r.version', 'desc'),
      ).as('revisions'),
    ])
    .where('id', '=', id)
    .executeTakeFirst()) ?? missing('comment')
