-- Which columns of an artifact one person wants to see, in what order and how wide.
create table grid_layout (
  tenant_id  bigint not null default app.tenant_id() references tenant on delete cascade,
  account_id bigint not null references account on delete cascade,
  artifact   text not null,
  columns    jsonb not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, account_id, artifact),
  constraint grid_layout_artifact_length check (char_length(artifact) between 1 and 255),
  constraint grid_layout_columns_list check (jsonb_typeof(columns) = 'array')
);
create index grid_layout_by_account on grid_layout (account_id);
comment on column grid_layout.columns is 'A list of {name, width}; width is one of the classes the pages have.';
select app.tenant_table('grid_layout');
