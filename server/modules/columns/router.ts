import { Nothing } from '#server/platform/input.ts'
import { detachedProcedure, protectedProcedure, router } from '#server/platform/trpc.ts'
import { ColumnMapEdit, OfArtifact } from './schema.ts'
import { getMap, listMaps, previewMap, resetMap, saveMap } from './service.ts'

export const columnsRouter = router({
  list: detachedProcedure('column:read', Nothing).query(({ ctx }) => listMaps(ctx)),
  get: detachedProcedure('column:read', OfArtifact).query(({ ctx, input }) => getMap(ctx, input.artifact)),
  preview: detachedProcedure('column:read', ColumnMapEdit).query(({ ctx, input }) => previewMap(ctx, input)),
  save: detachedProcedure('column:write', ColumnMapEdit).mutation(({ ctx, input }) => saveMap(ctx, input)),
  reset: protectedProcedure('column:write', OfArtifact).mutation(({ ctx, input }) => resetMap(ctx, input.artifact)),
})
