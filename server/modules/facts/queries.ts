import { sql } from 'kysely'
import { record } from '#server/platform/activity.ts'
import { AppError } from '#server/platform/errors.ts'
import type { TenantDb } from '#server/platform/tenant.ts'
import type { Ctx } from '#server/platform/trpc.ts'

const MOST = 500

/**
 * What was said of hosts, newest first; of a history longer than 500 entries the newest. A name is noted when it changes,
 * and was the host's for as long as the host was seen.
 */
export const historyOf = (db: TenantDb, ids: number[]) =>
  db
    .selectFrom('host_fact as f')
    .innerJoin('host as h', 'h.id', 'f.host_id')
    .select(['f.host_id', 'f.fact', 'f.value', 'f.first_seen_at', 'f.batch_id'])
    .select(
      sql<Date>`case when f.fact = 'hostname' and f.value = h.hostname
        then greatest(f.last_seen_at, case when f.first_seen_at = max(f.first_seen_at) over (partition by f.host_id, f.fact)
          then h.own_last_seen_at end) else f.last_seen_at end`.as('last_seen_at'),
    )
    .where('f.host_id', 'in', ids)
    .orderBy('last_seen_at', 'desc')
    .orderBy('f.first_seen_at', 'desc')
    .orderBy('f.fact')
    .orderBy('f.value')
    .limit(MOST)
    .execute()

/** The labels that hosts bear, each once: who gave it, or when Velociraptor last named it. */
export const labelsOf = (db: TenantDb, ids: number[]) =>
  db
    .selectFrom('host_label')
    .select((eb) => [
      'label',
      eb.fn.max('reported_at').as('reported_at'),
      eb.fn.max('added_at').as('added_at'),
      eb.fn.max('added_by').as('added_by'),
    ])
    .where('host_id', 'in', ids)
    .where('removed_at', 'is', null)
    .groupBy('label')
    .orderBy('label')
    .execute()

/** Gives a host a label; one that was taken away is there again. Throws `conflict` when it bears it already. */
export async function addLabel(ctx: Ctx, { id, label }: { id: number; label: string }) {
  const given = { added_at: sql<Date>`now()`, added_by: ctx.actor.name, removed_at: null }
  const added = await ctx.db
    .insertInto('host_label')
    .values({ host_id: id, label, ...given })
    .onConflict((c) =>
      c.columns(['tenant_id', 'host_id', 'label']).doUpdateSet(given).where('host_label.removed_at', 'is not', null),
    )
    .returning('label')
    .executeTakeFirst()
  if (!added) throw new AppError('conflict', 'The host has this label.', { label: 'The host has this label.' })
  await record(ctx, 'host.labelled', { type: 'host', id }, { label })
  return { id, label }
}

/**
 * Takes a label away from hosts that are one. One that Velociraptor reports stays away for as long as it reports it.
 * Throws `conflict` when none of them bears it.
 */
export async function removeLabel(ctx: Ctx, { id, ids, label }: { id: number; ids: number[]; label: string }) {
  const removed = await ctx.db
    .updateTable('host_label')
    .set({ removed_at: sql<Date>`now()`, added_at: null, added_by: null })
    .where('host_id', 'in', ids)
    .where('label', '=', label)
    .where('removed_at', 'is', null)
    .returning('host_id')
    .execute()
  if (removed.length === 0) throw new AppError('conflict', 'The host does not have this label.')
  await ctx.db
    .deleteFrom('host_label')
    .where('host_id', 'in', ids)
    .where('label', '=', label)
    .where('reported_at', 'is', null)
    .execute()
  await record(ctx, 'host.unlabelled', { type: 'host', id }, { label })
  return { id, label }
}
