create type verdict_kind as enum ('benign', 'suspicious', 'malicious');
create type verdict_scope as enum ('all', 'label', 'host', 'parent', 'shape');
create type verdict_end as enum ('revoked', 'replaced', 'undone');

-- What somebody decided about a value, and where that holds. Never rewritten: a new word ends the one before it.
create table verdict (
  tenant_id       bigint not null default app.tenant_id() references tenant on delete cascade,
  id              bigint generated always as identity,
  type            text not null,
  value           text not null,
  shape           text not null default '',
  verdict         verdict_kind not null,
  scope           verdict_scope not null default 'all',
  scope_value     text not null default '',
  reason          text not null default '',
  owner_id        bigint references account on delete set null,
  owner_name      text not null,
  decided_at      timestamptz not null,
  expires_at      timestamptz,
  deed            text not null,
  revoked_at      timestamptz,
  revoked_by      bigint references account on delete set null,
  revoked_by_name text,
  ended_how       verdict_end,
  ended_deed      text,
  version         int not null default 1,
  created_at      timestamptz not null default now(),
  updated_at      timestamptz not null default now(),
  primary key (tenant_id, id),
  constraint verdict_type_length check (char_length(type) between 1 and 40),
  constraint verdict_value_length check (octet_length(value) between 1 and 1100),
  constraint verdict_scope_length check (octet_length(scope_value) <= 1100),
  constraint verdict_scope_value check ((scope in ('all', 'shape')) = (scope_value = '')),
  constraint verdict_shape check ((scope = 'shape') = (shape <> '')),
  constraint verdict_ended check ((revoked_at is null) = (ended_how is null)),
  constraint verdict_version check (version > 0)
);
comment on column verdict.shape is 'Set when the verdict holds for every value of this shape.';
comment on column verdict.scope_value is 'The label, the id of the host or the name of the parent process that it holds for.';
comment on column verdict.expires_at is 'From then on it does not count; nothing needs to run for that.';
comment on column verdict.deed is 'Names what was decided together: whoever decided may take that back for ten minutes.';
comment on column verdict.ended_deed is 'The deed that ended it; taking that back lets it stand again.';
comment on column verdict.version is 'Counts the changes of what is decided about the value; a form says which one it has seen.';
create unique index verdict_standing on verdict (tenant_id, type, value, scope, scope_value) where revoked_at is null;
create index verdict_by_value on verdict (tenant_id, type, value, id desc);
create index verdict_by_shape on verdict (tenant_id, type, shape) where revoked_at is null and scope = 'shape';
create index verdict_by_time on verdict (tenant_id, decided_at desc, id desc);
create index verdict_by_deed on verdict (tenant_id, deed);
create index verdict_by_ended_deed on verdict (tenant_id, ended_deed);
create index verdict_by_owner on verdict (owner_id);
create index verdict_by_revoker on verdict (revoked_by);
select app.tenant_table('verdict');

-- How often verdicts have changed: pages that show some ask again when it has grown.
create function app.tally_verdicts() returns trigger language plpgsql set search_path = '' as $$
begin
  insert into public.tally (tenant_id, what, n) select distinct tenant_id, 'verdict', 1 from changed
  on conflict (tenant_id, what) do update set n = public.tally.n + 1;
  return null;
end $$;
revoke execute on function app.tally_verdicts() from public;
create trigger tally_given after insert on verdict referencing new table as changed for each statement execute function app.tally_verdicts();
create trigger tally_changed after update on verdict referencing new table as changed for each statement execute function app.tally_verdicts();
