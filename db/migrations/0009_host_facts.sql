-- Hosts grow from what arrives: facts with their history, what came last of each artifact, labels, and hosts that people
-- have found to be one.

-- Evidence of a host and of those merged into it lie apart, so that a split restores both; a reader sees the sum.
drop index host_by_last_seen;
drop index host_hostname_unique;
drop index host_by_hostname;
alter table host rename column last_seen_at to own_last_seen_at;
alter table host rename column first_seen_at to own_first_seen_at;
alter table host
  add column os_release        text,
  add column architecture      text,
  add column client_version    text,
  add column machine_id        text,
  add column org               text generated always as (substring(client_id from '^C\.[0-9A-Za-z]+-(.+)$')) stored,
  add column hostname_key      text generated always as (lower(hostname)) stored,
  add column fqdn_key          text generated always as (lower(fqdn)) stored,
  add column known_as          text,
  add column merged_into       bigint,
  add column merged_first_seen_at timestamptz,
  add column merged_last_seen_at  timestamptz,
  add column first_seen_at     timestamptz generated always as (least(own_first_seen_at, merged_first_seen_at)) stored,
  add column last_seen_at      timestamptz not null generated always as (greatest(own_last_seen_at, merged_last_seen_at)) stored,
  add column haystack          text generated always as (lower(
    hostname || E'\n' || coalesce(fqdn, '') || E'\n' || coalesce(client_id, '') || E'\n' || coalesce(machine_id, '')
    || E'\n' || coalesce(host(ip_address), '') || E'\n' || coalesce(os, '') || E'\n' || coalesce(known_as, ''))) stored,
  add constraint host_machine_id_length check (char_length(machine_id) between 1 and 255),
  add constraint host_merged_into_fk foreign key (tenant_id, merged_into) references host (tenant_id, id) on delete set null (merged_into),
  add constraint host_merged_into_another check (merged_into <> id);
comment on column host.last_seen_at is 'Newest evidence of life, from any source, of this host and those merged into it. UTC.';
comment on column host.machine_id is 'What an offline collector calls HostID: the identity of a host that no client id names.';
comment on column host.org is 'The Velociraptor org that the client id ends with; null for the root org.';
comment on column host.hostname_key is 'Row security keeps an index on lower() from being used; an equal column may be.';
comment on column host.known_as is 'Earlier names and those of hosts merged into it, one a line, to be searched.';
comment on column host.haystack is 'What a search looks through, folded once: a third of the time of folding it for each search.';
comment on column host.merged_into is 'The host that stands for this one in lists and counts: never itself a merged one.';
-- Only a host that neither a client id nor a machine id names is identified by its hostname.
create unique index host_hostname_unique on host (tenant_id, hostname_key) where client_id is null and machine_id is null;
create unique index host_machine_id_unique on host (tenant_id, machine_id) where client_id is null;
create index host_by_hostname on host (tenant_id, hostname_key);
create index host_by_fqdn on host (tenant_id, fqdn_key) where fqdn_key is not null;
create index host_by_machine_id on host (tenant_id, machine_id) where machine_id is not null;
create index host_by_org on host (tenant_id, org) where org is not null;
create index host_by_survivor on host (tenant_id, merged_into);
create index host_by_last_seen on host (tenant_id, last_seen_at desc, id desc);
select app.tenant_table('host');

-- What was said of a host, and when: a new value opens an entry, the same value stretches it. The host stands for the
-- tenant here and below: of two references that are checked for each row, one says all.
create table host_fact (
  tenant_id     bigint not null default app.tenant_id(),
  host_id       bigint not null,
  fact          text not null,
  value         text not null,
  first_seen_at timestamptz not null,
  last_seen_at  timestamptz not null,
  batch_id      bigint,
  created_at    timestamptz not null default now(),
  primary key (tenant_id, host_id, fact, first_seen_at, value),
  constraint host_fact_host_fk foreign key (tenant_id, host_id) references host (tenant_id, id) on delete cascade,
  constraint host_fact_value_length check (char_length(value) between 1 and 500),
  constraint host_fact_order check (first_seen_at <= last_seen_at)
);
comment on column host_fact.batch_id is 'The delivery that said it first; null when a person did.';
select app.tenant_table('host_fact');

-- What was stored of each artifact on each host: a host's page and its freshness ask for no row.
create table host_artifact (
  tenant_id        bigint not null default app.tenant_id(),
  host_id          bigint not null,
  artifact         text not null,
  rows             bigint not null,
  first_row_at     timestamptz,
  last_row_at      timestamptz,
  last_received_at timestamptz not null,
  batch_ids        bigint[] not null default '{}',
  created_at       timestamptz not null default now(),
  primary key (tenant_id, host_id, artifact),
  constraint host_artifact_host_fk foreign key (tenant_id, host_id) references host (tenant_id, id) on delete cascade,
  constraint host_artifact_rows check (rows > 0)
);
comment on column host_artifact.last_row_at is 'The newest dated row that is not more than a day ahead; null when all are undated.';
comment on column host_artifact.batch_ids is 'The deliveries that brought them, newest first, ten at most.';
select app.tenant_table('host_artifact');

-- Labels, as Velociraptor reports them and as people give them.
create table host_label (
  tenant_id   bigint not null default app.tenant_id(),
  host_id     bigint not null,
  label       text not null,
  reported_at timestamptz,
  added_at    timestamptz,
  added_by    text,
  removed_at  timestamptz,
  created_at  timestamptz not null default now(),
  primary key (tenant_id, host_id, label),
  constraint host_label_host_fk foreign key (tenant_id, host_id) references host (tenant_id, id) on delete cascade,
  constraint host_label_length check (char_length(label) between 1 and 255)
);
comment on column host_label.reported_at is 'When Velociraptor last named it; null when only a person did.';
comment on column host_label.removed_at is 'Since when a person has taken it away: a report does not bring it back.';
create index host_label_by_label on host_label (tenant_id, label, host_id) where removed_at is null;
select app.tenant_table('host_label');

-- Two hosts that a person has found to be one. Nothing of either is rewritten, so it can be undone exactly.
create table host_merge (
  tenant_id      bigint not null default app.tenant_id() references tenant on delete cascade,
  id             bigint generated always as identity,
  host_id        bigint not null,
  into_id        bigint not null,
  reason         text not null,
  merged_by      bigint references account on delete set null,
  merged_by_name text not null,
  created_at     timestamptz not null default now(),
  updated_at     timestamptz not null default now(),
  primary key (tenant_id, id),
  constraint host_merge_host_unique unique (tenant_id, host_id),
  constraint host_merge_host_fk foreign key (tenant_id, host_id) references host (tenant_id, id) on delete cascade,
  constraint host_merge_into_fk foreign key (tenant_id, into_id) references host (tenant_id, id) on delete cascade,
  constraint host_merge_another check (host_id <> into_id)
);
create index host_merge_by_survivor on host_merge (tenant_id, into_id);
create index host_merge_by_person on host_merge (merged_by);
select app.tenant_table('host_merge');

-- A merged host does not count; it was taken from the tally when it was merged.
create function app.tally_hosts() returns trigger language plpgsql set search_path = '' as $$
begin
  if tg_op = 'DELETE' then
    update public.tally set n = public.tally.n - gone.n
    from (select tenant_id, count(*) as n from changed where merged_into is null group by tenant_id) gone
    where public.tally.tenant_id = gone.tenant_id and public.tally.what = 'host';
  else
    update public.tally set n = public.tally.n + case when new.merged_into is null then 1 else -1 end
    where tenant_id = new.tenant_id and what = 'host';
  end if;
  return null;
end $$;
revoke execute on function app.tally_hosts() from public;
drop trigger tally_gone on host;
create trigger tally_gone after delete on host referencing old table as changed for each statement execute function app.tally_hosts();
create trigger tally_merged after update of merged_into on host for each row
  when ((old.merged_into is null) <> (new.merged_into is null)) execute function app.tally_hosts();
