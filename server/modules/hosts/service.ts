import { type RawBuilder, sql } from 'kysely'
import type { HostFact } from '#server/modules/facts/schema.ts'
import { noteHostFacts } from '#server/modules/facts/service.ts'
import { inBulk } from '#server/platform/bulk.ts'
import { storable } from '#server/platform/storable.ts'
import type { TenantDb } from '#server/platform/tenant.ts'

export type { HostFact } from '#server/modules/facts/schema.ts'
export { type Freshness, forgetFreshness, type Held, noteFreshness, sumUpMerged } from './rows.ts'
export { noteHostFacts }

/** A host as rows speak of it, under a key of the caller's. `machine_id`: what an offline collector calls HostID. */
export type HostSighting = { key: string; client_id: string; hostname: string; machine_id?: string }
type Found = { key: string; host_id: number }

/**
 * Finds or makes the host behind each name that rows bear: by client id, else by machine id, else by hostname or FQDN. A
 * host known by less is adopted by the first id that bears its name alone. Names change with `noteNames`, after the rows
 * are stored; nothing known is erased. Safe to repeat.
 */
export async function upsertHosts(db: TenantDb, sightings: HostSighting[]): Promise<Found[]> {
  const kindOf = ({ client_id, machine_id }: HostSighting) => (client_id ? 'client' : machine_id ? 'machine' : 'name')
  const found: Found[] = []
  for (const [kind, upsert] of [
    ['client', byClientId],
    ['machine', byMachineId],
    ['name', byHostname],
  ] as const) {
    const seen = sightings.filter((sighting) => kindOf(sighting) === kind)
    if (seen.length === 0) continue
    // Keys go by number: what PostgreSQL cannot hold must come back as it was.
    const ids = await inBulk(db, seen.length, () => upsert(db, asTable(seen)))
    for (const { n, id } of ids) found.push({ key: seen[n]!.key, host_id: id })
  }
  return found
}

type Seen = RawBuilder<unknown>
type Numbered = { n: number; id: number }

async function byClientId(db: TenantDb, seen: Seen): Promise<Numbered[]> {
  await sql`
    update host set client_id = adopted.client_id
    from (
      select distinct on (id) id, client_id from (
        select seen.client_id, min(named.id) as id
        from ${seen} join host named on named.tenant_id = app.tenant_id() and named.client_id is null
          and named.hostname_key = lower(seen.hostname)
        where not exists (select from host h where h.tenant_id = app.tenant_id() and h.client_id = seen.client_id)
        group by seen.client_id having count(distinct named.id) = 1) alone
      order by id, client_id) adopted
    where host.tenant_id = app.tenant_id() and host.id = adopted.id`.execute(db)
  await sql`
    insert into host (hostname, client_id, fqdn, own_last_seen_at)
    select coalesce(nullif(seen.hostname, ''), seen.client_id), seen.client_id,
      case when seen.hostname like '%.%' then seen.hostname end, 'epoch'
    from ${seen}
    where not exists (select from host h where h.tenant_id = app.tenant_id() and h.client_id = seen.client_id)
    on conflict (tenant_id, client_id) do nothing`.execute(db)
  const { rows } = await sql<Numbered>`
    select seen.n, h.id from ${seen}
    join host h on h.tenant_id = app.tenant_id() and h.client_id = seen.client_id`.execute(db)
  return rows
}

async function byMachineId(db: TenantDb, seen: Seen): Promise<Numbered[]> {
  await sql`
    update host set machine_id = adopted.machine_id
    from (
      select distinct on (id) id, machine_id from (
        select seen.machine_id, min(named.id) as id
        from ${seen} join host named on named.tenant_id = app.tenant_id() and named.machine_id is null
          and named.hostname_key = lower(seen.hostname)
        where not exists (select from host h where h.tenant_id = app.tenant_id() and h.machine_id = seen.machine_id)
        group by seen.machine_id having count(distinct named.id) = 1) alone
      order by id, machine_id) adopted
    where host.tenant_id = app.tenant_id() and host.id = adopted.id`.execute(db)
  await sql`
    insert into host (hostname, machine_id, fqdn, own_last_seen_at)
    select coalesce(nullif(seen.hostname, ''), seen.machine_id), seen.machine_id,
      case when seen.hostname like '%.%' then seen.hostname end, 'epoch'
    from ${seen}
    where not exists (select from host h where h.tenant_id = app.tenant_id() and h.machine_id = seen.machine_id)
    on conflict (tenant_id, machine_id) where client_id is null do nothing`.execute(db)
  // A machine that was enrolled more than once is the client seen last.
  const { rows } = await sql<Numbered>`
    select distinct on (seen.n) seen.n, h.id from ${seen}
    join host h on h.tenant_id = app.tenant_id() and h.machine_id = seen.machine_id
    order by seen.n, h.own_last_seen_at desc, h.id`.execute(db)
  return rows
}

async function byHostname(db: TenantDb, seen: Seen): Promise<Numbered[]> {
  await sql`
    insert into host (hostname, fqdn, own_last_seen_at)
    select seen.hostname, case when seen.hostname like '%.%' then seen.hostname end, 'epoch'
    from ${seen}
    where not exists (select from host h where h.tenant_id = app.tenant_id() and h.hostname_key = lower(seen.hostname))
      and not exists (select from host h where h.tenant_id = app.tenant_id() and h.fqdn_key = lower(seen.hostname))
    on conflict (tenant_id, hostname_key) where client_id is null and machine_id is null do nothing`.execute(db)
  // A name that several hosts bear is the one seen last.
  const { rows } = await sql<Numbered>`
    select distinct on (n) n, id from (
      select seen.n, h.id, h.own_last_seen_at, 1 as place
      from ${seen} join host h on h.tenant_id = app.tenant_id() and h.hostname_key = lower(seen.hostname)
      union all
      select seen.n, h.id, h.own_last_seen_at, 2
      from ${seen} join host h on h.tenant_id = app.tenant_id() and h.fqdn_key = lower(seen.hostname)) named
    order by n, place, own_last_seen_at desc, id`.execute(db)
  return rows
}

const asTable = (sightings: HostSighting[]): Seen => {
  const told = sightings.map(({ client_id, hostname, machine_id }, n) => ({ n, client_id, hostname, machine_id }))
  return sql`json_to_recordset(${storable(JSON.stringify(told))}::json)
    as seen(n int, client_id text, hostname text, machine_id text)`
}

/** The host and every host merged into it, whichever of them `id` names; none when there is no such host. */
export async function hostIdsOf(db: TenantDb, id: number): Promise<number[]> {
  const survivor = db
    .selectFrom('host as asked')
    .select((eb) => eb.fn.coalesce('asked.merged_into', 'asked.id').as('id'))
    .where('asked.id', '=', id)
  const hosts = await db
    .selectFrom('host')
    .select('id')
    .where((eb) => eb.or([eb('id', '=', survivor), eb('merged_into', '=', survivor)]))
    .orderBy(sql`merged_into is not null`)
    .orderBy('id')
    .execute()
  return hosts.map((host) => host.id)
}

/** A host that is shown as another. */
export type Merged = { id: number; merged_into: number }

/** Every merged host with the one that stands for it. */
export async function mergedHosts(db: TenantDb): Promise<Merged[]> {
  const found = await db.selectFrom('host').select(['id', 'merged_into']).where('merged_into', 'is not', null).execute()
  return found.map(({ id, merged_into }) => ({ id, merged_into: merged_into ?? id }))
}

const MERGED_INTO = '{merged:Array(UInt64)}, {into:Array(UInt64)}'

/** SQL of the row engine for the host that stands for `host`: those `merged` into another count as that one. */
export function survivor(merged: Merged[], host = 'host_id'): { sql: string; params: Record<string, number[]> } {
  if (merged.length === 0) return { sql: host, params: {} }
  return {
    sql: `transform(${host}, ${MERGED_INTO}, ${host})`,
    params: { merged: merged.map(({ id }) => id), into: merged.map(({ merged_into }) => merged_into) },
  }
}

/**
 * SQL of the row engine for on how many hosts the sightings of a group are. By type and value the engine has the sets of
 * hosts ready, and reads them instead of the sightings. Its parameters are those of `survivor`.
 */
export function hostsSeen(merged: Merged[]): string {
  const hosts = 'groupBitmapState(host_id)'
  return `bitmapCardinality(${merged.length === 0 ? hosts : `bitmapTransform(${hosts}, ${MERGED_INTO})`})`
}

/** A name under which rows spoke of a host, and as of when; null when nothing says. */
export type NameSighting = {
  host_id: number
  client_id: string
  hostname: string
  seen_at: Date | null
  batch_id: number | null
}

/**
 * Adds the names of stored rows to the hosts' history: the newest is the hostname. Case and a domain make no new name.
 * Call it before `noteFreshness`: a host that goes by its name until then has gone by it until it was last seen.
 */
export async function noteNames(db: TenantDb, names: NameSighting[]): Promise<void> {
  const said = names.filter(({ hostname }) => hostname !== '')
  if (said.length === 0) return
  const { rows: hosts } = await sql<Named>`
    select id, hostname, fqdn, machine_id is not null as is_machine, own_last_seen_at from host
    where tenant_id = app.tenant_id() and id = any(${said.map(({ host_id }) => host_id)})`.execute(db)
  const known = new Map(hosts.map((host) => [host.id, host]))
  const facts: HostFact[] = []
  for (const { hostname, client_id, seen_at, ...told } of said) {
    const host = known.get(told.host_id)
    const named = host && namesIn(hostname, host, client_id !== '' || host.is_machine)
    if (!named) continue
    const isNew = host.own_last_seen_at.getTime() === 0
    if (!isNew && named.hostname === host.hostname && named.fqdn === host.fqdn) continue
    const note = (fact: string, value: string | null, at: Date | null) =>
      value === null ? undefined : facts.push({ ...told, fact, value, seen_at: at })
    if (!isNew) note('hostname', host.hostname, host.own_last_seen_at)
    note('hostname', named.hostname, seen_at)
    note('fqdn', named.fqdn, seen_at)
  }
  await noteHostFacts(db, facts)
}

type Named = { id: number; hostname: string; fqdn: string | null; is_machine: boolean; own_last_seen_at: Date }

/** By what names a host goes that is called `said`; null when that is not for this name to say. */
function namesIn(said: string, host: Named, mayChange: boolean): { hostname: string; fqdn: string | null } | null {
  const [name, own] = [said.toLowerCase(), host.hostname.toLowerCase()]
  const sameDomain = name === host.fqdn?.toLowerCase()
  if (name === own) return { hostname: host.hostname, fqdn: host.fqdn }
  if (name.startsWith(`${own}.`)) return { hostname: host.hostname, fqdn: sameDomain ? host.fqdn : said }
  if (own.startsWith(`${name}.`)) return { hostname: said, fqdn: host.hostname }
  const dotted = said.includes('.') && /[a-z]/i.test(said)
  return mayChange ? { hostname: said, fqdn: dotted ? said : null } : null
}
