import { sql } from 'kysely'
import { record } from '#server/platform/activity.ts'
import type { Ctx } from '#server/platform/trpc.ts'

/** What VirusTotal said of a hash: `found` false, or the counts of its engines. */
export type Report = {
  hash: string
  found: boolean
  malicious: number | null
  suspicious: number | null
  harmless: number | null
  undetected: number | null
  names: string[]
  fetched_at: Date
}

const KEPT = { found: '24 hours', missing: '1 hour' }

/** The tenant's sealed key, if it has one. */
export const sealedKey = async ({ db }: Ctx) =>
  (await db.selectFrom('virustotal_key').select('sealed').executeTakeFirst())?.sealed

export async function saveKey(ctx: Ctx, sealed: string): Promise<void> {
  await ctx.db
    .insertInto('virustotal_key')
    .values({ sealed, set_by: ctx.actor.accountId })
    .onConflict((c) => c.column('tenant_id').doUpdateSet({ sealed, set_by: ctx.actor.accountId }))
    .execute()
  await record(ctx, 'virustotal_key.saved', { type: 'tenant', id: ctx.actor.tenantId })
}

/** Forgets the tenant's key; false when there was none. */
export async function removeKey(ctx: Ctx): Promise<boolean> {
  const removed = await ctx.db.deleteFrom('virustotal_key').returning('tenant_id').executeTakeFirst()
  if (!removed) return false
  await record(ctx, 'virustotal_key.removed', { type: 'tenant', id: ctx.actor.tenantId })
  return true
}

/** How many answers are kept and still fresh. */
export const keptReports = async ({ db }: Ctx): Promise<number> =>
  (
    await db
      .selectFrom('virustotal_report')
      .select((eb) => eb.fn.countAll<number>().as('n'))
      .where('expires_at', '>', sql<Date>`now()`)
      .executeTakeFirstOrThrow()
  ).n

/** The answer kept for a hash, unless it is stale. */
export const keptReport = ({ db }: Ctx, hash: string): Promise<Report | undefined> =>
  db
    .selectFrom('virustotal_report')
    .select(['hash', 'found', 'malicious', 'suspicious', 'harmless', 'undetected', 'names', 'fetched_at'])
    .where('hash', '=', hash)
    .where('expires_at', '>', sql<Date>`now()`)
    .executeTakeFirst()

/** Keeps an answer for a day, an unknown hash for an hour, and drops what went stale. */
export async function keepReport({ db }: Ctx, report: Report): Promise<void> {
  const { hash, ...facts } = report
  const values = { ...facts, expires_at: sql<Date>`now() + ${report.found ? KEPT.found : KEPT.missing}::interval` }
  await db
    .insertInto('virustotal_report')
    .values({ hash, ...values })
    .onConflict((c) => c.columns(['tenant_id', 'hash']).doUpdateSet(values))
    .execute()
  // Skipping locked rows: two lookups at once would else wait for each other's answer.
  await db
    .deleteFrom('virustotal_report')
    .where('hash', 'in', (eb) =>
      eb
        .selectFrom('virustotal_report as stale')
        .select('stale.hash')
        .where('stale.expires_at', '<', sql<Date>`now()`)
        .limit(1000)
        .forUpdate()
        .skipLocked(),
    )
    .execute()
}
