import { setTimeout as sleep } from 'node:timers/promises'
import { type Kysely, sql } from 'kysely'
import { z } from 'zod'
import type { Tables } from '#db/types.ts'
import { emptyRows } from '#server/modules/ingestion/rows.ts'
import { now } from '#server/platform/clock.ts'
import { AppError } from '#server/platform/errors.ts'
import { type WideCtx, wideJob } from '#server/platform/jobs.ts'
import { log } from '#server/platform/log.ts'

const PATIENCE = 300

/**
 * Empties a tenant that an operator has ended: queue, files, row engine, records, and accounts that were only there. Each
 * step looks at what is still there, so that it can be repeated from the start after a crash. The last one says it is done.
 */
export const emptyTenant = wideJob('tenants.empty', z.object({}), async (ctx) => {
  const going = await ledgerOf(ctx.pool, ctx.tenantId)
  if (!going || going.done_at) return
  await quietQueue(ctx)
  await removeFiles(ctx)
  await emptyRows(ctx.rows)
  await ctx.asQueue('delete from tenant where id = $1 and leaving_at is not null', [ctx.tenantId])
  await removeAccounts(ctx, going.detail)
  // What had begun before the tenant was marked may have come through until now; after this nothing can.
  await quietQueue(ctx)
  await emptyRows(ctx.rows)
  await close(ctx, going.detail)
  log.info({ tenant: ctx.tenantId }, 'the tenant is deleted')
})

const ledgerOf = (pool: Kysely<Tables>, id: number) =>
  pool.selectFrom('deleted_tenant').select(['detail', 'done_at']).where('id', '=', id).executeTakeFirst()

/** Takes the tenant's waiting jobs out of the queue and waits for the running ones, which stop at their next step. */
async function quietQueue({ tenantId, asQueue, signal }: WideCtx) {
  const own = `from graphile_worker._private_jobs where payload ->> 'tenantId' = $1::text
    and task_id <> (select id from graphile_worker._private_tasks where identifier = $2)`
  for (let waited = 0; waited < PATIENCE && !signal.aborted; waited += 1) {
    await asQueue(`delete ${own} and locked_at is null`, [tenantId, emptyTenant.name])
    const [left] = await asQueue<{ n: string }>(`select count(*) as n ${own}`, [tenantId, emptyTenant.name])
    if (Number(left?.n) === 0) return
    await sleep(1_000)
  }
  throw new AppError('unavailable', 'Work of the tenant is still under way.')
}

async function removeFiles({ pool, spool, tenantId }: WideCtx) {
  const { rows } = await sql<{ name: string }>`
    select spool_name as name from batch where tenant_id = ${tenantId} and spool_name is not null`.execute(pool)
  for (const { name } of rows) await spool.remove(name)
  await spool.removeEvidence(tenantId)
}

async function removeAccounts({ asQueue }: WideCtx, detail: Record<string, unknown>) {
  const members = z.array(z.number()).catch([]).parse(detail.members)
  await asQueue('delete from account where id = any($1::bigint[])', [members])
}

async function close({ pool, tenantId }: WideCtx, { members: _gone, ...counts }: Record<string, unknown>) {
  await pool
    .updateTable('deleted_tenant')
    .set({ detail: JSON.stringify(counts), done_at: now() })
    .where('id', '=', tenantId)
    .execute()
}
