-- A source is a door through which rows come. Its token can only ingest; only the SHA-256 of it is kept.
create table source (
  tenant_id    bigint not null default app.tenant_id() references tenant on delete cascade,
  id           bigint generated always as identity,
  name         text not null,
  token_prefix text not null,
  token_hash   text not null,
  created_by   bigint references account on delete set null,
  last_used_at timestamptz,
  revoked_at   timestamptz,
  created_at   timestamptz not null default now(),
  updated_at   timestamptz not null default now(),
  primary key (tenant_id, id),
  constraint source_name_unique unique (tenant_id, name),
  constraint source_token_hash_unique unique (tenant_id, token_hash),
  constraint source_name_length check (char_length(name) between 1 and 100)
);
create index source_by_token on source (token_hash);
create index source_by_creator on source (created_by);
create index source_by_created on source (tenant_id, created_at desc, id desc);
select app.tenant_table('source');
create policy sign_in on source for select to app_login using (true);
create policy sign_in_touch on source for update to app_login using (true) with check (true);
grant select (tenant_id, id, name, token_hash, revoked_at, last_used_at), update (last_used_at) on source to app_login;

create type batch_state as enum ('receiving', 'needs_artifact', 'spooled', 'loading', 'done', 'failed');
create type batch_format as enum ('jsonl', 'csv', 'object', 'array', 'zip', 'elastic', 'hec', 'logscale');

-- Numbers of loads. Never used twice: what the row engine remembers of a load must not be taken for another's.
create sequence load_number;
grant usage on sequence load_number to app_user;

-- One delivery and its ledger.
create table batch (
  tenant_id       bigint not null default app.tenant_id() references tenant on delete cascade,
  id              bigint generated always as identity,
  state           batch_state not null default 'spooled',
  format          batch_format,
  source_id       bigint,
  created_by      bigint references account on delete set null,
  idempotency_key text,
  filename        text,
  artifact        text,
  hostname        text,
  client_id       text,
  flow_id         text,
  bytes           bigint not null,
  sha256          text not null,
  spool_name      text,
  load_id         bigint,
  received        bigint not null default 0,
  stored          bigint not null default 0,
  duplicate       bigint not null default 0,
  rejected        bigint not null default 0,
  loaded_bytes    bigint not null default 0,
  attempts        int not null default 0,
  error           text,
  same_content_as bigint,
  done_at         timestamptz,
  created_at      timestamptz not null default now(),
  updated_at      timestamptz not null default now(),
  primary key (tenant_id, id),
  constraint batch_idempotency_key_unique unique (tenant_id, idempotency_key),
  constraint batch_source_fk foreign key (tenant_id, source_id) references source (tenant_id, id) on delete set null (source_id),
  constraint batch_balances check (state <> 'done' or received = stored + duplicate + rejected),
  constraint batch_done_has_rows check (state <> 'done' or received > 0),
  constraint batch_ended check ((state in ('done', 'failed')) = (done_at is not null)),
  constraint batch_counts check (received >= 0 and stored >= 0 and duplicate >= 0 and rejected >= 0 and bytes >= 0)
);
comment on column batch.load_id is 'Deliveries loaded together bear one number, kept until they end: a load that begins again is the same load.';
comment on column batch.loaded_bytes is 'How far the load has come, in bytes of the delivery; for the progress bar.';
create index batch_by_created on batch (tenant_id, created_at desc, id desc);
create index batch_by_state on batch (tenant_id, state, id);
create index batch_by_digest on batch (tenant_id, sha256);
create index batch_by_source on batch (tenant_id, source_id, id);
create index batch_by_creator on batch (created_by);
select app.tenant_table('batch');
-- Which spool files a delivery still needs, for the sweep of what a crash left behind.
create policy sweep on batch for select to app_login using (true);
grant select (spool_name, state) on batch to app_login;
