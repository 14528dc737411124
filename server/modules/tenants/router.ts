import { Nothing } from '#server/platform/input.ts'
import { detachedProcedure, router } from '#server/platform/trpc.ts'
import { tenantsOf } from './queries.ts'
import { NewTenant } from './schema.ts'
import { createTenant } from './service.ts'

export const tenantsRouter = router({
  list: detachedProcedure('tenant:read', Nothing).query(({ ctx }) => tenantsOf(ctx.pool, ctx.actor)),
  create: detachedProcedure('tenant:create', NewTenant).mutation(({ ctx, input }) => createTenant(ctx, input)),
})
