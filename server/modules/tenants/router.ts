import { Nothing } from '#server/platform/input.ts'
import { missing } from '#server/platform/table.ts'
import { adminProcedure, detachedProcedure, protectedProcedure, router } from '#server/platform/trpc.ts'
import { keepsUploads, tenantsOf } from './queries.ts'
import { KeepUploads, NewTenant, TenantEnd, TenantId, TenantZone } from './schema.ts'
import { createTenant, endPreview, endTenant, keepUploads, listDeleted, setZone } from './service.ts'

export const tenantsRouter = router({
  list: detachedProcedure('tenant:read', Nothing).query(({ ctx }) => tenantsOf(ctx.pool, ctx.actor)),
  get: detachedProcedure('tenant:read', TenantId).query(async ({ ctx, input }) => {
    const visible = await tenantsOf(ctx.pool, ctx.actor)
    return visible.find(({ id }) => id === input.id) ?? missing('tenant')
  }),
  create: detachedProcedure('tenant:create', NewTenant).mutation(({ ctx, input }) => createTenant(ctx, input)),
  deleted: detachedProcedure('tenant:read', Nothing).query(({ ctx }) => listDeleted(ctx)),
  endPreview: detachedProcedure('tenant:end', TenantId).query(({ ctx, input }) => endPreview(ctx, input.id)),
  end: detachedProcedure('tenant:end', TenantEnd).mutation(({ ctx, input }) => endTenant(ctx, input)),
  keepsUploads: protectedProcedure('batch:read', Nothing).query(({ ctx }) => keepsUploads(ctx)),
  keepUploads: adminProcedure('source:write', KeepUploads).mutation(({ ctx, input }) => keepUploads(ctx, input)),
  setZone: adminProcedure('tenant:write', TenantZone).mutation(({ ctx, input }) => setZone(ctx, input)),
  intake: detachedProcedure('batch:read', Nothing).query(({ ctx }) => ctx.admission.pressure(ctx.actor.tenantId)),
})
