-- What a tenant says the columns of an artifact are, where that differs from the catalogue or from what their names say.
create table column_map (
  id               bigint generated always as identity,
  tenant_id        bigint not null default app.tenant_id() references tenant on delete cascade,
  artifact         text not null,
  corrections      jsonb not null,
  revision         int not null,
  derived_revision int not null default 0,
  derived_pct      int not null default 0,
  error            text,
  corrected_by     bigint references account on delete set null,
  corrected_at     timestamptz not null default now(),
  created_at       timestamptz not null default now(),
  updated_at       timestamptz not null default now(),
  primary key (tenant_id, id),
  constraint column_map_artifact_unique unique (tenant_id, artifact),
  constraint column_map_revision check (revision > 0 and derived_revision between 0 and revision),
  constraint column_map_derived_pct check (derived_pct between 0 and 100)
);
create index column_map_by_corrector on column_map (corrected_by);
comment on column column_map.revision is 'Grows with each correction; sightings bear the one that they were derived by.';
comment on column column_map.derived_revision is 'The revision that all stored rows follow.';
comment on column column_map.derived_pct is 'How far stored rows follow the newest revision.';
select app.tenant_table('column_map');
