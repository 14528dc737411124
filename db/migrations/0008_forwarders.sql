-- What a source is for, and tokens that change without a gap.
create type source_kind as enum ('rest', 'elastic', 'splunk', 'logscale');
alter table source
  add column kind                   source_kind not null default 'rest',
  add column org                    text,
  add column expect_every_minutes   int,
  add column previous_token_hash    text,
  add column previous_token_ends_at timestamptz,
  add constraint source_org_length check (char_length(org) between 1 and 100),
  add constraint source_expects_sane check (expect_every_minutes between 5 and 43200),
  add constraint source_previous_token check ((previous_token_hash is null) = (previous_token_ends_at is null));
comment on column source.kind is 'Which instructions its page gives. Its token opens every delivery door.';
comment on column source.org is 'The Velociraptor org that sends through it, by its id; for people.';
comment on column source.expect_every_minutes is 'Silence beyond this is an alarm; null: the source''s own rhythm decides.';
comment on column source.previous_token_ends_at is 'Until then the token before the last change works too, so that a forwarder loses nothing meanwhile.';
create index source_by_previous_token on source (previous_token_hash) where previous_token_hash is not null;
select app.tenant_table('source');
grant select (previous_token_hash, previous_token_ends_at) on source to app_login;
create index batch_by_source_created on batch (tenant_id, source_id, created_at);

-- Splunk's and LogScale's bodies name no rows. A repetitive one may come again and be other evidence.
alter table batch
  add column copy     int not null default 1,
  add column heard_at timestamptz,
  add constraint batch_copy_counts check (copy >= 1);
comment on column batch.copy is 'Which of its source''s deliveries with these very bytes this is; the rows of each are rows of their own.';
comment on column batch.heard_at is 'When its sender showed that it had our answer: an equal body that comes later is no repeat.';
select app.tenant_table('batch');
