import { now } from '#server/platform/clock.ts'
import type { TenantDb } from '#server/platform/tenant.ts'
import type { Reach } from './rows.ts'

/** The tenant's rules: the general one first, then by artifact. */
export const listRules = (db: TenantDb) =>
  db.selectFrom('retention').select(['id', 'artifact', 'days', 'updated_at']).orderBy('artifact').execute()

export type Rule = Awaited<ReturnType<typeof listRules>>[number]

/** Makes or changes the rule of an artifact; '' is the general one. */
export const putRule = (db: TenantDb, { artifact, days }: Pick<Rule, 'artifact' | 'days'>) =>
  db
    .insertInto('retention')
    .values({ artifact, days })
    .onConflict((c) => c.columns(['tenant_id', 'artifact']).doUpdateSet({ days }))
    .returning('id')
    .executeTakeFirstOrThrow()

/** The newest delivery received before `cutoff`; 0 when there is none. Ids grow with the time of receipt. */
async function lastBefore(db: TenantDb, cutoff: Date): Promise<number> {
  const found = await db
    .selectFrom('batch')
    .select('id')
    .where('created_at', '<', cutoff)
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  return found?.id ?? 0
}

/** Deliveries up to `last` that left lines in the quarantine and that name `artifact`; '': one that is none of `others`. */
export async function rejectingUpTo(
  db: TenantDb,
  { last, artifact, others }: { last: number; artifact: string; others: string[] },
): Promise<number[]> {
  const found = await db
    .selectFrom('batch')
    .select('id')
    .where('id', '<=', last)
    .where('rejected', '>', 0)
    .$if(artifact !== '', (query) => query.where('artifact', '=', artifact))
    .$if(artifact === '' && others.length > 0, (query) =>
      query.where((eb) => eb.or([eb('artifact', 'is', null), eb('artifact', 'not in', others)])),
    )
    .execute()
  return found.map(({ id }) => id)
}

/** What each rule reaches now, or what `only` would if it were one. Null where it reaches nothing. */
export async function reaches(db: TenantDb, only?: Rule): Promise<{ rule: Rule; reach: Reach | null }[]> {
  const rules = await listRules(db)
  const others = rules.map(({ artifact }) => artifact).filter((artifact) => artifact !== '')
  const found: { rule: Rule; reach: Reach | null }[] = []
  for (const rule of only ? [only] : rules) {
    const last = rule.days ? await lastBefore(db, new Date(now().getTime() - rule.days * 86_400_000)) : 0
    found.push({ rule, reach: last > 0 ? { artifact: rule.artifact, others, last } : null })
  }
  return found
}

/** The artifacts of the tenant's hosts that a rule concerns. */
export async function artifactsOf(db: TenantDb, { artifact, others }: Reach): Promise<string[]> {
  const found = await db
    .selectFrom('host_artifact')
    .select('artifact')
    .distinct()
    .$if(artifact !== '', (query) => query.where('artifact', '=', artifact))
    .$if(artifact === '' && others.length > 0, (query) => query.where('artifact', 'not in', others))
    .execute()
  return found.map((one) => one.artifact)
}

/** Deliveries whose rows may be there already but are not counted yet. */
export const unfinished = async (db: TenantDb) =>
  (await db.selectFrom('batch').select('id').where('state', 'in', ['spooled', 'loading']).execute()).map(({ id }) => id)
