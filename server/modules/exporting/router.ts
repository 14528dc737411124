import { detachedProcedure, router } from '#server/platform/trpc.ts'
import { Exported } from './schema.ts'
import { preview } from './service.ts'

export const exportingRouter = router({
  preview: detachedProcedure('row:read', Exported).query(({ ctx, input }) => preview(ctx, input)),
})
