-- One VirusTotal key per tenant, sealed (AES-256-GCM; the tenant is part of the seal).
create table virustotal_key (
  tenant_id  bigint not null default app.tenant_id() references tenant on delete cascade,
  sealed     text not null,
  set_by     bigint references account on delete set null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id)
);
create index virustotal_key_by_setter on virustotal_key (set_by);
select app.tenant_table('virustotal_key');

create table virustotal_report (
  tenant_id  bigint not null default app.tenant_id() references tenant on delete cascade,
  hash       text not null,
  found      boolean not null,
  malicious  int,
  suspicious int,
  harmless   int,
  undetected int,
  names      text[] not null default '{}',
  fetched_at timestamptz not null default now(),
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, hash)
);
select app.tenant_table('virustotal_report');
