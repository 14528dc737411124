-- What a load tells while it runs, what a delivery mends, and what its rows said last.
create type load_phase as enum ('reading', 'checking', 'storing', 'deriving');
alter table batch
  add column phase           load_phase,
  add column loading_since   timestamptz,
  add column phase_since     timestamptz,
  add column phase_rows      bigint not null default 0,
  add column progressed_at   timestamptz,
  add column repairs         bigint,
  add column newest_event_at timestamptz,
  add column watched_at      timestamptz,
  add constraint batch_repairs_fk foreign key (tenant_id, repairs) references batch (tenant_id, id) on delete set null (repairs),
  add constraint batch_repairs_another check (repairs <> id);
comment on column batch.phase_rows is 'Rows that the phase has done so far: with phase_since and progressed_at its speed.';
comment on column batch.repairs is 'The delivery whose rejected lines these are, mended.';
comment on column batch.newest_event_at is 'The newest dated row that is not ahead of its arrival; null while unwatched, or when all are undated.';
comment on column batch.watched_at is 'When the alarms looked at the outcome.';
create index batch_by_repairs on batch (tenant_id, repairs);
create index batch_unwatched on batch (tenant_id, id) where watched_at is null and state in ('done', 'failed');
select app.tenant_table('batch');

-- Five minutes in which a source delivered something. Four weeks of them say how often it comes, and how much.
create table source_visit (
  tenant_id       bigint not null default app.tenant_id() references tenant on delete cascade,
  source_id       bigint not null,
  visited_at      timestamptz not null,
  stored          bigint not null,
  lag_seconds     bigint,
  created_at      timestamptz not null default now(),
  updated_at      timestamptz not null default now(),
  primary key (tenant_id, source_id, visited_at),
  constraint source_visit_source_fk foreign key (tenant_id, source_id) references source (tenant_id, id) on delete cascade,
  constraint source_visit_counts check (stored >= 0)
);
create index source_visit_by_time on source_visit (tenant_id, visited_at);
comment on column source_visit.lag_seconds is 'How old the newest dated row of the last of its deliveries was when it arrived.';
select app.tenant_table('source_visit');

-- The columns each artifact has been seen with, so that a delivery with other ones is noticed.
create table artifact_profile (
  tenant_id  bigint not null default app.tenant_id() references tenant on delete cascade,
  artifact   text not null,
  deliveries int not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, artifact)
);
select app.tenant_table('artifact_profile');

create table artifact_column (
  tenant_id     bigint not null default app.tenant_id() references tenant on delete cascade,
  artifact      text not null,
  name          text not null,
  kinds         text[] not null,
  deliveries    int not null,
  last_batch_id bigint not null,
  created_at    timestamptz not null default now(),
  updated_at    timestamptz not null default now(),
  primary key (tenant_id, artifact, name),
  constraint artifact_column_profile_fk foreign key (tenant_id, artifact) references artifact_profile (tenant_id, artifact) on delete cascade
);
comment on column artifact_column.kinds is 'text, whole number, number, true or false, list, object; a column that was always null has none.';
comment on column artifact_column.deliveries is 'In how many deliveries it stood; as many as the artifact has: it was never missing.';
select app.tenant_table('artifact_column');

create type alarm_kind as enum ('silence', 'drift', 'failure');
create type alarm_state as enum ('open', 'acknowledged', 'closed');

-- Something that stopped arriving, or arrives otherwise than before. One per subject: it opens again when it recurs.
create table alarm (
  tenant_id       bigint not null default app.tenant_id() references tenant on delete cascade,
  id              bigint generated always as identity,
  kind            alarm_kind not null,
  about           text not null,
  occurrence      text not null,
  state           alarm_state not null default 'open',
  source_id       bigint,
  batch_id        bigint,
  artifact        text,
  detail          jsonb not null default '{}',
  times           int not null default 1,
  opened_at       timestamptz not null default now(),
  last_at         timestamptz not null default now(),
  acknowledged_at timestamptz,
  acknowledged_by bigint references account on delete set null,
  closed_at       timestamptz,
  closed_by       bigint references account on delete set null,
  created_at      timestamptz not null default now(),
  updated_at      timestamptz not null default now(),
  primary key (tenant_id, id),
  constraint alarm_about_unique unique (tenant_id, kind, about),
  constraint alarm_source_fk foreign key (tenant_id, source_id) references source (tenant_id, id) on delete cascade,
  constraint alarm_batch_fk foreign key (tenant_id, batch_id) references batch (tenant_id, id) on delete set null (batch_id),
  constraint alarm_acknowledged check (state <> 'acknowledged' or acknowledged_at is not null),
  constraint alarm_closed check ((state = 'closed') = (closed_at is not null))
);
comment on column alarm.occurrence is 'Which silence, drift or failure this is: the same one does not open a closed alarm again.';
comment on column alarm.closed_by is 'Null on a closed alarm: its cause went away by itself.';
create index alarm_by_last on alarm (tenant_id, last_at desc, id desc);
create index alarm_by_state on alarm (tenant_id, state, last_at desc, id desc);
create index alarm_by_source on alarm (tenant_id, source_id);
create index alarm_by_batch on alarm (tenant_id, batch_id);
create index alarm_by_acknowledger on alarm (acknowledged_by);
create index alarm_by_closer on alarm (closed_by);
select app.tenant_table('alarm');

-- The number beside "Alarms" in the menu comes with the tenant's name: it costs a page no question of its own.
create function app.tally_alarms() returns trigger language plpgsql set search_path = '' as $$
declare
  change int := 0;
begin
  if tg_op <> 'INSERT' and old.state = 'open' then change := change - 1; end if;
  if tg_op <> 'DELETE' and new.state = 'open' then change := change + 1; end if;
  if change > 0 then
    insert into public.tally (tenant_id, what, n) values (new.tenant_id, 'open_alarm', change)
    on conflict (tenant_id, what) do update set n = public.tally.n + excluded.n;
  elsif change < 0 then
    update public.tally set n = public.tally.n + change where tenant_id = old.tenant_id and what = 'open_alarm';
  end if;
  return null;
end $$;
revoke execute on function app.tally_alarms() from public;
create trigger tally_alarms after insert or update of state or delete on alarm for each row execute function app.tally_alarms();
