import { sql } from 'kysely'
import type { z } from 'zod'
import { record } from '#server/platform/activity.ts'
import { table } from '#server/platform/table.ts'
import type { Ctx } from '#server/platform/trpc.ts'
import type { NewHost } from './schema.ts'

export const hosts = table('host', { search: ['hostname', 'fqdn', 'client_id', 'ip_address', 'os'], filter: ['os'] })

/** The tenant's operating systems, for the filter. */
export const osList = async (ctx: Ctx) =>
  (
    await ctx.db
      .selectFrom('host')
      .select('os')
      .distinct()
      .where('os', 'is not', null)
      .orderBy('os')
      .limit(200)
      .execute()
  ).map(({ os }) => os as string)

/** Adds a host, or fills in the one of that name; what is known is never erased. */
export async function upsertHost(ctx: Ctx, { hostname, ip_address, os, host_metadata }: z.infer<typeof NewHost>) {
  const facts = {
    ip_address: ip_address ?? null,
    os: os ?? null,
    host_metadata: host_metadata ? JSON.stringify(host_metadata) : null,
  }
  const known = await ctx.db
    .updateTable('host')
    .set((eb) => ({
      ip_address: eb.fn.coalesce(eb.val(facts.ip_address), 'ip_address'),
      os: eb.fn.coalesce(eb.val(facts.os), 'os'),
      host_metadata: sql`coalesce(host_metadata, '{}'::jsonb) || coalesce(${facts.host_metadata}::jsonb, '{}'::jsonb)`,
      last_seen_at: sql<Date>`now()`,
    }))
    .where('id', '=', (eb) =>
      eb
        .selectFrom('host as named')
        .select('named.id')
        .where(sql`lower(named.hostname)`, '=', hostname.toLowerCase())
        .orderBy('named.last_seen_at', 'desc')
        .limit(1),
    )
    .returningAll()
    .executeTakeFirst()
  if (known) {
    await record(ctx, 'host.updated', { type: 'host', id: known.id })
    return known
  }
  const made = await ctx.db
    .insertInto('host')
    .values({ hostname, ...facts, first_seen_at: sql`now()` })
    // Two pushes of a new host at once: the second one finds the first one's row.
    .onConflict((c) =>
      c
        .expression(sql`tenant_id, lower(hostname)`)
        .where('client_id', 'is', null)
        .doUpdateSet({ last_seen_at: sql<Date>`now()` }),
    )
    .returningAll()
    .executeTakeFirstOrThrow()
  await record(ctx, 'host.created', { type: 'host', id: made.id })
  return made
}
