import { Nothing } from '#server/platform/input.ts'
import { adminProcedure, detachedProcedure, router } from '#server/platform/trpc.ts'
import { RetentionOf, RetentionRule } from './schema.ts'
import { preview, removeRule, rulesWithDue, runNow, setRule } from './service.ts'

export const retentionRouter = router({
  list: detachedProcedure('retention:read', Nothing).query(({ ctx }) => rulesWithDue(ctx)),
  preview: detachedProcedure('retention:read', RetentionRule).query(({ ctx, input }) => preview(ctx, input)),
  set: adminProcedure('retention:write', RetentionRule).mutation(({ ctx, input }) => setRule(ctx, input)),
  remove: adminProcedure('retention:write', RetentionOf).mutation(({ ctx, input }) => removeRule(ctx, input)),
  run: adminProcedure('retention:write', Nothing).mutation(({ ctx }) => runNow(ctx)),
})
