import { Nothing } from '#server/platform/input.ts'
import { adminProcedure, router } from '#server/platform/trpc.ts'
import { createSource, listSources, revokeSource } from './queries.ts'
import { NewSource, SourceId } from './schema.ts'

export const sourcesRouter = router({
  list: adminProcedure('source:read', Nothing).query(({ ctx }) => listSources(ctx)),
  create: adminProcedure('source:write', NewSource).mutation(({ ctx, input }) => createSource(ctx, input.name)),
  revoke: adminProcedure('source:write', SourceId).mutation(({ ctx, input }) => revokeSource(ctx, input.id)),
})
