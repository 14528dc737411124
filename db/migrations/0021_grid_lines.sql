-- Whether a row of the grid takes one line, or as many as its values need.
alter table grid_layout
  add column lines text not null default 'one',
  add constraint grid_layout_lines_known check (lines in ('one', 'wrapped'));
comment on column grid_layout.columns is 'A list of {name, width, pinned}; width is a class the pages have, or px. None: the commonest ones.';
select app.tenant_table('grid_layout');
