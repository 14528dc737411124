import { sql } from 'kysely'
import type { TenantDb } from '#server/platform/tenant.ts'

export type HostSighting = {
  key: string
  client_id: string
  hostname: string
  first_seen: string | null
  last_seen: string | null
}

/**
 * Finds or makes the host behind each name that rows bear: by client id, else by hostname. A host known by name only is
 * adopted by the first client id that bears the name. Names follow a rename; nothing known is erased. Safe to repeat.
 */
export async function upsertHosts(
  db: TenantDb,
  sightings: HostSighting[],
): Promise<{ key: string; host_id: number }[]> {
  const known = sightings.filter(({ client_id }) => client_id !== '')
  const named = sightings.filter(({ client_id }) => client_id === '')
  return [...(await byClientId(db, known)), ...(await byHostname(db, named))]
}

async function byClientId(db: TenantDb, sightings: HostSighting[]) {
  if (sightings.length === 0) return []
  const seen = asTable(sightings)
  await sql`
    update host set client_id = adopted.client_id
    from (
      select distinct on (named.id) named.id, seen.client_id
      from ${seen} join host named on named.tenant_id = app.tenant_id()
        and named.client_id is null and lower(named.hostname) = lower(seen.hostname)
      where not exists (select from host h where h.tenant_id = app.tenant_id() and h.client_id = seen.client_id)
      order by named.id, seen.last_seen desc nulls last) adopted
    where host.tenant_id = app.tenant_id() and host.id = adopted.id`.execute(db)
  const { rows } = await sql<{ client_id: string; id: number }>`
    insert into host as h (hostname, client_id, fqdn, first_seen_at, last_seen_at)
    select coalesce(nullif(seen.hostname, ''), seen.client_id), seen.client_id,
      case when seen.hostname like '%.%' then seen.hostname end,
      least(seen.first_seen, now()), least(coalesce(seen.last_seen, now()), now())
    from ${seen}
    on conflict (tenant_id, client_id) do update set
      hostname = coalesce(nullif(nullif(excluded.hostname, excluded.client_id), ''), h.hostname),
      fqdn = coalesce(excluded.fqdn, h.fqdn),
      first_seen_at = least(h.first_seen_at, excluded.first_seen_at),
      last_seen_at = greatest(h.last_seen_at, excluded.last_seen_at)
    returning client_id, id`.execute(db)
  return rows.map(({ client_id, id }) => ({ key: client_id, host_id: id }))
}

async function byHostname(db: TenantDb, sightings: HostSighting[]) {
  if (sightings.length === 0) return []
  const seen = asTable(sightings)
  await sql`
    insert into host (hostname, fqdn, first_seen_at, last_seen_at)
    select seen.hostname, case when seen.hostname like '%.%' then seen.hostname end,
      least(seen.first_seen, now()), least(coalesce(seen.last_seen, now()), now())
    from ${seen}
    where not exists (select from host h where h.tenant_id = app.tenant_id() and lower(h.hostname) = seen.key)
    on conflict (tenant_id, lower(hostname)) where client_id is null do nothing`.execute(db)
  // A name that several clients bear is the one seen last.
  const { rows } = await sql<{ key: string; id: number }>`
    with found as (
      select distinct on (seen.key) seen.key, h.id, seen.first_seen, seen.last_seen
      from ${seen} join host h on h.tenant_id = app.tenant_id() and lower(h.hostname) = seen.key
      order by seen.key, h.last_seen_at desc, h.id)
    update host set
      first_seen_at = least(host.first_seen_at, found.first_seen),
      last_seen_at = greatest(host.last_seen_at, least(found.last_seen, now()))
    from found where host.tenant_id = app.tenant_id() and host.id = found.id
    returning found.key, host.id`.execute(db)
  return rows.map(({ key, id }) => ({ key, host_id: id }))
}

const asTable = (sightings: HostSighting[]) => sql`(
  select key, client_id, hostname, first_seen, last_seen
  from jsonb_to_recordset(${JSON.stringify(sightings)}::jsonb)
    as t(key text, client_id text, hostname text, first_seen timestamptz, last_seen timestamptz)) as seen`
