import { Nothing, Slice } from '#server/platform/input.ts'
import { protectedProcedure, router } from '#server/platform/trpc.ts'
import { AlarmId, AlarmList } from './schema.ts'
import { acknowledge, close, listAlarms, sliceOfAlarms, standing } from './service.ts'

export const alarmsRouter = router({
  list: protectedProcedure('alarm:read', AlarmList).query(({ ctx, input }) => listAlarms(ctx, input)),
  page: protectedProcedure('alarm:read', Slice).query(({ ctx, input }) => sliceOfAlarms(ctx, input)),
  standing: protectedProcedure('alarm:read', Nothing).query(({ ctx }) => standing(ctx)),
  acknowledge: protectedProcedure('alarm:settle', AlarmId).mutation(({ ctx, input }) => acknowledge(ctx, input)),
  close: protectedProcedure('alarm:settle', AlarmId).mutation(({ ctx, input }) => close(ctx, input)),
})
