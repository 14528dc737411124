-- How wide the columns are that every grid has (time and host), and which of them stay at the left.
alter table grid_layout
  add column own jsonb not null default '[]',
  add constraint grid_layout_own_list check (jsonb_typeof(own) = 'array');
comment on column grid_layout.own is 'A list of {name, width, pinned} of the columns time and host; apart from columns, as a field may bear these names too.';
select app.tenant_table('grid_layout');
