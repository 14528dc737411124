import { type RawBuilder, sql } from 'kysely'
import { storable } from '#server/platform/storable.ts'
import type { TenantDb } from '#server/platform/tenant.ts'
import { type HostFact, SEVERAL } from './schema.ts'

const LONGEST = 500

type Told = RawBuilder<unknown>

/**
 * Adds what was said of hosts to their history, and to the hosts' own columns what is newest. Order does not matter: the
 * same value stretches its entry, another one opens an entry at its time, and of two values for one moment the first told
 * stays. A few statements, however many hosts. Safe to repeat.
 */
export async function noteHostFacts(db: TenantDb, facts: HostFact[]): Promise<void> {
  const said = facts.filter(({ fact, value }) => fact.trim() !== '' && value.trim() !== '')
  if (said.length === 0) return
  const told = asTable(said)
  await stretch(db, told)
  const changed = await rebuild(db, told)
  if (changed.length > 0) {
    await showNewest(db, changed)
    await nameAgain(db, changed)
  }
  if (said.some(({ fact }) => fact === 'address')) await showAddress(db, told)
  if (said.some(({ fact }) => fact === 'label')) await reportLabels(db, told)
}

const asTable = (facts: HostFact[]): Told => {
  const said = facts.map(({ value, seen_at, ...fact }, n) => ({
    ...fact,
    n,
    value: value.trim().slice(0, LONGEST),
    at: seen_at?.toISOString() ?? null,
  }))
  // A host of another tenant, or of nobody, has no facts. A clock ahead of ours would make them the newest for long.
  return sql`(
    select t.n, t.host_id, t.fact, t.value, least(t.at, now()) as at, t.batch_id,
      case when t.fact = any(${[...SEVERAL]}) then t.value else '' end as part
    from json_to_recordset(${storable(JSON.stringify(said))}::json)
      as t(n int, host_id bigint, fact text, value text, at timestamptz, batch_id bigint)
    join host on host.tenant_id = app.tenant_id() and host.id = t.host_id) as told`
}

const PART = sql`case when f.fact = any(${[...SEVERAL]}) then f.value else '' end`

// Nearly all that arrives says again what was newest before.
const stretch = (db: TenantDb, told: Told) =>
  sql`
    update host_fact f set last_seen_at = again.at
    from (
      select newest.host_id, newest.fact, newest.value, newest.first_seen_at, max(told.at) as at
      from ${told} join lateral (
        select f.* from host_fact f
        where f.tenant_id = app.tenant_id() and f.host_id = told.host_id and f.fact = told.fact and ${PART} = told.part
        order by f.first_seen_at desc limit 1) newest
        on newest.value = told.value and told.at > newest.last_seen_at
      group by 1, 2, 3, 4) again
    where f.tenant_id = app.tenant_id() and f.host_id = again.host_id and f.fact = again.fact and f.value = again.value
      and f.first_seen_at = again.first_seen_at`.execute(db)

/**
 * Draws the history anew where something was said that it does not show yet: each entry stands for its first and last
 * moment, what was told for its own, and neighbours of one value are one entry. Returns the hosts.
 */
async function rebuild(db: TenantDb, told: Told): Promise<number[]> {
  const { rows } = await sql<{ host_id: number }>`
    with unsaid as materialized (
      select distinct told.host_id, told.fact, told.part from ${told}
      where not exists (
        select from host_fact f where f.tenant_id = app.tenant_id() and f.host_id = told.host_id and f.fact = told.fact
          and f.value = told.value and told.at between f.first_seen_at and f.last_seen_at)),
    known as materialized (
      select f.*, unsaid.part from unsaid join host_fact f on f.tenant_id = app.tenant_id()
        and f.host_id = unsaid.host_id and f.fact = unsaid.fact and ${PART} = unsaid.part),
    moments as (
      select distinct on (host_id, fact, part, at) * from (
        select host_id, fact, part, value, first_seen_at as at, batch_id, -1 as n from known
        union all select host_id, fact, part, value, last_seen_at, batch_id, -1 from known
        union all select told.host_id, told.fact, told.part, told.value, told.at, told.batch_id, told.n
          from ${told} join unsaid using (host_id, fact, part)) m
      order by host_id, fact, part, at, n),
    marked as (
      select *, (value is distinct from lag(value) over w)::int as opens from moments
      window w as (partition by host_id, fact, part order by at)),
    numbered as (
      select *, sum(opens) over (partition by host_id, fact, part order by at) as entry from marked),
    entries as materialized (
      select host_id, fact, value, min(at) as first_seen_at, max(at) as last_seen_at,
        (array_agg(batch_id order by at))[1] as batch_id
      from numbered group by host_id, fact, part, value, entry),
    gone as (
      delete from host_fact f using known k
      where f.tenant_id = app.tenant_id() and f.host_id = k.host_id and f.fact = k.fact and f.value = k.value
        and f.first_seen_at = k.first_seen_at
        and not exists (
          select from entries e where e.host_id = k.host_id and e.fact = k.fact and e.value = k.value
            and e.first_seen_at = k.first_seen_at)),
    drawn as (
      insert into host_fact (host_id, fact, value, first_seen_at, last_seen_at, batch_id)
      select host_id, fact, value, first_seen_at, last_seen_at, batch_id from entries
      on conflict (tenant_id, host_id, fact, first_seen_at, value) do update set last_seen_at = excluded.last_seen_at
      returning host_id)
    select distinct host_id from drawn`.execute(db)
  return rows.map(({ host_id }) => host_id)
}

// A host that only its name identifies keeps it; a machine id identifies where no client id does.
const showNewest = (db: TenantDb, ids: number[]) =>
  sql`
    update host h set
      os = coalesce(n.os, h.os), os_release = coalesce(n.os_release, h.os_release),
      architecture = coalesce(n.architecture, h.architecture),
      client_version = coalesce(n.client_version, h.client_version), fqdn = coalesce(n.fqdn, h.fqdn),
      hostname = case when h.client_id is null and h.machine_id is null and lower(n.hostname) <> h.hostname_key
        then h.hostname else coalesce(left(n.hostname, 255), h.hostname) end,
      machine_id = case when h.client_id is null then h.machine_id else coalesce(left(n.machine_id, 255), h.machine_id) end
    from (
      select host_id, max(value) filter (where fact = 'os') as os, max(value) filter (where fact = 'os_release') as os_release,
        max(value) filter (where fact = 'architecture') as architecture, max(value) filter (where fact = 'fqdn') as fqdn,
        max(value) filter (where fact = 'client_version') as client_version,
        max(value) filter (where fact = 'hostname') as hostname, max(value) filter (where fact = 'machine_id') as machine_id
      from (
        select distinct on (host_id, fact) host_id, fact, value from host_fact
        where tenant_id = app.tenant_id() and host_id = any(${ids})
        order by host_id, fact, first_seen_at desc) newest
      group by host_id) n
    where h.tenant_id = app.tenant_id() and h.id = n.host_id`.execute(db)

/** Writes anew by what other names these hosts, and those they are merged into, can be found. */
export const nameAgain = (db: TenantDb, ids: number[]) =>
  sql`
    update host h set known_as = names.text
    from (
      select s.id, left(string_agg(distinct v.name, E'\n' order by v.name)
        filter (where lower(v.name) is distinct from s.hostname_key and lower(v.name) is distinct from s.fqdn_key), 4000) as text
      from host s
      join host m on m.tenant_id = app.tenant_id() and (m.id = s.id or m.merged_into = s.id)
      left join lateral (
        select f.value from host_fact f where f.tenant_id = app.tenant_id() and f.host_id = m.id and f.fact in ('hostname', 'fqdn')
        union all
        select unnest(array[m.hostname, m.fqdn, m.client_id, m.machine_id]) where m.id <> s.id) v(name) on true
      where s.tenant_id = app.tenant_id() and s.id in (
        select unnest(array[id, merged_into]) from host where tenant_id = app.tenant_id() and id = any(${ids}))
      group by s.id) names
    where h.tenant_id = app.tenant_id() and h.id = names.id and h.known_as is distinct from names.text`.execute(db)

// Of several newest addresses the one that others reach it by.
const showAddress = (db: TenantDb, told: Told) =>
  sql`
    update host h set ip_address = a.address
    from (
      select distinct on (f.host_id) f.host_id, case when pg_input_is_valid(f.value, 'inet') then f.value::inet end as address
      from host_fact f
      where f.tenant_id = app.tenant_id() and f.fact = 'address' and pg_input_is_valid(f.value, 'inet')
        and f.host_id in (select told.host_id from ${told} where told.fact = 'address')
      order by f.host_id, f.last_seen_at desc, f.value ~* '^(127\.|169\.254\.|fe80:|::1$)', f.value like '%:%', f.first_seen_at) a
    where h.tenant_id = app.tenant_id() and h.id = a.host_id and h.ip_address is distinct from a.address`.execute(db)

// A report names all the labels there are: what the last one named and this one does not is a label no more.
const reportLabels = (db: TenantDb, told: Told) =>
  sql`
    with reported as materialized (
      select told.host_id, left(told.value, 255) as label, told.at, max(told.at) over (partition by told.host_id) as newest
      from ${told} where told.fact = 'label'),
    gone as (
      delete from host_label l using (select distinct host_id, newest from reported) r
      where l.tenant_id = app.tenant_id() and l.host_id = r.host_id and l.reported_at < r.newest and l.added_at is null
        and l.label not in (select label from reported n where n.host_id = r.host_id and n.at = r.newest))
    insert into host_label as l (host_id, label, reported_at)
    select r.host_id, r.label, max(r.at) from reported r
    where r.at = r.newest and not exists (
      select from host_label l where l.tenant_id = app.tenant_id() and l.host_id = r.host_id and l.reported_at > r.newest)
    group by 1, 2
    on conflict (tenant_id, host_id, label) do update set reported_at = greatest(l.reported_at, excluded.reported_at)`.execute(
    db,
  )
