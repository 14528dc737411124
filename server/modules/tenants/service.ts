import type { Kysely } from 'kysely'
import type { z } from 'zod'
import type { Tables } from '#db/types.ts'
import { record } from '#server/platform/activity.ts'
import { AppError, fromDatabase } from '#server/platform/errors.ts'
import { acrossTenants } from '#server/platform/tenant.ts'
import type { DetachedCtx } from '#server/platform/trpc.ts'
import type { NewTenant } from './schema.ts'

/** Makes a tenant with its creator as first admin. Operators only. */
export async function createTenant(
  ctx: DetachedCtx & { pool: Kysely<Tables> },
  { name, description }: z.infer<typeof NewTenant>,
) {
  const { actor, requestId } = ctx
  if (!actor.operator || !actor.accountId)
    throw new AppError('forbidden', 'Only an operator of the installation may do this.')
  const accountId = actor.accountId
  const made = await acrossTenants(
    ctx.pool,
    async (tx) => {
      const tenant = await tx
        .insertInto('tenant')
        .values({ name, description: description ?? null })
        .returning(['id', 'name', 'description', 'created_at'])
        .executeTakeFirstOrThrow()
      await tx.insertInto('membership').values({ tenant_id: tenant.id, account_id: accountId, role: 'admin' }).execute()
      return { ...tenant, tenantId: tenant.id }
    },
    (db, tenant) => record({ db, actor, requestId }, 'tenant.created', { type: 'tenant', id: tenant.id }, { name }),
    { accountId, requestId },
  ).catch(nameTaken)
  const { tenantId: _same, ...tenant } = made
  return tenant
}

function nameTaken(error: unknown): never {
  const known = fromDatabase(error)
  if (known instanceof AppError && known.fields.name) {
    throw new AppError('conflict', 'Tenant name already exists', { name: 'Already taken.' })
  }
  throw error
}
