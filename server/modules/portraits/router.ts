import { detachedProcedure, router } from '#server/platform/trpc.ts'
import { OfHost, Rarest } from './schema.ts'
import { activityOf, changesOf, rarestOf } from './service.ts'

export const portraitsRouter = router({
  rarest: detachedProcedure('row:read', Rarest).query(({ ctx, input }) => rarestOf(ctx, input)),
  activity: detachedProcedure('row:read', OfHost).query(({ ctx, input }) => activityOf(ctx, input.hostId)),
  changes: detachedProcedure('row:read', OfHost).query(({ ctx, input }) => changesOf(ctx, input.hostId)),
})
