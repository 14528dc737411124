/** A rule about the database's catalogue: `query` lists what breaks it, `breach` is a migration that does. */
export type Rule = { says: string; query: string; breach: string }

// Tables that belong to no tenant: the tenants, those that were, the people (who may be in several), and the migrator's own.
const OF_ALL = `'tenant', 'deleted_tenant', 'account', 'kysely_migration', 'kysely_migration_lock'`
const OWN_TABLES = `select c.oid, c.relname, c.relkind, c.relowner, c.relrowsecurity, c.relforcerowsecurity, c.reloptions, c.relacl
  from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')`
const TENANT_TABLES = `select t.* from (${OWN_TABLES}) t where t.relname not in (${OF_ALL})`
const OUR_SCHEMAS = `('public', 'app', 'auth')`
const POLICY = `p.polname || ' ' || case when p.polpermissive then 'permissive' else 'restrictive' end || ' ' || p.polcmd::text || ' '
  || (select string_agg(r.rolname, ',' order by r.rolname) from pg_roles r where r.oid = any(p.polroles)) || ' using '
  || coalesce(pg_get_expr(p.polqual, p.polrelid), '-') || ' check ' || coalesce(pg_get_expr(p.polwithcheck, p.polrelid), '-')`
const OWN_TENANT = `(tenant_id = ( SELECT app.tenant_id() AS tenant_id))`
const PRIVATE = [
  `open permissive * app_user using true check true`,
  `tenant restrictive * app_user using ${OWN_TENANT} check ${OWN_TENANT}`,
]

// What the sign-in and the sweep of the spool see besides, before a tenant is known; column grants bound it further.
const FURTHER = [
  ['membership', 'sign_in permissive * app_login using true check true'],
  ['source', 'sign_in permissive r app_login using true check -'],
  ['source', 'sign_in_touch permissive w app_login using true check true'],
  ['tally', 'sign_in permissive r app_login using true check -'],
  ['batch', 'sweep permissive r app_login using true check -'],
  ['tenant', 'own permissive r app_user using (id = ( SELECT app.tenant_id() AS tenant_id)) check -'],
  [
    'tenant',
    'own_choice permissive w app_user using (id = ( SELECT app.tenant_id() AS tenant_id)) check (id = ( SELECT app.tenant_id() AS tenant_id))',
  ],
  ['tenant', 'sign_in permissive * app_login using true check true'],
  // The worker ends tenants that are marked, and accounts that are in none.
  ['tenant', 'leaving permissive r app_jobs using (leaving_at IS NOT NULL) check -'],
  ['tenant', 'leave permissive d app_jobs using (leaving_at IS NOT NULL) check -'],
  ['membership', 'leaving permissive r app_jobs using true check -'],
  ['account', 'leaving permissive r app_jobs using (operator_at IS NULL) check -'],
  [
    'account',
    `leave permissive d app_jobs using ((operator_at IS NULL) AND (NOT (EXISTS ( SELECT\n   FROM membership m\n  WHERE (m.account_id = account.id))))) check -`,
  ],
  ['deleted_tenant', 'ledger permissive * app_login using true check true'],
  [
    'account',
    `members permissive r app_user using (EXISTS ( SELECT\n   FROM membership m\n  WHERE ((m.account_id = account.id) AND (m.tenant_id = ( SELECT app.tenant_id() AS tenant_id))))) check -`,
  ],
  ['account', 'sign_in permissive * app_login using true check true'],
]
const listed = (rows: string[][]) => `(values ${rows.map((row) => `(${row.map(quoted).join(', ')})`).join(', ')})`
const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`

const FOREIGN_KEYS = `select k.conname, k.conrelid, k.confrelid, k.conkey, k.confkey from pg_constraint k where k.contype = 'f'`
const columnsOf = (relation: string, numbers: string) =>
  `(select array_agg(a.attname::text order by o.place) from unnest(${numbers}) with ordinality o(number, place)
    join pg_attribute a on a.attrelid = ${relation} and a.attnum = o.number)`

// What may run with its owner's rights: the queue, which takes the tenant from the transaction and not from the caller.
const DEFINERS = `'app.enqueue(text,jsonb,text,text)', 'app.refresh_statistics()'`

/** The sixteen rules that keep tenants apart in the catalogue itself, whatever the code does. */
export const RULES: Rule[] = [
  {
    says: '1 every table is private to a tenant, or one of the four that cannot be',
    query: `select t.relname as what from (${TENANT_TABLES}) t where not exists (
        select from pg_attribute a join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
        where a.attrelid = t.oid and a.attname = 'tenant_id' and a.atttypid = 'bigint'::regtype and a.attnotnull
          and pg_get_expr(d.adbin, d.adrelid) = 'app.tenant_id()')
      union all select c.relname from pg_class c where c.relnamespace = 'auth'::regnamespace and c.relkind in ('r', 'p')
        and c.relname not in ('password', 'password_link', 'session', 'rate_limit')`,
    breach: `create table note (id bigint primary key, body text)`,
  },
  {
    says: '2 row security is on',
    query: `select relname as what from (${OWN_TABLES}) t where not relrowsecurity and relname not like 'kysely_%'`,
    breach: `alter table host disable row level security`,
  },
  {
    says: '3 row security is forced, so that it binds the owner too',
    query: `select relname as what from (${OWN_TABLES}) t where not relforcerowsecurity and relname not like 'kysely_%'`,
    breach: `alter table host no force row level security`,
  },
  {
    says: '4 the policies are the known ones, to the letter',
    query: `with expected as (
        select t.relname::text as name, p.text from (${TENANT_TABLES}) t, unnest(array[${PRIVATE.map(quoted)}]) p(text)
        union all select name, text from ${listed(FURTHER)} f(name, text)),
      found as (select c.relname::text as name, ${POLICY} as text from pg_policy p join pg_class c on c.oid = p.polrelid
        where c.relnamespace = 'public'::regnamespace)
      (select 'missing: ' || name || ' ' || text as what from expected except select 'missing: ' || name || ' ' || text from found)
      union all (select 'unknown: ' || name || ' ' || coalesce(text, '?') from found except select 'unknown: ' || name || ' ' || text from expected)`,
    breach: `create policy wide on host for all to app_user using (true)`,
  },
  {
    says: '5 app_owner owns everything; the queue’s door belongs to the queue',
    query: `select c.relname as what from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_roles r on r.oid = c.relowner
        where n.nspname in ${OUR_SCHEMAS} and c.relkind in ('r', 'p', 'v', 'S') and r.rolname <> 'app_owner'
      union all select p.oid::regprocedure::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace join pg_roles r on r.oid = p.proowner
        where n.nspname in ${OUR_SCHEMAS} and r.rolname <> 'app_owner' and not (r.rolname = 'app_jobs' and p.oid::regprocedure::text in (${DEFINERS}))`,
    breach: `grant create on schema public to app_login; alter table host owner to app_login`,
  },
  {
    says: '6 none of our roles can step around row security or make roles and databases',
    query: `select rolname as what from pg_roles where rolname like 'app\\_%'
      and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication)`,
    breach: `alter role app_user bypassrls`,
  },
  {
    says: '7 the serving roles can become app_user and nobody else',
    query: `select m.member::regrole || ' in ' || m.roleid::regrole as what from pg_auth_members m
      where m.member::regrole::text in ('app_user', 'app_login', 'app_jobs')
        and not (m.member = 'app_login'::regrole and m.roleid = 'app_user'::regrole and not m.inherit_option and not m.admin_option)`,
    breach: `grant app_owner to app_user`,
  },
  {
    says: '8 the serving roles can neither truncate, refer, trigger nor create',
    query: `select c.relname || ' ' || g.privilege_type || ' ' || g.grantee::regrole as what
        from pg_class c join pg_namespace n on n.oid = c.relnamespace, aclexplode(c.relacl) g
        where n.nspname in ${OUR_SCHEMAS} and g.grantee::regrole::text in ('app_user', 'app_login', 'app_jobs')
          and g.privilege_type not in ('SELECT', 'INSERT', 'UPDATE', 'DELETE', 'USAGE')
      union all select n.nspname || ' CREATE ' || r.rolname from pg_namespace n, pg_roles r
        where n.nspname in ${OUR_SCHEMAS} and r.rolname in ('app_user', 'app_login', 'app_jobs') and has_schema_privilege(r.oid, n.oid, 'CREATE')
      union all select 'the queue ' || r.rolname from pg_roles r
        where r.rolname in ('app_user', 'app_login') and has_schema_privilege(r.oid, 'graphile_worker', 'USAGE')
      union all select 'database ' || r.rolname from pg_roles r
        where r.rolname in ('app_user', 'app_login', 'app_jobs') and has_database_privilege(r.oid, current_database(), 'CREATE, TEMPORARY')`,
    breach: `grant truncate on host to app_user`,
  },
  {
    says: '9 nobody serving can update a tenant, an id or a time of creation',
    query: `select t.relname || '.' || a.attname || ' ' || r.rolname as what from (${OWN_TABLES}) t
      join pg_attribute a on a.attrelid = t.oid and a.attname in ('tenant_id', 'id', 'created_at'), pg_roles r
      where r.rolname in ('app_user', 'app_login', 'app_jobs') and has_column_privilege(r.oid, t.oid, a.attnum, 'UPDATE')`,
    breach: `grant update on host to app_user`,
  },
  {
    says: '10 every unique key of a tenant table starts with the tenant',
    query: `select i.indexrelid::regclass::text as what from pg_index i join (${TENANT_TABLES}) t on t.oid = i.indrelid
      where i.indisunique and not exists (
        select from pg_attribute a where a.attrelid = t.oid and a.attnum = i.indkey[0] and a.attname = 'tenant_id')`,
    breach: `create unique index host_name_taken on host (hostname)`,
  },
  {
    says: '11 a reference between tenant tables carries the tenant, in the same place on both sides',
    query: `select f.conname as what from (${FOREIGN_KEYS}) f
      join (${TENANT_TABLES}) child on child.oid = f.conrelid join (${TENANT_TABLES}) parent on parent.oid = f.confrelid
      where array_position(${columnsOf('f.conrelid', 'f.conkey')}, 'tenant_id') is distinct from 1
         or array_position(${columnsOf('f.confrelid', 'f.confkey')}, 'tenant_id') is distinct from 1`,
    breach: `alter table source add constraint alone unique (id); alter table batch add constraint loose foreign key (source_id) references source (id)`,
  },
  {
    says: '12 every reference has an index that serves it',
    query: `select f.conname as what from (${FOREIGN_KEYS}) f join pg_class c on c.oid = f.conrelid
      join pg_namespace n on n.oid = c.relnamespace where n.nspname in ${OUR_SCHEMAS} and not exists (
        select from pg_index i where i.indrelid = f.conrelid and i.indpred is null
          and (i.indkey::int2[])[0:cardinality(f.conkey) - 1] @> f.conkey)`,
    breach: `alter table host add column owner_id bigint references account`,
  },
  {
    says: '13 views ask as their caller, and nothing is materialised',
    query: `select c.relname as what from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname in ${OUR_SCHEMAS}
      and (c.relkind = 'm' or (c.relkind = 'v' and not coalesce('security_invoker=true' = any(c.reloptions), false)))`,
    breach: `create view all_hosts as select * from host`,
  },
  {
    says: '14 only the listed functions run with their owner’s rights, with a fixed search path, and none is for everybody',
    query: `select p.oid::regprocedure::text as what from pg_proc p join pg_namespace n on n.oid = p.pronamespace
      where n.nspname in ${OUR_SCHEMAS} and (
        (p.prosecdef and (p.oid::regprocedure::text not in (${DEFINERS}) or not coalesce('search_path=""' = any(p.proconfig), false)))
        or exists (select from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) g where g.grantee = 0))`,
    breach: `create function app.peek() returns bigint language sql security definer as 'select 1::bigint'`,
  },
  {
    says: '15 no function is marked leakproof beyond what PostgreSQL ships',
    query: `select p.oid::regprocedure::text as what from pg_proc p where p.proleakproof and (p.pronamespace <> 'pg_catalog'::regnamespace
      or p.proname in ('textlike', 'texticlike', 'textnlike', 'texticnlike', 'textregexeq', 'texticregexeq', 'jsonb_contains', 'ts_match_vq', 'network_sub', 'network_subeq'))`,
    breach: `alter function texticlike(text, text) leakproof`,
  },
  {
    says: '16 no rules, event triggers, foreign tables or grants to everybody',
    query: `select r.rulename::text as what from pg_rewrite r join pg_class c on c.oid = r.ev_class join pg_namespace n on n.oid = c.relnamespace
        where n.nspname in ${OUR_SCHEMAS} and c.relkind <> 'v'
      union all select evtname::text from pg_event_trigger
      union all select ftrelid::regclass::text from pg_foreign_table
      union all select c.relname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace, aclexplode(c.relacl) g
        where n.nspname in ${OUR_SCHEMAS} and g.grantee = 0
      union all select n.nspname::text from pg_namespace n, aclexplode(n.nspacl) g
        where n.nspname in ${OUR_SCHEMAS} and g.grantee = 0 and (g.privilege_type = 'CREATE' or n.nspname <> 'public')`,
    breach: `grant select on host to public`,
  },
]
