import { Nothing } from '#server/platform/input.ts'
import { protectedProcedure, router } from '#server/platform/trpc.ts'
import { pulse } from './service.ts'

export const pulseRouter = router({
  list: protectedProcedure('alarm:read', Nothing).query(({ ctx }) => pulse(ctx)),
})
