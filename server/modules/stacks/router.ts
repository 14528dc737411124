import { Nothing } from '#server/platform/input.ts'
import { detachedProcedure, protectedProcedure, router } from '#server/platform/trpc.ts'
import { HostsOf, StackQuery, StackRun } from './schema.ts'
import { hostsOf, knownStacks, rememberRun, stack } from './service.ts'

export const stacksRouter = router({
  stack: detachedProcedure('row:read', StackQuery).query(({ ctx, input }) => stack(ctx, input)),
  hosts: detachedProcedure('row:read', HostsOf).query(({ ctx, input }) => hostsOf(ctx, input)),
  known: detachedProcedure('row:read', Nothing).query(({ ctx }) => knownStacks(ctx)),
  remember: protectedProcedure('stack:remember', StackRun).mutation(({ ctx, input }) => rememberRun(ctx, input)),
})
