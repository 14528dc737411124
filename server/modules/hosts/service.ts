import { type RawBuilder, sql } from 'kysely'
import { noteHostFacts } from '#server/modules/facts/service.ts'
import { storable } from '#server/platform/storable.ts'
import type { TenantDb } from '#server/platform/tenant.ts'

export type { HostFact } from '#server/modules/facts/schema.ts'
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
    for (const { n, id } of await upsert(db, asTable(seen))) found.push({ key: seen[n]!.key, host_id: id })
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
    select seen.n, h.id from ${seen} cross join lateral (
      select id from (
        select id, own_last_seen_at, 1 as place from host
        where tenant_id = app.tenant_id() and hostname_key = lower(seen.hostname)
        union all
        select id, own_last_seen_at, 2 from host where tenant_id = app.tenant_id() and fqdn_key = lower(seen.hostname)) named
      order by place, own_last_seen_at desc, id limit 1) h`.execute(db)
  return rows
}

const asTable = (sightings: HostSighting[]): Seen => {
  const told = sightings.map(({ client_id, hostname, machine_id }, n) => ({ n, client_id, hostname, machine_id }))
  return sql`json_to_recordset(${storable(JSON.stringify(told))}::json)
    as seen(n int, client_id text, hostname text, machine_id text)`
}

/** The host and every host merged into it, whichever of them `id` names; none when there is no such host. */
export async function hostIdsOf(db: TenantDb, id: number): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    with survivor as (select coalesce(merged_into, id) as id from host where tenant_id = app.tenant_id() and id = ${id})
    select id from survivor
    union all
    select h.id from host h, survivor where h.tenant_id = app.tenant_id() and h.merged_into = survivor.id`.execute(db)
  return rows.map((row) => row.id)
}

/** What a load brought of one artifact on one host; times in UTC, null when no row is dated. */
export type Freshness = {
  host_id: number
  artifact: string
  rows: number
  first_row_at: string | null
  last_row_at: string | null
  batch_ids: number[]
}

/**
 * Adds what was stored to each host's artifacts, and moves first and last seen of the hosts and of those that they are
 * merged into. Undated rows are evidence of now. Call it in the transaction that ends the deliveries: it adds up.
 */
export async function noteFreshness(db: TenantDb, fresh: Freshness[]): Promise<void> {
  if (fresh.length === 0) return
  const { rows: merged } = await sql<{ into_id: number | null }>`
    with told as materialized (
      select host_id, artifact, rows, batch_ids, first_row_at at time zone 'UTC' as first_row_at,
        last_row_at at time zone 'UTC' as last_row_at
      from json_to_recordset(${storable(JSON.stringify(fresh))}::json)
        as t(host_id bigint, artifact text, rows bigint, first_row_at timestamp, last_row_at timestamp, batch_ids bigint[])
      join host on host.tenant_id = app.tenant_id() and host.id = t.host_id),
    stored as (
      insert into host_artifact as a (host_id, artifact, rows, first_row_at, last_row_at, last_received_at, batch_ids)
      select host_id, artifact, rows, first_row_at, last_row_at, now(), batch_ids[1:10] from told where rows > 0
      on conflict (tenant_id, host_id, artifact) do update set
        rows = a.rows + excluded.rows,
        first_row_at = least(a.first_row_at, excluded.first_row_at),
        last_row_at = greatest(a.last_row_at, excluded.last_row_at),
        last_received_at = excluded.last_received_at,
        batch_ids = (excluded.batch_ids || a.batch_ids)[1:10])
    update host h set
      own_first_seen_at = least(h.own_first_seen_at, seen.first),
      own_last_seen_at = greatest(h.own_last_seen_at, seen.last)
    from (
      select host_id, coalesce(min(first_row_at), now()) as first, least(coalesce(max(last_row_at), now()), now()) as last
      from told group by host_id) seen
    where h.tenant_id = app.tenant_id() and h.id = seen.host_id
    returning h.merged_into as into_id`.execute(db)
  const survivors = [...new Set(merged.map(({ into_id }) => into_id))].filter((id) => id !== null)
  if (survivors.length > 0) await sumUpMerged(db, survivors)
}

/** Gives hosts that stand for others the first and last seen of those, and takes them away where there are none left. */
export const sumUpMerged = (db: TenantDb, ids: number[]) =>
  sql`
    update host h set merged_first_seen_at = sums.first, merged_last_seen_at = sums.last
    from (
      select s.id, min(m.own_first_seen_at) as first, max(m.own_last_seen_at) as last
      from host s left join host m on m.tenant_id = app.tenant_id() and m.merged_into = s.id
      where s.tenant_id = app.tenant_id() and s.id = any(${ids})
      group by s.id) sums
    where h.tenant_id = app.tenant_id() and h.id = sums.id
      and (h.merged_first_seen_at, h.merged_last_seen_at) is distinct from (sums.first, sums.last)`.execute(db)

/** What retention left of an artifact on a host; none of it: the host is not named. */
export type Held = Omit<Freshness, 'batch_ids'>

/**
 * Makes the figures of `artifact` what `held` says, counted since `asOf`: artifacts of hosts that it does not name are
 * gone, except where rows have arrived meanwhile. Times in UTC. Safe to repeat.
 */
export const forgetFreshness = (db: TenantDb, artifact: string, held: Omit<Held, 'artifact'>[], asOf: Date) =>
  sql`
    with told as materialized (
      select host_id, rows, first_row_at at time zone 'UTC' as first_row_at, last_row_at at time zone 'UTC' as last_row_at
      from json_to_recordset(${JSON.stringify(held)}::json)
        as t(host_id bigint, rows bigint, first_row_at timestamp, last_row_at timestamp)
      where rows > 0),
    gone as (
      delete from host_artifact a
      where a.tenant_id = app.tenant_id() and a.artifact = ${artifact} and a.last_received_at < ${asOf}
        and not exists (select from told where told.host_id = a.host_id))
    update host_artifact a set rows = told.rows, first_row_at = told.first_row_at, last_row_at = told.last_row_at
    from told
    where a.tenant_id = app.tenant_id() and a.artifact = ${artifact} and a.host_id = told.host_id
      and a.last_received_at < ${asOf}`.execute(db)

/** A name under which rows spoke of a host. `seen_at`: the newest time they bear, in UTC; null when they bear none. */
export type NameSighting = {
  host_id: number
  client_id: string
  hostname: string
  seen_at: string | null
  batch_id: number | null
}

/** Adds the names of stored rows to the hosts' history: the newest is the hostname. Case and a domain make no new name. */
export async function noteNames(db: TenantDb, names: NameSighting[]): Promise<void> {
  const said = names.filter(({ hostname }) => hostname !== '')
  if (said.length === 0) return
  const { rows: hosts } = await sql<Named>`
    select id, hostname, fqdn, machine_id is not null as is_machine from host
    where tenant_id = app.tenant_id() and id = any(${said.map(({ host_id }) => host_id)})`.execute(db)
  const known = new Map(hosts.map((host) => [host.id, host]))
  const facts = said.flatMap(({ hostname, client_id, seen_at, ...told }) => {
    const host = known.get(told.host_id)
    const at = seen_at === null ? null : new Date(`${seen_at.replace(' ', 'T').replace(/Z?$/, 'Z')}`)
    const named = host ? namesIn(hostname, host, client_id !== '' || host.is_machine) : {}
    return Object.entries(named).map(([fact, value]) => ({ ...told, fact, value, seen_at: at }))
  })
  await noteHostFacts(db, facts)
}

type Named = { id: number; hostname: string; fqdn: string | null; is_machine: boolean }

function namesIn(said: string, host: Named, mayChange: boolean): { hostname?: string; fqdn?: string } {
  const [name, own] = [said.toLowerCase(), host.hostname.toLowerCase()]
  const dotted = said.includes('.') && /[a-z]/i.test(said)
  const domain = host.fqdn !== null && name === host.fqdn.toLowerCase() ? host.fqdn : said
  if (name === own) return { hostname: host.hostname }
  if (name.startsWith(`${own}.`)) return { hostname: host.hostname, fqdn: domain }
  if (own.startsWith(`${name}.`)) return { hostname: said, fqdn: host.hostname }
  if (!mayChange) return domain === host.fqdn ? { fqdn: domain } : {}
  return dotted ? { hostname: said, fqdn: said } : { hostname: said }
}
