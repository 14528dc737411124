import { protectedProcedure, router } from '#server/platform/trpc.ts'
import { Candidates, HostMerge, HostPair, HostSplit } from './schema.ts'
import { candidates, merge, preview, split } from './service.ts'

export const mergesRouter = router({
  candidates: protectedProcedure('host:write', Candidates).query(({ ctx, input }) => candidates(ctx, input)),
  preview: protectedProcedure('host:write', HostPair).query(({ ctx, input }) => preview(ctx, input)),
  merge: protectedProcedure('host:write', HostMerge).mutation(({ ctx, input }) => merge(ctx, input)),
  split: protectedProcedure('host:write', HostSplit).mutation(({ ctx, input }) => split(ctx, input)),
})
