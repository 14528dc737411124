import type pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TENANT_TABLES } from '#db/types.ts'
import { ROW_TABLES } from '#server/platform/telemetry.ts'
import { ROUTES } from '#server/rest/routes.ts'
import { createCaller } from '#server/router.ts'
import { CASES, checksum, type Door, ID_FIELDS, idFieldsOf, mayCall, PROCEDURES, runMatrix } from '../support/matrix.ts'
import { type Ids, NOBODY, type Planted, plant, ROLES } from '../support/planted.ts'
import { callProcedure, callRest, send, wholeOf } from '../support/product-client.ts'
import { connect } from '../support/second-database.ts'
import { base, ended, installation } from '../support/world.ts'

let superuser: pg.Client
beforeAll(async () => {
  superuser = await connect(installation.adminUrl)
})
afterAll(() => superuser.end())

const threeTenants = async () => [await plant(base), await plant(base), await plant(base)] as const

test('every field that looks like an id is classified, and every procedure has a case', () => {
  const found = PROCEDURES.flatMap(({ name, input }) => idFieldsOf(input).map((field) => `${name}.${field}`))
  expect(found.sort()).toEqual(Object.keys(ID_FIELDS).sort())
  expect(PROCEDURES.map(({ name }) => name).sort()).toEqual(Object.keys(CASES).sort())
})

test('a planted tenant has a canary in every text of every table', async () => {
  const tenant = await plant(base)
  const { rows } = await superuser.query<{ table: string; column: string }>(
    `select c.table_name as table, c.column_name as column from information_schema.columns c
     where c.table_schema = 'public' and c.table_name = any($1) and (c.data_type in ('text', 'jsonb') or c.udt_name = '_text')`,
    [[...TENANT_TABLES]],
  )
  const bare: string[] = []
  for (const { table, column } of rows) {
    const found = await superuser.query(`select from ${table} where tenant_id = $1 and ${column}::text like $2`, [
      tenant.id,
      `%${tenant.mark}%`,
    ])
    if (found.rowCount === 0) bare.push(`${table}.${column}`)
  }
  // Words of a list, the names of a table and of a type, and what must be a hash to be found by.
  expect(bare.sort()).toEqual([
    'grid_layout.lines',
    'grid_layout.own',
    'tally.what',
    'verdict.type',
    'virustotal_report.hash',
  ])
  for (const table of ROW_TABLES) {
    const [found] = await base.telemetry.forTenant(tenant.id).select<{ n: number }>(`select count() as n from ${table}`)
    expect([table, found!.n > 0]).toEqual([table, true])
  }
})

test('procedures over HTTP: no foreign id opens, changes or betrays anything, in any role', {
  timeout: 240_000,
}, async () => {
  const [own, ...others] = await threeTenants()
  const rowsBefore = await rowSum(others)
  const cookies = Object.fromEntries(await Promise.all(ROLES.map(async (role) => [role, await own.cookie(role)])))
  const door: Door = async (role, { name, type }, input) => {
    // Ending the other sessions would end those of the cases to come.
    const cookie = name === 'identity.endOtherSessions' ? await own.cookie(role) : cookies[role]
    const reply = await callProcedure(name, { type, input, cookie })
    if (name === 'identity.endOtherSessions') cookies[role] = await own.cookie(role)
    return { ok: reply.status === 200, text: wholeOf(reply) }
  }
  const { leaks, broken, calls } = await runMatrix(door, own, others, superuser)
  expect(leaks).toEqual([])
  expect(broken).toEqual([])
  expect(calls).toBeGreaterThan(500)
  expect(await rowSum(others)).toBe(rowsBefore)
})

const KINDS: Record<string, keyof Ids> = { users: 'user', tenants: 'tenant', hosts: 'host', ingestion: 'batch' }
const BODIES: Record<string, object> = { 'put /users/{id}': { role: 'user' } }
// What clients call their own things; no row of ours is found by these.
const TEXT_FIELDS = ['client_id', 'flow_id']
// A file of rows may be narrowed to a host or a delivery: the test below this one.
const NARROWING: Record<string, string[]> = { '/rows/export': ['hostId', 'batchId'] }

test('REST routes: no foreign id opens, changes or betrays anything, by any token', async () => {
  const [own, ...others] = await threeTenants()
  const [ours, theirs] = [await own.ids('admin'), await others[0]!.ids('admin')]
  const before = [await checksum(superuser, others), await rowSum(others)]
  const wrong: string[] = []
  for (const { method, path, procedure, query, body } of ROUTES) {
    const fields = [query, body?.schema].flatMap((schema) => (schema ? idFieldsOf(schema) : []))
    expect([path, fields.filter((field) => !TEXT_FIELDS.includes(field))]).toEqual([path, NARROWING[path] ?? []])
    if (!path.includes('{')) continue
    const kind = KINDS[path.split('/')[1]!]
    expect([path, path.match(/\{\w+\}/g), kind]).toEqual([path, ['{id}'], expect.any(String)])
    for (const role of [...ROLES, 'ingest'] as const) {
      const token = role === 'ingest' ? own.token : await own.jwt(role)
      const ask = (ids: Ids) =>
        callRest(method, path.replace('{id}', String(ids[kind!])), { token, body: BODIES[`${method} ${path}`] })
      const [foreign, nobodys, mine] = [await ask(theirs), await ask(NOBODY), await ask(ours)]
      const name = typeof procedure === 'function' ? procedure(own.actor(role), String(ours[kind!])) : procedure
      const may = mayCall(role, PROCEDURES.find((known) => known.name === name)!)
      if (wholeOf(foreign) !== wholeOf(nobodys))
        wrong.push(`${role} ${method} ${path}: ${wholeOf(foreign)} instead of ${wholeOf(nobodys)}`)
      if (mine.status < 300 !== may) wrong.push(`${role} ${method} ${path}: own gives ${mine.status} ${mine.text}`)
      for (const answer of [foreign, nobodys, mine])
        if (others.some(({ mark }) => wholeOf(answer).includes(mark)))
          wrong.push(`${role} ${method} ${path}: a foreign canary`)
    }
  }
  expect(wrong).toEqual([])
  expect([await checksum(superuser, others), await rowSum(others)]).toEqual(before)
})

test('a file of rows of a foreign host or delivery is as empty as one of nobody’s', async () => {
  const [own, ...others] = await threeTenants()
  const theirs = await others[0]!.ids('admin')
  const token = await own.jwt('viewer')
  for (const [field, kind] of Object.entries({ hostId: 'host', batchId: 'batch' } as const))
    for (const format of ['csv', 'jsonl']) {
      const ask = async (id: number) => {
        const { status, text } = await callRest('GET', `/rows/export?format=${format}&${field}=${id}`, { token })
        expect(others.some(({ mark }) => text.includes(mark))).toBe(false)
        return [status, text.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'then').replaceAll(String(id), '#')]
      }
      expect(await ask(theirs[kind])).toEqual(await ask(NOBODY[kind]))
    }
})

test('REST lists and deliveries that bear another tenant’s names stay at home', async () => {
  const [own, ...others] = await threeTenants()
  const theirs = await others[0]!.ids('admin')
  const before = [await checksum(superuser, others), await rowSum(others)]
  const token = await own.jwt('admin')
  await createCaller({ ...base, actor: own.actor('admin'), requestId: 'test', ip: '' }).enrichment.removeKey()
  const answers = []
  for (const { method, path } of ROUTES)
    if (method === 'get' && !path.includes('{') && path !== '/observables')
      answers.push(await callRest('GET', path, { token }))
  answers.push(await callRest('GET', `/observables?type=hash&value=${theirs.hash}`, { token }))
  answers.push(await callRest('GET', `/hosts?hostname=${theirs.hostname}`, { token }))
  answers.push(await callRest('POST', '/hosts', { token, body: { hostname: theirs.hostname } }))
  answers.push(await callRest('POST', '/vt/lookup', { token, body: { hash: theirs.hash } }))
  answers.push(
    await callRest('POST', '/ingestion/ingest', {
      token,
      body: { hostname: theirs.hostname, data: { artifact: theirs.artifact, results: [{ a: 1 }] } },
    }),
  )
  const line = JSON.stringify({
    Artifact: theirs.artifact,
    Hostname: theirs.hostname,
    ClientId: `C.${theirs.host}`,
    a: 2,
  })
  const delivered = await callRest('POST', '/ingestion/batches', {
    token,
    body: `${line}\n`,
    headers: { 'content-type': 'application/x-ndjson', 'idempotency-key': 'one' },
  })
  answers.push(delivered)
  const { id } = JSON.parse(delivered.text) as { id: number }
  await ended(
    async () => JSON.parse((await callRest('GET', `/ingestion/batches/${id}`, { token })).text) as { state: string },
  )
  answers.push(await callRest('GET', `/hosts?hostname=${theirs.hostname}`, { token }))
  expect(answers.map(({ status }) => status).filter((status) => status >= 400)).toEqual([])
  expect(answers.filter((answer) => others.some(({ mark }) => wholeOf(answer).includes(mark)))).toEqual([])
  expect(answers.some((answer) => wholeOf(answer).includes(own.mark))).toBe(true)
  expect([await checksum(superuser, others), await rowSum(others)]).toEqual(before)
})

test('pages of single objects: a foreign one is answered like one that does not exist', async () => {
  const [own, ...others] = await threeTenants()
  const [ours, theirs] = [await own.ids('admin'), await others[0]!.ids('admin')]
  const cookie = await own.cookie('admin')
  const pages: [string, keyof Ids][] = [
    ['hosts', 'host'],
    ['deliveries', 'batch'],
    ['rows', 'row'],
    ['users', 'user'],
  ]
  for (const [page, kind] of pages) {
    for (const tail of ['', '.data']) {
      const ask = (ids: Ids) => send(`/${page}/${ids[kind]}${tail}`, { headers: { cookie } })
      const [foreign, nobodys, mine] = [await ask(theirs), await ask(NOBODY), await ask(ours)]
      expect([page, tail, foreign.status, mine.text.includes(own.mark)]).toEqual([page, tail, nobodys.status, true])
      for (const { text } of [foreign, nobodys, mine])
        expect(others.some(({ mark }) => text.includes(mark))).toBe(false)
    }
  }
})

/** A digest of what the row engine holds of these tenants, in every table. */
async function rowSum(tenants: Planted[]): Promise<string> {
  const sums: string[] = []
  for (const { id } of tenants)
    for (const table of ROW_TABLES) {
      const found = await base.telemetry
        .forTenant(id)
        .select<{ sum: string }>(
          `select concat(toString(count()), ':', toString(groupBitXor(cityHash64(${table === 'rows' ? '* except row' : '*'})))) as sum from ${table}`,
        )
      sums.push(found[0]!.sum)
    }
  return sums.join(' ')
}
