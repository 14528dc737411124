import { protectedProcedure, router } from '#server/platform/trpc.ts'
import { getHost, hostRecord, hostSlice, labelHost, listHosts, unlabelHost, upsertHost } from './queries.ts'
import { HostId, HostLabel, HostList, HostSlice, NewHost } from './schema.ts'

export const hostsRouter = router({
  list: protectedProcedure('host:read', HostList).query(({ ctx, input }) => listHosts(ctx, input)),
  page: protectedProcedure('host:read', HostSlice).query(({ ctx, input }) => hostSlice(ctx, input)),
  get: protectedProcedure('host:read', HostId).query(({ ctx, input }) => getHost(ctx, input.id)),
  record: protectedProcedure('host:read', HostId).query(({ ctx, input }) => hostRecord(ctx, input.id)),
  create: protectedProcedure('host:write', NewHost).mutation(({ ctx, input }) => upsertHost(ctx, input)),
  label: protectedProcedure('host:write', HostLabel).mutation(({ ctx, input }) => labelHost(ctx, input)),
  unlabel: protectedProcedure('host:write', HostLabel).mutation(({ ctx, input }) => unlabelHost(ctx, input)),
})
