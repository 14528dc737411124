import { protectedProcedure, router } from '#server/platform/trpc.ts'
import { hostSlice, hosts, listHosts, upsertHost } from './queries.ts'
import { HostId, HostList, HostSlice, NewHost } from './schema.ts'

export const hostsRouter = router({
  list: protectedProcedure('host:read', HostList).query(({ ctx, input }) => listHosts(ctx, input)),
  page: protectedProcedure('host:read', HostSlice).query(({ ctx, input }) => hostSlice(ctx, input)),
  get: protectedProcedure('host:read', HostId).query(({ ctx, input }) => hosts.get(ctx, input.id)),
  create: protectedProcedure('host:write', NewHost).mutation(({ ctx, input }) => upsertHost(ctx, input)),
})
