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

-- The number beside "Views" in the menu: links that a person has not read, counted as open alarms are, one number for each.
create function app.tally_unread() returns trigger language plpgsql set search_path = '' as $$
declare
  change int := 0;
  whose  text := 'unread ' || case when tg_op = 'DELETE' then old.recipient else new.recipient end;
begin
  if tg_op <> 'INSERT' and old.read_at is null then change := change - 1; end if;
  if tg_op <> 'DELETE' and new.read_at is null then change := change + 1; end if;
  if change > 0 then
    insert into public.tally (tenant_id, what, n) values (new.tenant_id, whose, change)
    on conflict (tenant_id, what) do update set n = public.tally.n + excluded.n;
  elsif change < 0 then
    update public.tally set n = public.tally.n + change where tenant_id = old.tenant_id and what = whose;
  end if;
  return null;
end $$;
revoke execute on function app.tally_unread() from public;
create trigger tally_unread after insert or update of read_at or delete on shared_link for each row execute function app.tally_unread();

-- Row security binds the owner too, who counts here for every tenant what was sent before.
alter table shared_link no force row level security;
alter table tally no force row level security;
insert into tally (tenant_id, what, n)
select tenant_id, 'unread ' || recipient, count(*) from shared_link where read_at is null group by tenant_id, recipient;
alter table shared_link force row level security;
alter table tally force row level security;
