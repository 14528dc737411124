import { type RawBuilder, sql } from 'kysely'
import { inBulk } from '#server/platform/bulk.ts'
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
  if (said.length > 0) await inBulk(db, said.length, () => note(db, said))
}

async function note(db: TenantDb, said: HostFact[]) {
  const told = asTable(said)
  await stretch(db, told)
  const changed = await rebuild(db, told)
  const hosts = (of: (fact: string) => boolean) => [
    ...new Set(changed.filter(({ fact }) => of(fact)).map(({ host_id }) => host_id)),
  ]
  const shown = hosts((fact) => COLUMNS.includes(fact))
  if (shown.length > 0) await showNewest(db, shown)
  const named = hosts((fact) => fact === 'hostname' || fact === 'fqdn')
  if (named.length > 0) await nameAgain(db, named)
  if (said.some(({ fact }) => fact === 'address')) await showAddress(db, told)
  if (said.some(({ fact }) => fact === 'label')) await reportLabels(db, told)
}

/** A statement begins with this: `told` is what was said, once read. */
function asTable(facts: HostFact[]): Told {
  const said = facts.map(({ value, seen_at, ...fact }, n) => ({
    ...fact,
    n,
    // One network card is written in four ways.
    value: (fact.fact === 'mac' ? value.toLowerCase().replaceAll('-', ':') : value).trim().slice(0, LONGEST),
    at: seen_at?.toISOString() ?? null,
  }))
  // A host of another tenant, or of nobody, has no facts. A clock ahead of ours would make them the newest for long.
  return sql`with told as materialized (
    select t.n, t.host_id, t.fact, t.value, least(t.at, now()) as at, t.batch_id,
      case when t.fact = any(${[...SEVERAL]}) then t.value else '' end as part
    from json_to_recordset(${storable(JSON.stringify(said))}::json)
      as t(n int, host_id bigint, fact text, value text, at timestamptz, batch_id bigint)
    join host on host.tenant_id = app.tenant_id() and host.id = t.host_id)`
}

const PART = sql`case when f.fact = any(${[...SEVERAL]}) then f.value else '' end`

// Nearly all that arrives says again what was newest before.
const stretch = (db: TenantDb, told: Told) =>
  sql`${told},
    newest as materialized (
      select distinct on (f.host_id, f.fact, s.part) f.* from host_fact f
      join (select distinct host_id, fact, part from told) s
        on s.host_id = f.host_id and s.fact = f.fact and s.part = ${PART}
      where f.tenant_id = app.tenant_id()
      order by f.host_id, f.fact, s.part, f.first_seen_at desc),
    again as (
      select n.host_id, n.fact, n.value, n.first_seen_at, max(told.at) as at
      from told join newest n on n.host_id = told.host_id and n.fact = told.fact and n.value = told.value
      where told.at > n.last_seen_at group by 1, 2, 3, 4)
    update host_fact f set last_seen_at = again.at
    from again
    where f.tenant_id = app.tenant_id() and f.host_id = again.host_id and f.fact = again.fact and f.value = again.value
      and f.first_seen_at = again.first_seen_at`.execute(db)

/**
 * Draws the history anew where something was said that it does not show yet: each entry stands for its first and last
 * moment, what was told for its own, and neighbours of one value are one entry. Returns what it drew.
 */
async function rebuild(db: TenantDb, told: Told): Promise<{ host_id: number; fact: string }[]> {
  const { rows } = await sql<{ host_id: number; fact: string }>`${told},
    unsaid as materialized (
      select distinct told.host_id, told.fact, told.part from told
      left join host_fact f on f.tenant_id = app.tenant_id() and f.host_id = told.host_id and f.fact = told.fact
        and f.value = told.value and told.at between f.first_seen_at and f.last_seen_at
      where f.host_id is null),
    known as materialized (
      select f.*, unsaid.part from unsaid join host_fact f on f.tenant_id = app.tenant_id()
        and f.host_id = unsaid.host_id and f.fact = unsaid.fact and ${PART} = unsaid.part),
    moments as (
      select distinct on (host_id, fact, part, at) * from (
        select host_id, fact, part, value, first_seen_at as at, batch_id, -1 as n from known
        union all select host_id, fact, part, value, last_seen_at, batch_id, -1 from known
        union all select told.host_id, told.fact, told.part, told.value, told.at, told.batch_id, told.n
          from told join unsaid using (host_id, fact, part)) m
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
    stale as materialized (
      select k.host_id, k.fact, k.value, k.first_seen_at from known k
      left join entries e on e.host_id = k.host_id and e.fact = k.fact and e.value = k.value
        and e.first_seen_at = k.first_seen_at
      where e.host_id is null),
    gone as (
      delete from host_fact f using stale s
      where f.tenant_id = app.tenant_id() and f.host_id = s.host_id and f.fact = s.fact and f.value = s.value
        and f.first_seen_at = s.first_seen_at),
    drawn as (
      insert into host_fact (host_id, fact, value, first_seen_at, last_seen_at, batch_id)
      select host_id, fact, value, first_seen_at, last_seen_at, batch_id from entries
      on conflict (tenant_id, host_id, fact, first_seen_at, value) do update set last_seen_at = excluded.last_seen_at
      returning host_id, fact)
    select distinct host_id, fact from drawn`.execute(db)
  return rows
}

const COLUMNS = ['hostname', 'fqdn', 'os', 'os_release', 'architecture', 'client_version', 'machine_id']

// A host that only its name identifies keeps it; a machine id identifies where no client id does.
const showNewest = (db: TenantDb, ids: number[]) =>
  sql`
    with newest as materialized (
      select distinct on (f.host_id, f.fact) f.host_id, f.fact, f.value
      from unnest(${ids}::bigint[]) as changed(id)
      join host_fact f on f.tenant_id = app.tenant_id() and f.host_id = changed.id
      order by f.host_id, f.fact, f.first_seen_at desc),
    n as materialized (
      select host_id, max(value) filter (where fact = 'os') as os, max(value) filter (where fact = 'os_release') as os_release,
        max(value) filter (where fact = 'architecture') as architecture, max(value) filter (where fact = 'fqdn') as fqdn,
        max(value) filter (where fact = 'client_version') as client_version,
        max(value) filter (where fact = 'hostname') as hostname, max(value) filter (where fact = 'machine_id') as machine_id
      from newest group by host_id)
    update host h set
      os = coalesce(n.os, h.os), os_release = coalesce(n.os_release, h.os_release),
      architecture = coalesce(n.architecture, h.architecture),
      client_version = coalesce(n.client_version, h.client_version), fqdn = coalesce(n.fqdn, h.fqdn),
      hostname = case when h.client_id is null and h.machine_id is null and lower(n.hostname) <> h.hostname_key
        then h.hostname else coalesce(left(n.hostname, 255), h.hostname) end,
      machine_id = case when h.client_id is null then h.machine_id else coalesce(left(n.machine_id, 255), h.machine_id) end
    from n
    where h.tenant_id = app.tenant_id() and h.id = n.host_id and (
      (n.os, n.os_release, n.architecture) is distinct from (h.os, h.os_release, h.architecture)
      or (n.client_version, n.fqdn, n.hostname, n.machine_id)
        is distinct from (h.client_version, h.fqdn, h.hostname, h.machine_id))`.execute(db)

/** Writes anew by what other names these hosts, and those they are merged into, can be found. */
export const nameAgain = (db: TenantDb, ids: number[]) =>
  sql`
    with changed as materialized (
      select h.id, h.merged_into from unnest(${ids}::bigint[]) as given(id)
      join host h on h.tenant_id = app.tenant_id() and h.id = given.id),
    shown as materialized (
      select id from changed union select merged_into from changed where merged_into is not null),
    parts as materialized (
      select id as shown, id as part from shown
      union all
      select m.merged_into, m.id from shown join host m on m.tenant_id = app.tenant_id() and m.merged_into = shown.id),
    names as materialized (
      select p.shown, f.value as name from parts p
      join host_fact f on f.tenant_id = app.tenant_id() and f.host_id = p.part and f.fact in ('hostname', 'fqdn')
      union all
      select p.shown, unnest(array[m.hostname, m.fqdn, m.client_id, m.machine_id]) from parts p
      join host m on m.tenant_id = app.tenant_id() and m.id = p.part where p.part <> p.shown),
    texts as materialized (
      select s.id, left(string_agg(distinct n.name, E'\n' order by n.name), 4000) as text
      from shown join host s on s.tenant_id = app.tenant_id() and s.id = shown.id
      left join names n on n.shown = s.id
        and lower(n.name) is distinct from s.hostname_key and lower(n.name) is distinct from s.fqdn_key
      group by s.id)
    update host h set known_as = texts.text
    from texts where h.tenant_id = app.tenant_id() and h.id = texts.id and h.known_as is distinct from texts.text`.execute(
    db,
  )

// Of several newest addresses the one that others reach it by.
const showAddress = (db: TenantDb, told: Told) =>
  sql`${told},
    newest as materialized (
      select distinct on (f.host_id) f.host_id, case when pg_input_is_valid(f.value, 'inet') then f.value::inet end as address
      from (select distinct host_id from told where fact = 'address') s
      join host_fact f on f.tenant_id = app.tenant_id() and f.host_id = s.host_id and f.fact = 'address'
      where pg_input_is_valid(f.value, 'inet')
      order by f.host_id, f.last_seen_at desc, f.value ~* '^(127\.|169\.254\.|fe80:|::1$)', f.value like '%:%', f.first_seen_at)
    update host h set ip_address = newest.address
    from newest
    where h.tenant_id = app.tenant_id() and h.id = newest.host_id and h.ip_address is distinct from newest.address`.execute(
    db,
  )

// A report names all the labels there are: what the last one named and this one does not is a label no more.
const reportLabels = (db: TenantDb, told: Told) =>
  sql`${told},
    reported as materialized (
      select distinct host_id, left(value, 255) as label, at, max(at) over (partition by host_id) as newest
      from told where fact = 'label'),
    now_said as materialized (
      select r.host_id, r.label, r.newest from reported r
      left join (
        select host_id, max(reported_at) as at from host_label where tenant_id = app.tenant_id() group by host_id) before
        on before.host_id = r.host_id
      where r.at = r.newest and (before.at is null or before.at <= r.newest)),
    gone as (
      delete from host_label l using (select distinct host_id, newest from now_said) n
      where l.tenant_id = app.tenant_id() and l.host_id = n.host_id and l.reported_at < n.newest and l.added_at is null
        and (l.host_id, l.label) not in (select host_id, label from now_said))
    insert into host_label as l (host_id, label, reported_at)
    select host_id, label, newest from now_said
    on conflict (tenant_id, host_id, label) do update set reported_at = excluded.reported_at`.execute(db)
