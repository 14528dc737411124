import { Nothing } from '#server/platform/input.ts'
import { adminProcedure, detachedProcedure, protectedProcedure, router } from '#server/platform/trpc.ts'
import { removeKey } from './queries.ts'
import { Lookup, NewKey } from './schema.ts'
import { kept, lookup, setKey, status } from './service.ts'

export const enrichmentRouter = router({
  status: protectedProcedure('enrichment:read', Nothing).query(({ ctx }) => status(ctx)),
  lookup: detachedProcedure('enrichment:lookup', Lookup).query(({ ctx, input }) => lookup(ctx, input.hash)),
  kept: protectedProcedure('enrichment:read', Lookup).query(({ ctx, input }) => kept(ctx, input.hash)),
  setKey: adminProcedure('enrichment:configure', NewKey).mutation(({ ctx, input }) => setKey(ctx, input.key)),
  removeKey: adminProcedure('enrichment:configure', Nothing).mutation(async ({ ctx }) => ({
    removed: await removeKey(ctx),
  })),
})
