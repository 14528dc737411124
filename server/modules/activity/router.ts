import { protectedProcedure, router } from '#server/platform/trpc.ts'
import { activity } from './queries.ts'
import { ActivityList } from './schema.ts'

export const activityRouter = router({
  list: protectedProcedure('activity:read', ActivityList).query(({ ctx, input }) => activity.list(ctx, input)),
})
