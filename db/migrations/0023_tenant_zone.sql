-- In which zone the people of a tenant read times, unless they choose their own.
alter table tenant
  add column zone text not null default 'UTC',
  add constraint tenant_zone_length check (char_length(zone) between 1 and 64);
comment on column tenant.zone is 'Name of an IANA time zone.';
grant update (zone) on tenant to app_user;

alter table account
  alter column zone drop default,
  alter column zone drop not null;
comment on column account.zone is 'Name of an IANA time zone; null for that of the tenant.';

-- Who chose UTC cannot be told from who never chose. Row security binds the owner too.
alter table account no force row level security;
update account set zone = null where zone = 'UTC';
alter table account force row level security;
