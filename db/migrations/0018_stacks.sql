-- When a stack was looked through, and up to which delivery: the next time shows only what is new since.
create table stack_run (
  tenant_id   bigint not null default app.tenant_id() references tenant on delete cascade,
  id          bigint generated always as identity,
  stack       text not null,
  definition  jsonb not null,
  up_to       bigint not null,
  without     bigint[] not null,
  run_by      bigint references account on delete set null,
  run_by_name text not null,
  ran_at      timestamptz not null,
  created_at  timestamptz not null default now(),
  primary key (tenant_id, id),
  constraint stack_run_up_to_positive check (up_to >= 0)
);
create index stack_run_by_stack on stack_run (tenant_id, stack, id desc);
create index stack_run_by_runner on stack_run (run_by);
comment on column stack_run.stack is 'Digest of the definition: artifact, columns, query, label, shape.';
comment on column stack_run.up_to is 'The newest delivery there was when its page was made.';
comment on column stack_run.without is 'Deliveries up to that one which had not ended by then: what they brought counts as new.';
select app.tenant_table('stack_run');
