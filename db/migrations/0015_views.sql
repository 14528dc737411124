-- Keys are a person's own, whatever the tenant: what each act is done by, and since when they are switched off.
alter table account
  add column keys        jsonb not null default '{}',
  add column keys_off_at timestamptz;
comment on column account.keys is 'Act to key; empty: the keys we come with. An act with an empty text has no key.';
grant update (keys, keys_off_at) on account to app_login;

-- A named address of one of the screens that hunt. Personal until it is shared with the tenant.
create table saved_view (
  tenant_id   bigint not null default app.tenant_id() references tenant on delete cascade,
  id          bigint generated always as identity,
  name        text not null,
  description text not null default '',
  address     text not null,
  owner       bigint references account on delete set null,
  owner_name  text not null,
  shared_at   timestamptz,
  version     int not null default 1,
  created_at  timestamptz not null default now(),
  updated_at  timestamptz not null default now(),
  primary key (tenant_id, id),
  constraint saved_view_name_length check (char_length(name) between 1 and 100),
  constraint saved_view_version check (version > 0)
);
comment on column saved_view.address is 'Path and query of the page, without the page of a list and the open row.';
comment on column saved_view.version is 'Counts up with each change; a change names the one it was made on.';
create index saved_view_by_update on saved_view (tenant_id, updated_at desc, id desc);
create index saved_view_by_name on saved_view (tenant_id, name, id);
create index saved_view_by_owner on saved_view (owner);
select app.tenant_table('saved_view');

-- The last addresses a person looked at.
create table recent_view (
  tenant_id  bigint not null default app.tenant_id() references tenant on delete cascade,
  account_id bigint not null references account on delete cascade,
  address    text not null,
  visited_at timestamptz not null default now(),
  created_at timestamptz not null default now(),
  primary key (tenant_id, account_id, address)
);
create index recent_view_by_visit on recent_view (tenant_id, account_id, visited_at desc);
create index recent_view_by_account on recent_view (account_id);
select app.tenant_table('recent_view');

-- A link that one member sent to another, with a note.
create table shared_link (
  tenant_id  bigint not null default app.tenant_id() references tenant on delete cascade,
  id         bigint generated always as identity,
  address    text not null,
  title      text not null,
  note       text not null default '',
  sender     bigint references account on delete set null,
  sender_name text not null,
  recipient  bigint not null references account on delete cascade,
  read_at    timestamptz,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id)
);
create index shared_link_by_recipient on shared_link (tenant_id, recipient, created_at desc, id desc);
create index shared_link_by_sender on shared_link (sender);
create index shared_link_by_reader on shared_link (recipient);
select app.tenant_table('shared_link');

-- What people note on rows. A row is named by where it lies: host, delivery and line, which never change.
create table row_tag (
  tenant_id  bigint not null default app.tenant_id() references tenant on delete cascade,
  row_id     text not null,
  tag        text not null,
  added_by   bigint references account on delete set null,
  added_by_name text not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, row_id, tag),
  constraint row_tag_length check (char_length(tag) between 1 and 50)
);
comment on column row_tag.tag is 'Lower case; the tag "star" is drawn as one.';
create index row_tag_by_tag on row_tag (tenant_id, tag, created_at desc);
create index row_tag_by_adder on row_tag (added_by);
select app.tenant_table('row_tag');

create table row_comment (
  tenant_id   bigint not null default app.tenant_id() references tenant on delete cascade,
  id          bigint generated always as identity,
  row_id      text not null,
  body        text not null,
  version     int not null default 1,
  author      bigint references account on delete set null,
  author_name text not null,
  deleted_at  timestamptz,
  created_at  timestamptz not null default now(),
  updated_at  timestamptz not null default now(),
  primary key (tenant_id, id),
  constraint row_comment_version check (version > 0)
);
create index row_comment_by_row on row_comment (tenant_id, row_id, id);
create index row_comment_by_author on row_comment (author);
select app.tenant_table('row_comment');

-- Every text a comment ever had, the one it has now included; a deletion is a revision without a text.
create table row_comment_revision (
  tenant_id       bigint not null default app.tenant_id() references tenant on delete cascade,
  comment_id      bigint not null,
  version         int not null,
  body            text,
  written_by      bigint references account on delete set null,
  written_by_name text not null,
  created_at      timestamptz not null default now(),
  primary key (tenant_id, comment_id, version),
  constraint row_comment_revision_comment_fk foreign key (tenant_id, comment_id) references row_comment (tenant_id, id) on delete cascade
);
create index row_comment_revision_by_writer on row_comment_revision (written_by);
select app.tenant_table('row_comment_revision');
-- What was written stays written.
revoke update, delete on row_comment_revision from app_user;
revoke update (comment_id, version, body, written_by, written_by_name) on row_comment_revision from app_user;
