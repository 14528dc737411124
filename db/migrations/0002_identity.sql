-- Accounts, memberships and tenants. app_login (sign-in, before a tenant is known) sees all of them;
-- app_user sees its tenant's. Secrets live in schema auth, which app_user cannot reach at all.

create type member_role as enum ('viewer', 'user', 'lead', 'admin');
create type colour_theme as enum ('system', 'light', 'dark');
create type row_density as enum ('compact', 'comfortable');

create table tenant (
  id          bigint generated always as identity primary key,
  name        text not null,
  description text,
  created_at  timestamptz not null default now(),
  updated_at  timestamptz not null default now(),
  constraint tenant_name_length check (char_length(name) between 1 and 100)
);
create unique index tenant_name_unique on tenant (lower(name));

create table account (
  id          bigint generated always as identity primary key,
  username    text not null,
  operator_at timestamptz,
  theme       colour_theme not null default 'system',
  density     row_density not null default 'compact',
  created_at  timestamptz not null default now(),
  updated_at  timestamptz not null default now(),
  constraint account_username_length check (char_length(username) between 1 and 150)
);
create unique index account_username_unique on account (lower(username));
comment on column account.operator_at is 'Since when this person runs the installation: may create tenants.';

create table membership (
  tenant_id      bigint not null default app.tenant_id() references tenant on delete cascade,
  account_id     bigint not null references account on delete cascade,
  role           member_role not null,
  deactivated_at timestamptz,
  last_seen_at   timestamptz,
  created_at     timestamptz not null default now(),
  updated_at     timestamptz not null default now(),
  primary key (tenant_id, account_id)
);
create index membership_by_account on membership (account_id);
select app.tenant_table('membership');
create policy sign_in on membership for all to app_login using (true) with check (true);
grant select, insert, update (last_seen_at) on membership to app_login;

-- A tenant sees itself and the accounts of its members.
alter table tenant enable row level security;
alter table tenant force row level security;
create policy own on tenant for select to app_user using (id = (select app.tenant_id()));
create policy sign_in on tenant for all to app_login using (true) with check (true);
grant select on tenant to app_user;
grant select, insert, update (name, description, updated_at) on tenant to app_login;
create trigger touch before update on tenant for each row execute function app.touch();

alter table account enable row level security;
alter table account force row level security;
create policy members on account for select to app_user
  using (exists (select from public.membership m where m.account_id = account.id and m.tenant_id = (select app.tenant_id())));
create policy sign_in on account for all to app_login using (true) with check (true);
grant select on account to app_user;
grant select, insert, update (username, theme, density) on account to app_login;
create trigger touch before update on account for each row execute function app.touch();

create table auth.password (
  account_id bigint primary key references account on delete cascade,
  hash       text not null,
  epoch      int not null default 1,
  changed_at timestamptz not null default now()
);
comment on column auth.password.epoch is 'Counts up when every token and session of the account must end.';

create table auth.session (
  id           text primary key,
  account_id   bigint not null references account on delete cascade,
  tenant_id    bigint not null references tenant on delete cascade,
  expires_at   timestamptz not null,
  last_seen_at timestamptz not null default now(),
  created_at   timestamptz not null default now(),
  ip           text,
  user_agent   text
);
comment on column auth.session.id is 'SHA-256 of the cookie: a stolen row opens nothing.';
create index session_by_account on auth.session (account_id);
create index session_by_tenant on auth.session (tenant_id);

create table auth.password_link (
  hash       text primary key,
  account_id bigint not null references account on delete cascade,
  expires_at timestamptz not null,
  used_at    timestamptz,
  created_at timestamptz not null default now()
);
create index password_link_by_account on auth.password_link (account_id);

-- The table rate-limiter-flexible keeps its counters in.
create table auth.rate_limit (
  key    varchar(255) primary key,
  points int not null default 0,
  expire bigint
);
grant select, insert, update, delete on all tables in schema auth to app_login;
