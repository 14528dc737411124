import type { Kysely } from 'kysely'
import type { z } from 'zod'
import type { Tables } from '#db/types.ts'
import { record } from '#server/platform/activity.ts'
import { now } from '#server/platform/clock.ts'
import { AppError, fromDatabase } from '#server/platform/errors.ts'
import { enqueue } from '#server/platform/jobs.ts'
import { missing } from '#server/platform/table.ts'
import type { Telemetry } from '#server/platform/telemetry.ts'
import { acrossTenants } from '#server/platform/tenant.ts'
import type { Ctx, DetachedCtx } from '#server/platform/trpc.ts'
import { emptyTenant } from './jobs.ts'
import { countDeliveries, deletedTenants, tenantsOf } from './queries.ts'
import type { KeepUploads, NewTenant, TenantEnd, TenantZone } from './schema.ts'

/** Makes a tenant with its creator as first admin. Operators only. */
export async function createTenant(
  ctx: DetachedCtx & { pool: Kysely<Tables> },
  { name, description }: z.infer<typeof NewTenant>,
) {
  const { actor, requestId } = ctx
  const accountId = operatorOf(ctx)
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

type Wide = DetachedCtx & { pool: Kysely<Tables>; telemetry: Telemetry }

function operatorOf({ actor }: DetachedCtx): number {
  if (!actor.operator || !actor.accountId)
    throw new AppError('forbidden', 'Only an operator of the installation may do this.')
  return actor.accountId
}

/** The tenants that are gone or going. Operators only; nothing to anybody else. */
export const listDeleted = ({ actor, pool }: Wide) => (actor.operator ? deletedTenants(pool) : Promise.resolve([]))

/** What would go with a tenant. Operators only. */
export async function endPreview(ctx: Wide, id: number) {
  operatorOf(ctx)
  const tenant = (await tenantsOf(ctx.pool, ctx.actor)).find((one) => one.id === id) ?? missing('tenant')
  const deliveries = await countDeliveries(ctx.pool, id)
  return { ...tenant, deliveries, rows: await countRows(ctx, id), current: id === ctx.actor.tenantId }
}

// The tenant need not be the operator's own: the count is all they learn.
async function countRows({ telemetry }: Wide, id: number): Promise<number | null> {
  const counting = telemetry
    .forTenant(id)
    .select<{ n: number }>(COUNT)
    .catch(() => null)
  return (await counting)?.[0]?.n ?? null
}
const COUNT = 'select count() as n from rows where tenant_id = {tenant:UInt64}'

/**
 * Ends a tenant: from the next request on nobody is signed in to it and no token of it works; the worker then removes what
 * it held. Operators only, by the name typed again, and never the tenant one is in.
 */
export async function endTenant(ctx: Wide, { id, name }: z.infer<typeof TenantEnd>) {
  const accountId = operatorOf(ctx)
  const { actor, requestId, pool } = ctx
  const tenant = await endPreview(ctx, id)
  if (tenant.current) throw new AppError('conflict', 'You are in this tenant. Switch to another one first.')
  if (tenant.name !== name)
    throw new AppError('invalid', 'Nothing was deleted.', { name: `Type the name as it stands: ${tenant.name}` })
  const { host_count: hosts, deliveries, rows } = tenant
  await acrossTenants(
    pool,
    async (tx) => {
      const marked = { leaving_at: now() }
      await tx.updateTable('tenant').set(marked).where('id', '=', id).where('leaving_at', 'is', null).execute()
      await tx.deleteFrom('auth.session').where('tenant_id', '=', id).execute()
      const members = await tx.selectFrom('membership').select('account_id').where('tenant_id', '=', id).execute()
      const detail = JSON.stringify({ hosts, deliveries, rows, members: members.map(({ account_id }) => account_id) })
      const line = { id, name, asked_by: accountId, asked_by_name: actor.name, request_id: requestId, detail }
      await tx.insertInto('deleted_tenant').values(line).execute()
      return { tenantId: id }
    },
    (db) => enqueue(db, emptyTenant, {}),
    { accountId, requestId },
  )
  return { id, name }
}

function nameTaken(error: unknown): never {
  const known = fromDatabase(error)
  if (known instanceof AppError && known.fields.name) {
    throw new AppError('conflict', 'Tenant name already exists', { name: 'Already taken.' })
  }
  throw error
}

/** Keeps the files that archives bring from now on, or only lists them. What is kept already stays. */
export async function keepUploads(ctx: Ctx, { keep }: z.infer<typeof KeepUploads>) {
  await ctx.db.updateTable('tenant').set({ keep_uploads: keep }).where('id', '=', ctx.actor.tenantId).execute()
  await record(ctx, 'tenant.keep_uploads', { type: 'tenant', id: ctx.actor.tenantId }, { keep })
  return { keep }
}

/** Sets the zone in which people of the acting tenant read times; who chose one of their own keeps it. Another is `not_found`. */
export async function setZone(ctx: Ctx, { id, zone }: z.infer<typeof TenantZone>) {
  if (id !== ctx.actor.tenantId) missing('tenant')
  await ctx.db.updateTable('tenant').set({ zone }).where('id', '=', id).execute()
  await record(ctx, 'tenant.zone_set', { type: 'tenant', id }, { zone })
  return { id, zone }
}
