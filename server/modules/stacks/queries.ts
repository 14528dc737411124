import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { TenantDb } from '#server/platform/tenant.ts'
import type { Stacked } from './schema.ts'

const MOST_UNENDED = 10_000

/** The newest delivery there is, and the database's time: what a page that is made now can know of. */
export async function deliveriesUpTo(db: TenantDb): Promise<{ upTo: number; seenAt: Date }> {
  const found = await db
    .selectFrom('batch')
    .select(sql<number>`coalesce(max(id), 0)`.as('upTo'))
    .select(sql<Date>`clock_timestamp()`.as('seenAt'))
    .executeTakeFirstOrThrow()
  return { upTo: Number(found.upTo), seenAt: found.seenAt }
}

type Run = { stacked: Stacked; upTo: number; seenAt: Date; by: { id: number | null; name: string } }

/** Keeps that a stack was looked through. Deliveries that ended after `seenAt` (UTC) are none of what was seen. */
export async function putRun(db: TenantDb, { stacked, upTo, seenAt, by }: Run) {
  const [there, unended] = await Promise.all([
    deliveriesUpTo(db),
    db
      .selectFrom('batch')
      .select('id')
      .where('id', '<=', upTo)
      .where((eb) => eb.or([eb('done_at', 'is', null), eb('done_at', '>', seenAt)]))
      .orderBy('id')
      .limit(MOST_UNENDED)
      .execute(),
  ])
  return db
    .insertInto('stack_run')
    .values({
      stack: stackKey(stacked),
      definition: JSON.stringify(definitionOf(stacked)),
      up_to: Math.min(upTo, there.upTo),
      without: unended.map(({ id }) => id),
      run_by: by.id,
      run_by_name: by.name,
      ran_at: seenAt,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
}

/** The last remembered run of a stack. */
export const lastRun = (db: TenantDb, stacked: Stacked) =>
  db
    .selectFrom('stack_run')
    .select(['id', 'up_to', 'without', 'run_by_name', 'ran_at'])
    .where('stack', '=', stackKey(stacked))
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()

const definitionOf = ({ artifact, columns, q, label, shape }: Stacked) => ({
  artifact: artifact ?? null,
  columns,
  q: q ?? null,
  label: label ?? null,
  shape,
})

const stackKey = (stacked: Stacked) =>
  createHash('sha256')
    .update(JSON.stringify(Object.values(definitionOf(stacked))))
    .digest('hex')

/** How many hosts, those merged counted as one, have answered an artifact; or any, without one; or bear a label. */
export async function hostsAsked(
  db: TenantDb,
  { artifact, label }: Pick<Stacked, 'artifact' | 'label'>,
): Promise<number> {
  let hosts = db.selectFrom('host as h').select(sql<number>`count(distinct coalesce(h.merged_into, h.id))`.as('n'))
  if (artifact)
    hosts = hosts.where('h.id', 'in', (eb) =>
      eb.selectFrom('host_artifact').select('host_id').where('artifact', '=', artifact),
    )
  if (label)
    hosts = hosts.where(sql<number>`coalesce(h.merged_into, h.id)`, 'in', (eb) =>
      eb
        .selectFrom('host_label as l')
        .innerJoin('host as b', 'b.id', 'l.host_id')
        .select(sql<number>`coalesce(b.merged_into, b.id)`.as('id'))
        .where('l.removed_at', 'is', null)
        .where(sql<boolean>`lower(l.label) = lower(${label})`),
    )
  return Number((await hosts.executeTakeFirstOrThrow()).n)
}

/** The labels that hosts bear, most used first, with the hosts that bear them. */
export const labelsInUse = (db: TenantDb) =>
  db
    .selectFrom('host_label')
    .select(['label', sql<number>`count(*)`.as('hosts')])
    .where('removed_at', 'is', null)
    .groupBy('label')
    .orderBy('hosts', 'desc')
    .orderBy('label')
    .limit(50)
    .execute()
