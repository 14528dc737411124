-- What people note in a timeline as an event of its own. Its time is the true one: no clock offset moves it.
create table annotation (
  tenant_id       bigint not null default app.tenant_id() references tenant on delete cascade,
  id              bigint generated always as identity,
  happened_at     timestamptz not null,
  text            text not null,
  host_id         bigint,
  row_place       text,
  version         int not null default 1,
  written_by      bigint references account on delete set null,
  written_by_name text not null,
  edited_by_name  text,
  created_at      timestamptz not null default now(),
  updated_at      timestamptz not null default now(),
  primary key (tenant_id, id),
  constraint annotation_host_fk foreign key (tenant_id, host_id) references host (tenant_id, id) on delete set null (host_id),
  constraint annotation_text_length check (char_length(text) between 1 and 4000),
  constraint annotation_version check (version > 0)
);
comment on column annotation.happened_at is 'When it happened, to the millisecond. UTC.';
comment on column annotation.row_place is 'The row it is about, as host.delivery.line; rows lie in the row engine.';
create index annotation_by_time on annotation (tenant_id, happened_at, id);
create index annotation_by_host on annotation (tenant_id, host_id, happened_at);
create index annotation_by_writer on annotation (written_by);
select app.tenant_table('annotation');

-- How far the clock of a host was wrong. Applied when its rows are read as events; nothing stored is changed.
create table clock_offset (
  tenant_id      bigint not null default app.tenant_id(),
  host_id        bigint not null,
  offset_seconds int not null,
  reason         text not null,
  version        int not null default 1,
  set_by         bigint references account on delete set null,
  set_by_name    text not null,
  created_at     timestamptz not null default now(),
  updated_at     timestamptz not null default now(),
  primary key (tenant_id, host_id),
  constraint clock_offset_host_fk foreign key (tenant_id, host_id) references host (tenant_id, id) on delete cascade,
  constraint clock_offset_range check (offset_seconds between -315360000 and 315360000),
  constraint clock_offset_reason_length check (char_length(reason) between 1 and 500),
  constraint clock_offset_version check (version > 0)
);
comment on column clock_offset.offset_seconds is 'What is added to the times of this host to get the true ones; at most ten years, 0 when its clock is right.';
create index clock_offset_by_setter on clock_offset (set_by);
select app.tenant_table('clock_offset');
