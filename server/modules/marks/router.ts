import { tagsInUse } from '#server/modules/tags/queries.ts'
import { Nothing } from '#server/platform/input.ts'
import { detachedProcedure, protectedProcedure, router } from '#server/platform/trpc.ts'
import { commentById, editComment, endComment, historyOf, marksOf, notesOn } from './queries.ts'
import { CommentEdit, CommentEnd, CommentId, Marked, NewComment, OfRow, OfRows, RowTag } from './schema.ts'
import { commentOn, listMarked, tagRow, untagRow } from './service.ts'

export const marksRouter = router({
  ofRows: protectedProcedure('mark:read', OfRows).query(({ ctx, input }) => marksOf(ctx.db, input.rows)),
  ofRow: protectedProcedure('mark:read', OfRow).query(({ ctx, input }) => notesOn(ctx, input.rowId)),
  tags: protectedProcedure('mark:read', Nothing).query(({ ctx }) => tagsInUse(ctx)),
  marked: detachedProcedure('mark:read', Marked).query(({ ctx, input }) => listMarked(ctx, input.tag)),
  tag: detachedProcedure('mark:write', RowTag).mutation(({ ctx, input }) => tagRow(ctx, input)),
  untag: protectedProcedure('mark:write', RowTag).mutation(({ ctx, input }) => untagRow(ctx, input)),
  comment: detachedProcedure('mark:write', NewComment).mutation(({ ctx, input }) => commentOn(ctx, input)),
  getComment: protectedProcedure('mark:read', CommentId).query(({ ctx, input }) => commentById(ctx, input.id)),
  editComment: protectedProcedure('mark:write', CommentEdit).mutation(({ ctx, input }) => editComment(ctx, input)),
  endComment: protectedProcedure('mark:write', CommentEnd).mutation(({ ctx, input }) => endComment(ctx, input)),
  history: protectedProcedure('mark:read', CommentId).query(({ ctx, input }) => historyOf(ctx, input.id)),
})
