import { detachedProcedure, router } from '#server/platform/trpc.ts'
import { Comparison } from './schema.ts'
import { compare } from './service.ts'

export const comparingRouter = router({
  compare: detachedProcedure('row:read', Comparison).query(({ ctx, input }) => compare(ctx, input)),
})
