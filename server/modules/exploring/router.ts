import { Nothing } from '#server/platform/input.ts'
import { detachedProcedure, protectedProcedure, router } from '#server/platform/trpc.ts'
import { artifactsKnown } from './queries.ts'
import { Around, Facets, GridKept, GridOf, Histogram } from './schema.ts'
import { facets, getLayout, histogram, neighbours, setLayout } from './service.ts'

export const exploringRouter = router({
  histogram: detachedProcedure('row:read', Histogram).query(({ ctx, input }) => histogram(ctx, input)),
  facets: detachedProcedure('row:read', Facets).query(({ ctx, input }) => facets(ctx, input)),
  neighbours: detachedProcedure('row:read', Around).query(({ ctx, input }) => neighbours(ctx, input)),
  artifacts: protectedProcedure('row:read', Nothing).query(({ ctx }) => artifactsKnown(ctx.db)),
  layout: protectedProcedure('profile:read', GridOf).query(({ ctx, input }) => getLayout(ctx, input.artifact)),
  keepLayout: protectedProcedure('profile:write', GridKept).mutation(({ ctx, input }) => setLayout(ctx, input)),
})
