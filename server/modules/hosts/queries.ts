import { sql } from 'kysely'
import type { z } from 'zod'
import { record } from '#server/platform/activity.ts'
import { storable } from '#server/platform/storable.ts'
import { table } from '#server/platform/table.ts'
import type { Ctx } from '#server/platform/trpc.ts'
import type { HostList, HostSlice, NewHost } from './schema.ts'

export const hosts = table('host', {
  search: ['hostname', 'fqdn', 'client_id', 'ip_address', 'os'],
  filter: ['os'],
  tallied: true,
})

const AS_TEXT = { hostname: sql.ref('hostname'), os: sql.ref('os'), ip_address: sql`host(ip_address)` }

/** The page of hosts, with the operating systems there are to filter by. */
export const listHosts = async (ctx: Ctx, input: z.infer<typeof HostList>) => ({
  ...(await hosts.list(ctx, input)),
  operatingSystems: await operatingSystems(ctx),
})

// From one value of the index to the next: as many steps as there are systems, not as there are hosts.
async function operatingSystems({ db }: Ctx): Promise<string[]> {
  const { rows } = await sql<{ os: string }>`
    with recursive found as (
      (select os from host where tenant_id = app.tenant_id() and os is not null order by os limit 1)
      union all
      select (select os from host where tenant_id = app.tenant_id() and os > found.os order by os limit 1)
      from found where found.os is not null)
    select os from found where os is not null limit 200`.execute(db)
  return rows.map(({ os }) => os)
}

/** Hosts by position, for the REST bridge: ties go by id, so that the order is stable. */
export function hostSlice(ctx: Ctx, { skip, limit, sort_by, sort_desc, ...filter }: z.infer<typeof HostSlice>) {
  let query = ctx.db.selectFrom('host').selectAll()
  for (const column of ['hostname', 'os', 'ip_address'] as const) {
    const text = filter[column]
    if (text) query = query.where(sql<boolean>`${AS_TEXT[column]} ilike ${`%${text.replace(/[\\%_]/g, '\\$&')}%`}`)
  }
  const column = sort_by === 'last_seen' ? 'last_seen_at' : sort_by
  return query
    .orderBy(column, (order) => (sort_desc ? order.desc() : order.asc()).nullsLast())
    .orderBy('id')
    .offset(skip)
    .limit(limit)
    .execute()
}

/** Adds a host, or fills in the one of that name; what is known is never erased. */
export async function upsertHost(ctx: Ctx, { hostname, ip_address, os, host_metadata }: z.infer<typeof NewHost>) {
  const facts = {
    ip_address: ip_address ?? null,
    os: os ?? null,
    host_metadata: host_metadata ? storable(JSON.stringify(host_metadata)) : null,
  }
  const known = await ctx.db
    .updateTable('host')
    .set((eb) => ({
      ip_address: eb.fn.coalesce(eb.val(facts.ip_address), 'ip_address'),
      os: eb.fn.coalesce(eb.val(facts.os), 'os'),
      host_metadata: sql`coalesce(host_metadata, '{}'::jsonb) || coalesce(${facts.host_metadata}::jsonb, '{}'::jsonb)`,
      own_last_seen_at: sql<Date>`now()`,
    }))
    .where('id', '=', (eb) =>
      eb
        .selectFrom('host as named')
        .select('named.id')
        .where('named.hostname_key', '=', sql<string>`lower(${hostname})`)
        .orderBy('named.own_last_seen_at', 'desc')
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
    .values({ hostname, ...facts, own_first_seen_at: sql`now()` })
    // Two pushes of a new host at once: the second one finds the first one's row.
    .onConflict((c) =>
      c
        .columns(['tenant_id', 'hostname_key'])
        .where('client_id', 'is', null)
        .where('machine_id', 'is', null)
        .doUpdateSet({ own_last_seen_at: sql<Date>`now()` }),
    )
    .returningAll()
    .executeTakeFirstOrThrow()
  await record(ctx, 'host.created', { type: 'host', id: made.id })
  return made
}
