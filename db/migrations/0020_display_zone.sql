-- In which zone a person reads times, whatever the tenant. What is stored, exported and typed stays UTC.
alter table account
  add column zone text not null default 'UTC',
  add constraint account_zone_length check (char_length(zone) between 1 and 64);
comment on column account.zone is 'Name of an IANA time zone.';
grant update (zone) on account to app_login;
