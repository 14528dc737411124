import { detachedProcedure, router } from '#server/platform/trpc.ts'
import { Completing, QueryRead } from './schema.ts'
import { completion, readQuery } from './service.ts'

export const languageRouter = router({
  read: detachedProcedure('row:read', QueryRead).query(({ ctx, input }) => readQuery(ctx, input.q)),
  complete: detachedProcedure('row:read', Completing).query(({ ctx, input }) => completion(ctx, input)),
})
