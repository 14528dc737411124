import { expect, test } from 'vitest'
import { inTenant } from '#server/platform/tenant.ts'
import { ROUTES } from '#server/rest/routes.ts'
import { CASES, PROCEDURES } from '../support/matrix.ts'
import { NOBODY } from '../support/planted.ts'
import { callProcedure, callRest } from '../support/product-client.ts'
import { callerFor, installation, newTenant, pool, type Tenant } from '../support/world.ts'
import { deliveries, newSource, someRows } from './rows.ts'
import { splunkClient } from './stock-clients.ts'

// To deliver, and to ask what became of it.
const ITS_PERMISSIONS = ['ingest:write', 'batch:read']
const ROUTES_WITH_A_TOKEN = new Set([
  'post /ingestion/ingest',
  'post /ingestion/batches',
  'get /ingestion/batches',
  'get /ingestion/batches/{id}',
  'get /ingestion/batches/{id}/rejects',
])

const ingest = (tenant: Tenant, sourceId: number) =>
  callerFor({ ...tenant.actor('user'), accountId: null, sourceId, name: 'token', role: 'ingest' }) as unknown as Record<
    string,
    Record<string, (input: unknown) => Promise<unknown>>
  >

test("a source's token is refused by every procedure but those that deliver and tell what became of it", async () => {
  const tenant = await newTenant()
  const { id, token } = await newSource(tenant)
  const api = ingest(tenant, id)
  const answers: Record<string, string> = {}
  for (const { name } of PROCEDURES) {
    const [module, verb] = name.split('.') as [string, string]
    const [input] = CASES[name]!.inputs(NOBODY, NOBODY)
    answers[name] = await api[module]![verb]!(input).then(
      () => 'done',
      (error: { code?: string }) => error.code ?? 'threw',
    )
  }
  const open = PROCEDURES.filter(({ name }) => answers[name] !== 'FORBIDDEN')
  expect(open.filter(({ permission, admin }) => admin || !ITS_PERMISSIONS.includes(permission))).toEqual([])
  expect(PROCEDURES.length - open.length).toBeGreaterThan(30)
  // Over HTTP procedures are for browsers: a token is nobody there.
  for (const { name, type } of PROCEDURES) {
    const headers = { authorization: `Bearer ${token}`, origin: installation.url, 'content-type': 'application/json' }
    const init = type === 'query' ? { headers } : { method: 'POST', headers, body: '{}' }
    expect([name, (await fetch(`${installation.url}/api/trpc/${name}`, init)).status]).toEqual([name, 401])
  }
  expect((await callProcedure('hosts.list', { type: 'query', input: {} })).status).toBe(401)
})

test("a source's token is refused by every route but those of its own deliveries", async () => {
  const { token } = await newSource(await newTenant())
  const refused: string[] = []
  for (const { method, path, who } of ROUTES) {
    if (who === 'anyone') continue
    const { status } = await callRest(method.toUpperCase(), path.replace('{id}', '1'), {
      token,
      ...(method === 'get' ? {} : { body: {} }),
    })
    if (status === 403) refused.push(`${method} ${path}`)
  }
  const all = ROUTES.filter(({ who }) => who !== 'anyone').map(({ method, path }) => `${method} ${path}`)
  expect(refused.sort()).toEqual(all.filter((line) => !ROUTES_WITH_A_TOKEN.has(line)).sort())
})

test('a token sees what became of its own deliveries, and of no other source', async () => {
  const tenant = await newTenant()
  const [one, other] = [await newSource(tenant), await newSource(tenant)]
  const [first, second] = [splunkClient(installation.url, one.token), splunkClient(installation.url, other.token)]
  await first.send(someRows(3, 'one'))
  await second.send(someRows(3, 'other'))
  const [mine, theirs] = await deliveries(tenant)
  const list = JSON.parse((await callRest('GET', '/ingestion/batches', { token: one.token })).text) as { id: number }[]
  expect(list.map(({ id }) => id)).toEqual([mine!.id])
  expect((await callRest('GET', `/ingestion/batches/${mine!.id}`, { token: one.token })).status).toBe(200)
  expect((await callRest('GET', `/ingestion/batches/${theirs!.id}`, { token: one.token })).status).toBe(404)
  first.close()
  second.close()
})

test('a changed token leaves the old one a day, no more; ended or revoked it is refused at once', async () => {
  const tenant = await newTenant()
  const admin = tenant.as('admin')
  const { id, token: first } = await newSource(tenant, 'splunk')
  const sends = async (token: string) => {
    const client = splunkClient(installation.url, token)
    const { status } = await client.once(client.body(someRows(1, Math.random().toString())))
    client.close()
    return status
  }
  const { token: second } = await admin.sources.rotate({ id })
  expect([await sends(first), await sends(second)]).toEqual([200, 200])
  const { source } = await admin.ingestion.ofSource({ id })
  const hours = (source.previous_token_ends_at!.getTime() - Date.now()) / 3_600_000
  expect(hours > 23.9 && hours <= 24).toBe(true)

  const { token: third } = await admin.sources.rotate({ id })
  expect([await sends(first), await sends(second), await sends(third)]).toEqual([403, 200, 200])
  await admin.sources.endPrevious({ id })
  expect([await sends(second), await sends(third)]).toEqual([403, 200])

  const { token: fourth } = await admin.sources.rotate({ id })
  const who = { tenantId: tenant.id, accountId: null, requestId: 'test' }
  await inTenant(pool, who, 'read write', (db) =>
    db
      .updateTable('source')
      .set({ previous_token_ends_at: new Date(Date.now() - 1) })
      .where('id', '=', id)
      .execute(),
  )
  expect([await sends(third), await sends(fourth)]).toEqual([403, 200])
  await admin.sources.revoke({ id })
  expect([await sends(third), await sends(fourth)]).toEqual([403, 403])
  await expect(admin.sources.rotate({ id })).rejects.toMatchObject({ code: 'CONFLICT' })
})

test('what a person says of a source can be changed, its token stays, and an empty field is forgotten', async () => {
  const tenant = await newTenant()
  const admin = tenant.as('admin')
  const { id, token } = await admin.sources.create({
    name: 'velo',
    kind: 'elastic',
    org: 'OA1B2',
    expect_every_minutes: 30,
  })
  const seen = async () => {
    const { name, kind, org, expect_every_minutes } = (await admin.ingestion.ofSource({ id })).source
    return { name, kind, org, expect_every_minutes }
  }
  expect(await seen()).toEqual({ name: 'velo', kind: 'elastic', org: 'OA1B2', expect_every_minutes: 30 })
  await admin.sources.update({ id, name: 'velo-oslo', kind: 'logscale', org: '', expect_every_minutes: '' })
  expect(await seen()).toEqual({ name: 'velo-oslo', kind: 'logscale', org: null, expect_every_minutes: null })
  expect((await callRest('GET', '/ingestion/batches', { token })).status).toBe(200)
  await expect(admin.sources.update({ id, name: 'x', expect_every_minutes: 1 })).rejects.toMatchObject({
    code: 'BAD_REQUEST',
  })
})
