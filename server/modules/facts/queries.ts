import { sql } from 'kysely'
import { record } from '#server/platform/activity.ts'
import { AppError } from '#server/platform/errors.ts'
import type { TenantDb } from '#server/platform/tenant.ts'
import type { Ctx } from '#server/platform/trpc.ts'

const MOST = 500

/** What was said of hosts, fact by fact, newest first; of a history longer than 500 entries the newest. */
export const historyOf = (db: TenantDb, ids: number[]) =>
  db
    .selectFrom('host_fact')
    .select(['host_id', 'fact', 'value', 'first_seen_at', 'last_seen_at', 'batch_id'])
    .where('host_id', 'in', ids)
    .orderBy('last_seen_at', 'desc')
    .orderBy('first_seen_at', 'desc')
    .orderBy('fact')
    .orderBy('value')
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
