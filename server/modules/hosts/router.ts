import { Nothing } from '#server/platform/input.ts'
import { protectedProcedure, router } from '#server/platform/trpc.ts'
import { hostSlice, hosts, osList, upsertHost } from './queries.ts'
import { HostId, HostList, HostSlice, NewHost } from './schema.ts'

export const hostsRouter = router({
  list: protectedProcedure('host:read', HostList).query(({ ctx, input }) => hosts.list(ctx, input)),
  page: protectedProcedure('host:read', HostSlice).query(({ ctx, input }) => hostSlice(ctx, input)),
  get: protectedProcedure('host:read', HostId).query(({ ctx, input }) => hosts.get(ctx, input.id)),
  operatingSystems: protectedProcedure('host:read', Nothing).query(({ ctx }) => osList(ctx)),
  create: protectedProcedure('host:write', NewHost).mutation(({ ctx, input }) => upsertHost(ctx, input)),
})
