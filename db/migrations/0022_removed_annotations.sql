-- A removed annotation can be brought back for ten minutes by whoever removed it; retention takes it the night after.
alter table annotation
  add column removed_at timestamptz,
  add column removed_by bigint references account on delete set null,
  add column removal    text;
comment on column annotation.removed_at is 'From then on nobody is shown it.';
comment on column annotation.removal is 'Names its last removal: the token that takes that back. Stays when it was taken back.';
create index annotation_by_remover on annotation (removed_by);
create index annotation_by_removal on annotation (tenant_id, removal);
select app.tenant_table('annotation');
