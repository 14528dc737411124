import { detachedProcedure, router } from '#server/platform/trpc.ts'
import { Sought } from './schema.ts'
import { find } from './service.ts'

export const paletteRouter = router({
  find: detachedProcedure('row:read', Sought).query(({ ctx, input }) => find(ctx, input.q)),
})
