import type { z } from 'zod'
import { sourceOf } from '#server/modules/columns/service.ts'
import { addTag, removeTag } from '#server/modules/tags/queries.ts'
import { rowAt } from '#server/modules/telemetry/rows.ts'
import { toldOf } from '#server/modules/telemetry/service.ts'
import { missing } from '#server/platform/table.ts'
import type { Ctx, DetachedCtx } from '#server/platform/trpc.ts'
import { addComment, marksOf, rowsMarked } from './queries.ts'
import { rowsAt } from './rows.ts'
import type { NewComment, RowTag } from './schema.ts'

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

const PLACE = /^\d+\.\d+\.\d+$/

/** Marked rows with what is noted on them, the last marked first; `row` is null for one that is no longer stored. */
export async function listMarked(ctx: DetachedCtx, tag: string | undefined) {
  const marks = await ctx.transact('read only', async ({ db }) => {
    const ids = (await rowsMarked(db, tag)).filter((id) => PLACE.test(id))
    const noted = new Map((await marksOf(db, ids)).map((mark) => [mark.row_id, mark]))
    return ids.flatMap((id) => noted.get(id) ?? [])
  })
  const found =
    marks.length === 0
      ? []
      : await rowsAt(
          ctx.rows,
          marks.map(({ row_id }) => row_id),
        )
  const { names, timesOf } = await toldOf(
    ctx,
    found.map(({ start, ...row }) => ({ ...row, raw: start })),
  )
  const rows = new Map(
    found.map(({ event_time_ms, ...row }) => [
      `${row.host_id}.${row.batch_id}.${row.line}`,
      {
        artifact: row.artifact,
        start: row.start,
        hostname: names.get(row.host_id)?.hostname ?? 'unknown',
        event_time: event_time_ms === null ? null : new Date(event_time_ms),
        event_source:
          event_time_ms === null
            ? null
            : sourceOf(timesOf({ artifact: row.artifact, raw: row.start }), 0, event_time_ms),
      },
    ]),
  )
  return marks.map((mark) => ({ ...mark, row: rows.get(mark.row_id) ?? null }))
}
