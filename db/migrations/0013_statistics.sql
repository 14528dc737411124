-- What the planner knows of the tables that one load can make grow a hundredfold. Until they are looked at again it takes
-- them for small, and goes through all of a tenant's hosts for one page of them.
create function app.refresh_statistics() returns void
language plpgsql security definer set search_path = '' as $$
declare grown regclass;
begin
  for grown in
    select c.oid from pg_catalog.pg_class c
    where c.oid in ('public.host'::regclass, 'public.host_artifact'::regclass, 'public.host_fact'::regclass)
      and pg_catalog.pg_relation_size(c.oid) > 8192 * 1.25 * greatest(c.relpages, 32)
  loop
    execute pg_catalog.format('analyze %s', grown);
  end loop;
end $$;
revoke execute on function app.refresh_statistics() from public;
grant execute on function app.refresh_statistics() to app_user;
