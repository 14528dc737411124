-- Archives: the files a delivery holds, the collections they tell of, and what opens encrypted ones.
create type member_kind as enum ('rows', 'upload', 'context', 'log', 'ignored');

-- A file inside a delivered archive. The lines of the delivery run on from file to file, from first_line in each.
create table batch_member (
  tenant_id  bigint not null default app.tenant_id() references tenant on delete cascade,
  batch_id   bigint not null,
  n          int not null,
  name       text not null,
  kind       member_kind not null,
  artifact   text,
  client_id  text,
  hostname   text,
  flow_id    text,
  first_line bigint,
  lines      bigint,
  bytes      bigint not null,
  sha256     text,
  kept_as    text,
  note       text,
  primary key (tenant_id, batch_id, n),
  constraint batch_member_batch_fk foreign key (tenant_id, batch_id) references batch (tenant_id, id) on delete cascade,
  constraint batch_member_lines check ((first_line is null) = (lines is null))
);
comment on column batch_member.kept_as is 'Name in the folder of kept files, when the tenant keeps them: the SHA-256 of the content.';
comment on column batch_member.note is 'Why it was left out, or where it broke.';
create index batch_member_by_line on batch_member (tenant_id, batch_id, first_line) where first_line is not null;
select app.tenant_table('batch_member');

-- A collection as its own record tells of it: who asked for what, when, and what came of it.
create table flow (
  tenant_id  bigint not null default app.tenant_id() references tenant on delete cascade,
  id         bigint generated always as identity,
  host_id    bigint not null,
  flow_id    text not null,
  hunt_id    text generated always as (case when flow_id ~ '^F\.[^.]+\.H$' then 'H.' || split_part(flow_id, '.', 2) end) stored,
  artifacts  text[] not null default '{}',
  creator    text,
  state      text not null,
  rows       bigint not null default 0,
  parameters jsonb not null default '{}',
  batch_id   bigint,
  asked_at   timestamptz,
  started_at timestamptz,
  active_at  timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id),
  constraint flow_unique unique (tenant_id, host_id, flow_id),
  constraint flow_host_fk foreign key (tenant_id, host_id) references host (tenant_id, id) on delete cascade,
  constraint flow_batch_fk foreign key (tenant_id, batch_id) references batch (tenant_id, id) on delete set null (batch_id)
);
comment on column flow.parameters is 'Artifact to parameter to value.';
create index flow_by_flow on flow (tenant_id, flow_id);
create index flow_by_hunt on flow (tenant_id, hunt_id) where hunt_id is not null;
create index flow_by_batch on flow (tenant_id, batch_id);
select app.tenant_table('flow');

-- The private key for archives that offline collectors encrypt for the tenant (AES-256-GCM; the tenant is part of the seal).
create table archive_key (
  tenant_id   bigint not null default app.tenant_id() references tenant on delete cascade,
  sealed      text not null,
  fingerprint text not null,
  set_by      bigint references account on delete set null,
  created_at  timestamptz not null default now(),
  updated_at  timestamptz not null default now(),
  primary key (tenant_id)
);
comment on column archive_key.fingerprint is 'SHA-256 of the public key, to tell which one it is.';
create index archive_key_by_setter on archive_key (set_by);
select app.tenant_table('archive_key');

alter table batch
  add column sealed_password text,
  add column locked_at       timestamptz,
  add column proposed        jsonb,
  add constraint batch_locked check (locked_at is null or state = 'failed'),
  add constraint batch_password_forgotten check (sealed_password is null or state not in ('done', 'failed'));
comment on column batch.sealed_password is 'Opens an encrypted archive; gone once the load has ended.';
comment on column batch.locked_at is 'Since when an encrypted archive waits for another password. Its file is kept.';
comment on column batch.proposed is 'What a delivery without a name could be: artifacts with the share of their columns, and what is missing.';
select app.tenant_table('batch');
grant select (locked_at) on batch to app_login;

alter table tenant add column keep_uploads boolean not null default false;
comment on column tenant.keep_uploads is 'Whether files that endpoints uploaded are kept when an archive brings them.';
grant update (keep_uploads) on tenant to app_user;
create policy own_choice on tenant for update to app_user
  using (id = (select app.tenant_id())) with check (id = (select app.tenant_id()));
