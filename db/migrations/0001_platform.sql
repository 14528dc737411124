-- Tenancy primitives. Everything tenant-private is declared with app.tenant_table().
-- Roles (made by db/roles.ts before the first migration): app_owner owns, app_login serves, app_user is what
-- tenant transactions run as, app_jobs owns and works the job queue.

create schema app;
create schema auth;
grant usage on schema app, public to app_user, app_login;
grant usage on schema auth to app_login;

-- Tenant of the current transaction. Raises outside one: silence would look like "no results".
create function app.tenant_id() returns bigint language plpgsql stable set search_path = '' as $$
declare
  setting text := current_setting('app.tenant_id', true);
begin
  if setting is null or setting = '' then
    raise exception 'no tenant is set' using errcode = '42501';
  end if;
  return setting::bigint;
end $$;

create function app.touch() returns trigger language plpgsql set search_path = '' as $$
begin
  new.updated_at = now();
  return new;
end $$;

-- Makes a table private to its tenant: forced row security, grants, updated_at. Run it again after adding a column.
-- The tenant rule is RESTRICTIVE, so a careless second policy cannot widen it; ids and tenants can never be updated.
create function app.tenant_table(t regclass) returns void language plpgsql set search_path = '' as $$
declare
  editable text;
begin
  select string_agg(quote_ident(attname), ', ') into editable from pg_catalog.pg_attribute
  where attrelid = t and attnum > 0 and not attisdropped and attname not in ('tenant_id', 'id', 'created_at');

  execute format('alter table %s enable row level security', t);
  execute format('alter table %s force row level security', t);
  execute format('drop policy if exists open on %s', t);
  execute format('drop policy if exists tenant on %s', t);
  execute format('create policy open on %s for all to app_user using (true) with check (true)', t);
  execute format('create policy tenant on %s as restrictive for all to app_user using (tenant_id = (select app.tenant_id())) with check (tenant_id = (select app.tenant_id()))', t);
  execute format('grant select, insert, delete on %s to app_user', t);
  execute format('grant update (%s) on %s to app_user', editable, t);
  if exists (select from pg_catalog.pg_attribute where attrelid = t and attname = 'updated_at' and not attisdropped) then
    execute format('create or replace trigger touch before update on %s for each row execute function app.touch()', t);
  end if;
end $$;

revoke execute on all functions in schema app from public;
grant execute on function app.tenant_id() to app_user;
