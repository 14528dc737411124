import type { z } from 'zod'
import { rowAt } from '#server/modules/telemetry/rows.ts'
import { missing } from '#server/platform/table.ts'
import type { Ctx, DetachedCtx } from '#server/platform/trpc.ts'
import { addComment, addTag, removeTag } from './queries.ts'
import type { NewComment, RowTag } from './schema.ts'

export { marksOf } from './queries.ts'

/** Writes on a row that is there. Throws `not_found` for another tenant's, before anything is written. */
async function onRow<T>(ctx: DetachedCtx, rowId: string, write: (ctx: Ctx) => Promise<T>): Promise<T> {
  if (!(await rowAt(ctx.rows, rowId))) return missing('row')
  return ctx.transact('read write', write)
}

export const tagRow = (ctx: DetachedCtx, { rowId, tag }: z.output<typeof RowTag>) =>
  onRow(ctx, rowId, (open) => addTag(open, rowId, tag))

/** Takes a tag off a row, also where retention has taken the row meanwhile. */
export const untagRow = (ctx: Ctx, { rowId, tag }: z.output<typeof RowTag>) => removeTag(ctx, rowId, tag)

export const commentOn = (ctx: DetachedCtx, comment: z.output<typeof NewComment>) =>
  onRow(ctx, comment.rowId, (open) => addComment(open, comment))
