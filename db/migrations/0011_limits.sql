-- Limits: what admission sees of the spool, how long rows are kept, and how a tenant goes.

-- The backlog of all tenants, read by admission every second: an index of what waits and of nothing else.
create index batch_waiting on batch (tenant_id, id) include (bytes, loaded_bytes, created_at)
  where state in ('spooled', 'loading');
grant select (tenant_id, id, bytes, loaded_bytes, created_at) on batch to app_login;

-- How long rows are kept, in days since their delivery was received. Where no rule speaks, for ever.
create table retention (
  tenant_id  bigint not null default app.tenant_id() references tenant on delete cascade,
  id         bigint generated always as identity,
  artifact   text not null default '',
  days       int,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id),
  constraint retention_artifact_unique unique (tenant_id, artifact),
  constraint retention_artifact_length check (char_length(artifact) <= 255),
  constraint retention_days_sane check (days between 1 and 36500)
);
comment on column retention.artifact is 'Empty: every artifact without a rule of its own.';
comment on column retention.days is 'Null: for ever, whatever the general rule says.';
select app.tenant_table('retention');

-- A tenant that an operator has ended: nobody signs in, no token works, and the worker empties it.
alter table tenant add column leaving_at timestamptz;
grant update (leaving_at) on tenant to app_login;

-- What outlives a tenant: that it was, who ended it, when, and how much went. Belongs to the installation.
create table deleted_tenant (
  id            bigint primary key,
  name          text not null,
  asked_by      bigint references account on delete set null,
  asked_by_name text not null,
  request_id    text not null,
  detail        jsonb not null default '{}',
  asked_at      timestamptz not null default now(),
  done_at       timestamptz
);
comment on column deleted_tenant.detail is 'What it held, counted; while it goes also the accounts that were its members.';
create index deleted_tenant_by_asker on deleted_tenant (asked_by);
alter table deleted_tenant enable row level security;
alter table deleted_tenant force row level security;
create policy ledger on deleted_tenant for all to app_login using (true) with check (true);
grant select, insert, update (detail, done_at) on deleted_tenant to app_login;

-- Only the role that works the queue can end a tenant, and only one that is marked; with it go the accounts that are in
-- no tenant any more. The references' cascades reach every table of the tenant.
create policy leaving on tenant for select to app_jobs using (leaving_at is not null);
create policy leave on tenant for delete to app_jobs using (leaving_at is not null);
grant select (id, leaving_at), delete on tenant to app_jobs;
create policy leaving on membership for select to app_jobs using (true);
grant select (account_id) on membership to app_jobs;
create policy leaving on account for select to app_jobs using (operator_at is null);
create policy leave on account for delete to app_jobs
  using (operator_at is null and not exists (select from public.membership m where m.account_id = account.id));
grant select (id, operator_at), delete on account to app_jobs;
