import { existsSync } from 'node:fs'
import { Readable } from 'node:stream'
import { afterAll, expect, test } from 'vitest'
import { TENANT_TABLES } from '#db/types.ts'
import { ROW_TABLES } from '#server/platform/telemetry.ts'
import { partsOf } from '../support/children.ts'
import { checksum } from '../support/matrix.ts'
import { type Planted, plant } from '../support/planted.ts'
import { callRest, send } from '../support/product-client.ts'
import { connect } from '../support/second-database.ts'
import { base, callerFor, installation, newTenant, PASSWORD } from '../support/world.ts'

const superuser = await connect(installation.adminUrl)
afterAll(() => superuser.end())

/** Somebody who runs the installation, from a tenant of their own. */
async function operator() {
  const home = await newTenant()
  return { home, api: callerFor({ ...home.actor('admin'), operator: true }) }
}

/** How much of a tenant each table of both engines holds, the queue included. What holds nothing is left out. */
async function left(id: number): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  const { rows: tables } = await superuser.query<{ name: string }>(
    `select c.oid::regclass::text as name from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
     where c.relkind = 'r' and not a.attisdropped`,
  )
  for (const { name } of tables)
    counts[name] = Number(
      (await superuser.query(`select count(*) as n from ${name} where tenant_id = $1`, [id])).rows[0].n,
    )
  counts.tenant = (await superuser.query('select from tenant where id = $1', [id])).rowCount ?? 0
  const queued = `select from graphile_worker._private_jobs where payload ->> 'tenantId' = $1::text`
  counts.queue = (await superuser.query(queued, [id])).rowCount ?? 0
  for (const table of ROW_TABLES) {
    const answer = await base.telemetry.client.query({
      query: `select count() as n from ${table} where tenant_id = ${id}`,
      format: 'JSONEachRow',
    })
    counts[`rows: ${table}`] = Number((await answer.json<{ n: string }>())[0]!.n)
  }
  return Object.fromEntries(Object.entries(counts).filter(([, n]) => n > 0))
}

async function rowsChecksum(tenants: Planted[]) {
  const sums: string[] = []
  for (const table of ROW_TABLES) {
    const answer = await base.telemetry.client.query({
      query: `select sum(cityHash64(*)) as sum from ${table} where tenant_id in (${tenants.map(({ id }) => id).join()})`,
      format: 'JSONEachRow',
    })
    sums.push(`${table} ${(await answer.json<{ sum: string }>())[0]!.sum}`)
  }
  return sums
}

const gone = (id: number) =>
  expect
    .poll(
      async () =>
        (await superuser.query('select from deleted_tenant where id = $1 and done_at is not null', [id])).rowCount,
    )
    .toBe(1)

test('a tenant that is ended works no more at once, and then nothing of it is left anywhere; others stay as they are', async () => {
  const [leaving, staying] = [await plant(base), await plant(base)]
  const { home, api } = await operator()
  const waiting = await base.spool.receive(Readable.from([Buffer.from('{"a":1}')]))
  await callerFor(leaving.actor('user'), waiting).ingestion.receive({ artifact: 'A', hostname: 'h', filename: 'x' })
  const cookie = await leaving.cookie('admin')
  const jwt = await leaving.jwt('admin')
  const doors = async () => [
    (await callRest('GET', '/hosts', { token: jwt })).status,
    (await callRest('POST', '/ingestion/batches?artifact=A&hostname=h', { token: leaving.token, body: '{"n":1}' }))
      .status,
    (await send('/hosts', { headers: { cookie } })).status,
  ]
  expect((await doors()).map((status) => status < 300)).toEqual([true, true, true])
  const tables = Object.keys(await left(leaving.id)).filter((name) => !name.startsWith('rows: '))
  expect(tables.length).toBeGreaterThan(TENANT_TABLES.length / 2)
  const before = [await checksum(superuser, [staying]), await rowsChecksum([staying])]

  await api.tenants.end({ id: leaving.id, name: `${leaving.mark} tenant` })
  expect(await doors()).toEqual([401, 401, 302])
  await gone(leaving.id)

  expect(await left(leaving.id)).toEqual({})
  expect(existsSync(base.spool.path(waiting.name))).toBe(false)
  const people = Object.values(leaving.people).map(({ id }) => id)
  expect((await superuser.query('select from account where id = any($1)', [people])).rowCount).toBe(0)
  expect([await checksum(superuser, [staying]), await rowsChecksum([staying])]).toEqual(before)

  // The installation remembers that it was, and who ended it; nobody else learns of it.
  const [line] = await api.tenants.deleted()
  expect(line).toMatchObject({
    id: leaving.id,
    name: `${leaving.mark} tenant`,
    asked_by_name: home.people.admin.username,
  })
  expect(line!.done_at).not.toBeNull()
  expect(await home.as('admin').tenants.deleted()).toEqual([])
  const detail = (await superuser.query('select detail from deleted_tenant where id = $1', [leaving.id])).rows[0].detail
  expect(detail.hosts).toBeGreaterThanOrEqual(2)
  expect(detail.rows).toBeGreaterThanOrEqual(2)
  expect(detail.members).toBeUndefined()
})

test('ending a tenant takes an operator, its name, and another tenant to stand in', async () => {
  const [tenant, { home, api }] = await Promise.all([newTenant(), operator()])
  const { name } = await api.tenants.endPreview({ id: tenant.id })
  await expect(tenant.as('admin').tenants.end({ id: tenant.id, name })).rejects.toThrow('operator')
  await expect(tenant.as('admin').tenants.endPreview({ id: home.id })).rejects.toThrow('operator')
  await expect(api.tenants.end({ id: tenant.id, name: name.toUpperCase() })).rejects.toThrow('Nothing was deleted.')
  const own = await api.tenants.endPreview({ id: home.id })
  await expect(api.tenants.end({ id: home.id, name: own.name })).rejects.toThrow('You are in this tenant')
  await expect(api.tenants.end({ id: 900_000_000_000_001, name })).rejects.toThrow('No such tenant.')
  expect((await tenant.as('admin').tenants.get({ id: tenant.id })).name).toBe(name)
})

test('somebody who is in another tenant too keeps their account and that tenant', async () => {
  const [leaving, staying, { api }] = await Promise.all([newTenant(), newTenant(), operator()])
  const { id: both, username } = leaving.people.user
  await superuser.query(`insert into membership (tenant_id, account_id, role) values ($1, $2, 'viewer')`, [
    staying.id,
    both,
  ])
  const { name } = await api.tenants.endPreview({ id: leaving.id })
  await api.tenants.end({ id: leaving.id, name })
  await gone(leaving.id)
  const login = await callRest('POST', '/auth/login', { body: { username, password: PASSWORD } })
  expect(login.status).toBe(200)
  expect(
    JSON.parse((await callRest('GET', '/auth/me', { token: JSON.parse(login.text).access_token })).text),
  ).toMatchObject({
    username,
  })
})

test('an end that was cut off in the middle is carried on from where it stands', async () => {
  const leaving = await plant(base)
  const { api } = await operator()
  const { name } = await api.tenants.endPreview({ id: leaving.id })
  await api.tenants.end({ id: leaving.id, name })
  // As a crash after any step would: the worker dies, and what was done by then is done.
  process.kill(partsOf(installation.pids.root!).worker!, 'SIGKILL')
  await gone(leaving.id)
  expect(await left(leaving.id)).toEqual({})
})
