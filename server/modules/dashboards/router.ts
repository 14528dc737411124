import { Nothing } from '#server/platform/input.ts'
import { detachedProcedure, router } from '#server/platform/trpc.ts'
import { overview } from './service.ts'

export const dashboardsRouter = router({
  overview: detachedProcedure('row:read', Nothing).query(({ ctx }) => overview(ctx)),
})
