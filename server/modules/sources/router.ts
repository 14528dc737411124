import { Nothing } from '#server/platform/input.ts'
import { adminProcedure, router } from '#server/platform/trpc.ts'
import { createSource, endPreviousToken, listSources, revokeSource, rotateToken, updateSource } from './queries.ts'
import { NewSource, SourceEdit, SourceId } from './schema.ts'

export const sourcesRouter = router({
  list: adminProcedure('source:read', Nothing).query(({ ctx }) => listSources(ctx)),
  create: adminProcedure('source:write', NewSource).mutation(({ ctx, input }) => createSource(ctx, input)),
  update: adminProcedure('source:write', SourceEdit).mutation(({ ctx, input }) => updateSource(ctx, input)),
  rotate: adminProcedure('source:write', SourceId).mutation(({ ctx, input }) => rotateToken(ctx, input.id)),
  endPrevious: adminProcedure('source:write', SourceId).mutation(({ ctx, input }) => endPreviousToken(ctx, input.id)),
  revoke: adminProcedure('source:write', SourceId).mutation(({ ctx, input }) => revokeSource(ctx, input.id)),
})
