-- Who did what: written in the transaction of the change, never updated.
create table activity (
  tenant_id    bigint not null default app.tenant_id() references tenant on delete cascade,
  id           bigint generated always as identity,
  actor_id     bigint references account on delete set null,
  actor_name   text not null,
  verb         text not null,
  subject_type text not null,
  subject_id   text not null,
  detail       jsonb not null default '{}',
  request_id   text,
  created_at   timestamptz not null default now(),
  primary key (tenant_id, id)
);
create index activity_by_time on activity (tenant_id, created_at desc, id desc);
create index activity_by_subject on activity (tenant_id, subject_type, subject_id);
create index activity_by_actor on activity (actor_id);
select app.tenant_table('activity');
revoke update, delete on activity from app_user;
revoke update (actor_id, actor_name, verb, subject_type, subject_id, detail, request_id) on activity from app_user;

-- Queues a job of the current tenant in the caller's transaction: no commit, no job.
-- Owned by app_jobs, because the queue's tables belong to the role that works them.
create function app.enqueue(task text, payload jsonb, key text, queue text) returns void
language plpgsql security definer set search_path = '' as $$
begin
  perform graphile_worker.add_job(
    task,
    (payload || jsonb_build_object('tenantId', app.tenant_id()))::json,
    queue_name => queue || ':' || app.tenant_id(),
    job_key => key || ':' || app.tenant_id(),
    max_attempts => 1000);
end $$;
-- Rights first: once it belongs to app_jobs, the owner of the schema can no longer take them away.
revoke execute on function app.enqueue(text, jsonb, text, text) from public;
grant execute on function app.enqueue(text, jsonb, text, text) to app_user;
grant execute on function app.tenant_id() to app_jobs;
grant usage, create on schema app to app_jobs;
alter function app.enqueue(text, jsonb, text, text) owner to app_jobs;
revoke create on schema app from app_jobs;
