import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openPool } from '#db/pool.ts'
import { TENANT_TABLES } from '#db/types.ts'
import { ROW_TABLES } from '#server/platform/telemetry.ts'
import { inTenant } from '#server/platform/tenant.ts'
import { RULES } from './support/catalogue.ts'
import { connect, type SecondDatabase, secondDatabase } from './support/second-database.ts'
import { base, installation, newTenant, type Tenant } from './support/world.ts'

let second: SecondDatabase
let owner: pg.Client
beforeAll(async () => {
  second = await secondDatabase()
  owner = await connect(installation.ownerUrl)
})
afterAll(async () => {
  await owner.end()
  await second.close()
})

const findings = async (client: pg.Client, query: string) =>
  (await client.query<{ what: string }>(query)).rows.map(({ what }) => what)

describe.each(RULES)('catalogue rule $says', ({ query, breach }) => {
  test('holds in the migrated database', async () => {
    expect(await findings(owner, query)).toEqual([])
  })

  test('turns red for a migration that breaks it', async () => {
    const { superuser } = second
    await superuser.query('begin')
    try {
      expect(await findings(superuser, query)).toEqual([])
      await superuser.query(breach)
      expect(await findings(superuser, query)).not.toEqual([])
    } finally {
      await superuser.query('rollback')
    }
  })
})

test('the generated list of tenant tables is the catalogue’s', async () => {
  const { rows } = await owner.query<{ name: string }>(
    `select c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
     where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' order by 1`,
  )
  expect(rows.map(({ name }) => name)).toEqual([...TENANT_TABLES].sort())
})

test('every table of the row engine belongs to tenants and is filtered on each statement', async () => {
  const answer = await base.telemetry.client.query({
    query: `select t.name as name, countIf(c.name = 'tenant_id' and c.type = 'UInt64') as tenant from system.tables t
      left join system.columns c on c.database = t.database and c.table = t.name
      where t.database = currentDatabase() and t.name != 'schema_version' group by name`,
    format: 'JSONEachRow',
  })
  const tables = await answer.json<{ name: string; tenant: number | string }>()
  expect(tables.filter(({ tenant }) => Number(tenant) !== 1)).toEqual([])
  expect(tables.map(({ name }) => name).sort()).toEqual([...ROW_TABLES].sort())
})

describe('the serving role', () => {
  const asUser = (tenantId: number | '', statement: string) =>
    `begin; set local role app_user; set local app.tenant_id = '${tenantId}'; ${statement}; commit`

  test('is told no, whatever it tries', async () => {
    const [tenant, other] = await Promise.all([newTenant(), newTenant()])
    const tries: Record<string, string> = {
      'become the owner': 'set role app_owner',
      'become the queue': 'set role app_jobs',
      'make a table': 'create table public.loot (id int)',
      'make a temporary table': 'create temporary table loot (id int)',
      'make a schema': 'create schema loot',
      'make a role': 'create role loot',
      'read a file': `select pg_read_file('/etc/passwd')`,
      'run a program': `copy (select 1) to program 'cat'`,
      'empty a table': 'truncate host',
      'read hosts outside a tenant': 'select * from host',
      'read activity outside a tenant': 'select * from activity',
      'read more of deliveries than their spool files': 'select tenant_id, filename from batch',
      'move a member to another tenant': `update membership set tenant_id = ${other.id}`,
      'give a role outside a tenant': `update membership set role = 'admin'`,
      'make itself operator': 'update account set operator_at = now()',
      'read the queue': 'select * from graphile_worker.jobs',
      'empty a table as a tenant': asUser(tenant.id, 'truncate host'),
      'turn row security off': asUser(tenant.id, 'set local row_security = off; select * from host'),
      'read hosts in no tenant': asUser('', 'select * from host'),
      'read passwords as a tenant': asUser(tenant.id, 'select * from auth.password'),
      'read sessions as a tenant': asUser(tenant.id, 'select * from auth.session'),
      'move a host to another tenant': asUser(tenant.id, `update host set tenant_id = ${other.id}`),
      'write into another tenant': asUser(
        tenant.id,
        `insert into host (tenant_id, hostname) values (${other.id}, 'x')`,
      ),
      'change what happened': asUser(tenant.id, `update activity set verb = 'x'`),
      'forget what happened': asUser(tenant.id, 'delete from activity'),
      'see other people’s work in the queue': asUser(tenant.id, 'select * from graphile_worker.jobs'),
    }
    const allowed: string[] = []
    for (const [name, statement] of Object.entries(tries)) {
      const client = await connect(installation.loginUrl)
      const refused = await client.query(statement).then(
        () => null,
        (error: { code: string }) => error.code,
      )
      if (refused !== '42501') allowed.push(`${name}: ${refused ?? 'allowed'}`)
      await client.end()
    }
    expect(allowed).toEqual([])
  })

  test('sees its own tenant when it is in one', async () => {
    const tenant = await newTenant()
    const { id } = await tenant.as('user').hosts.create({ hostname: 'seen' })
    const client = await connect(installation.loginUrl)
    const answers = (await client.query(
      asUser(tenant.id, 'select id, hostname from host'),
    )) as unknown as pg.QueryResult[]
    expect(answers.find(({ command }) => command === 'SELECT')?.rows).toEqual([{ id, hostname: 'seen' }])
    await client.end()
  })
})

test('a reference cannot cross tenants, even for a superuser whom row security does not bind', async () => {
  const { superuser } = second
  await superuser.query('begin')
  const crossings = await references(superuser)
  expect(crossings.length).toBeGreaterThan(0)
  for (const { name, child, parent, column, key } of crossings) {
    const [mine, theirs] = [await tenantWith(superuser, parent, key), await tenantWith(superuser, parent, key)]
    const make = (target: number) => insertion(child, { tenant_id: mine.tenant, [column]: target })
    await superuser.query('savepoint own')
    await superuser.query(make(mine.id))
    await superuser.query('rollback to own')
    const refused = await superuser.query(make(theirs.id)).then(
      () => null,
      (error: { code: string; constraint: string }) => [error.code, error.constraint],
    )
    expect([name, refused]).toEqual([name, ['23503', name]])
    await superuser.query('rollback to own')
  }
  await superuser.query('rollback')
})

/** Foreign keys between two tenant tables. */
const references = async (client: pg.Client) =>
  (
    await client.query<{ name: string; child: string; parent: string; column: string; key: string }>(
      `
      select k.conname as name, k.conrelid::regclass::text as child, k.confrelid::regclass::text as parent,
        a.attname as column, p.attname as key
      from pg_constraint k join pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[2]
      join pg_attribute p on p.attrelid = k.confrelid and p.attnum = k.confkey[2]
      where k.contype = 'f' and k.conrelid::regclass::text = any($1) and k.confrelid::regclass::text = any($1)`,
      [[...TENANT_TABLES]],
    )
  ).rows

// Where a row needs more than the reference under test: -2 is there of every parent. Each 'x' is a new word.
const SAMPLES: Record<string, object> = {
  batch_member: { batch_id: -2, n: 1, name: 'x', kind: 'rows', bytes: 0 },
  flow: {
    host_id: -2,
    flow_id: 'x',
    artifacts: [],
    state: 'x',
    rows: 0,
    parameters: {},
    created_at: 'now',
    updated_at: 'now',
  },
  batch: {
    state: 'spooled',
    bytes: 1,
    sha256: 'x',
    received: 0,
    stored: 0,
    duplicate: 0,
    rejected: 0,
    loaded_bytes: 0,
    attempts: 0,
    failures: 0,
    created_at: 'now',
    updated_at: 'now',
  },
  host: { hostname: 'x', own_last_seen_at: 'now', created_at: 'now', updated_at: 'now' },
  host_fact: { fact: 'x', value: 'x', first_seen_at: 'now', last_seen_at: 'now', created_at: 'now' },
  host_artifact: { artifact: 'x', rows: 1, last_received_at: 'now', batch_ids: [], created_at: 'now' },
  host_label: { label: 'x', created_at: 'now' },
  host_merge: { host_id: -2, into_id: -2, reason: 'x', merged_by_name: 'x', created_at: 'now', updated_at: 'now' },
  source_visit: { source_id: -2, visited_at: 'now', stored: 0 },
  artifact_profile: { artifact: 'x', deliveries: 1 },
  artifact_column: { artifact: '-2', name: 'x', kinds: [], deliveries: 1, last_batch_id: 1 },
  alarm: { kind: 'silence', about: 'x', occurrence: 'x' },
  row_comment: { row_id: 'x', body: 'x', version: 1, author_name: 'x', created_at: 'now', updated_at: 'now' },
  row_comment_revision: { version: 1, written_by_name: 'x', created_at: 'now' },
  annotation: { happened_at: 'now', text: 'x', written_by_name: 'x' },
  clock_offset: { offset_seconds: 0, reason: 'x', set_by_name: 'x' },
  source: { kind: 'rest', name: 'x', token_prefix: 'x', token_hash: 'x', created_at: 'now', updated_at: 'now' },
}

const PARENTS = { host: 'id', batch: 'id', source: 'id', artifact_profile: 'artifact', row_comment: 'id' }

/** An INSERT of a sample row with these keys; what it does not say is the column's default. */
function insertion(table: string, keys: Record<string, number>): string {
  const sample = SAMPLES[table]
  if (!sample) throw new Error(`Say in SAMPLES what a row of ${table} looks like.`)
  const row = { ...sample, ...keys }
  const columns = Object.keys(row).join(', ')
  const json = `replace('${JSON.stringify(row)}', '"x"', '"' || md5(random()::text) || '"')::jsonb`
  return `insert into ${table} (${columns}) overriding system value select ${columns} from jsonb_populate_record(null::${table}, ${json})`
}

async function tenantWith(client: pg.Client, table: string, key: string): Promise<{ tenant: number; id: number }> {
  const { rows } = await client.query(`insert into tenant (name) values (md5(random()::text)) returning id`)
  const tenant = Number(rows[0].id)
  await client.query(insertion(table, { tenant_id: tenant, [key]: tenant }))
  for (const [parent, key] of Object.entries(PARENTS))
    await client.query(insertion(parent, { tenant_id: tenant, [key]: -2 }))
  return { tenant, id: tenant }
}

test('with two connections, many tenants, and work that fails, hangs or loses its server, nobody sees another tenant', async () => {
  const tenants = await Promise.all([newTenant(), newTenant(), newTenant()])
  for (const tenant of tenants) await tenant.as('user').hosts.create({ hostname: `of-${tenant.id}` })
  const small = openPool(installation.loginUrl, { name: 'tenancy-test', max: 2 })
  const admin = await connect(installation.adminUrl)
  const seen = { right: 0, failed: 0 }
  try {
    for (let round = 0; round < 40; round += 1) {
      const asked = Array.from({ length: 10 }, (_, n) => tenants[(round * 7 + n) % tenants.length]!)
      await Promise.all(asked.map((tenant) => visit(tenant, small, admin, seen)))
    }
  } finally {
    await small.close()
    await admin.end()
  }
  expect(seen.right).toBeGreaterThan(200)
  expect(seen.failed).toBeGreaterThan(50)
})

const CHAOS = [
  'none',
  'none',
  'none',
  'none',
  'throw',
  'throw late',
  'broken SQL',
  'killed',
  'left open',
  'none',
] as const

async function visit(
  tenant: Tenant,
  pool: ReturnType<typeof openPool>,
  admin: pg.Client,
  seen: { right: number; failed: number },
) {
  const chaos = CHAOS[Math.floor(Math.random() * CHAOS.length)]!
  const who = { tenantId: tenant.id, accountId: null, requestId: 'chaos' }
  if (chaos === 'left open') await forgetToCommit(tenant, pool).catch(() => {})
  try {
    const hosts = await inTenant(pool.db, who, Math.random() < 0.5 ? 'read only' : 'read write', async (db) => {
      if (chaos === 'throw') throw new Error('thrown')
      if (chaos === 'broken SQL') await sql`select broken`.execute(db)
      if (chaos === 'killed') {
        const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(db)
        await admin.query('select pg_terminate_backend($1)', [rows[0]!.pid])
      }
      const found = await sql<{ hostname: string }>`select hostname from host`.execute(db)
      if (chaos === 'throw late') throw new Error('thrown late')
      return found.rows
    })
    expect(hosts).toEqual([{ hostname: `of-${tenant.id}` }])
    seen.right += 1
  } catch (error) {
    if ((error as Error).name === 'AssertionError') throw error
    seen.failed += 1
    await sleep(1)
  }
}

/** What a careless handler would do: begins as a tenant on a pooled connection, and gives it back like that. */
async function forgetToCommit(tenant: Tenant, { db }: ReturnType<typeof openPool>) {
  await db.connection().execute(async (connection) => {
    await sql`begin`.execute(connection)
    await sql`select set_config('app.tenant_id', ${String(tenant.id)}, false), set_config('role', 'app_user', false)`.execute(
      connection,
    )
    await sql`select count(*) from host`.execute(connection)
  })
}
