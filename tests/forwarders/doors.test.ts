import { Agent } from 'node:http'
import { connect, createServer, type Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { openBase } from '#server/base.ts'
import { openAdmission } from '#server/platform/admission.ts'
import { readEnv } from '#server/platform/env.ts'
import { openSpool } from '#server/platform/spool.ts'
import { ownServer } from '../support/own-server.ts'
import { base, installation, newTenant } from '../support/world.ts'
import { deliveries, newSource, someRows, sorted, storedRows } from './rows.ts'
import { asSent, elasticClient, logscaleClient, post, type Reply, type Row, splunkClient } from './stock-clients.ts'

const BULK = '/ingest/elastic/_bulk'
const COLLECTOR = '/ingest/splunk/services/collector'
const STRUCTURED = '/ingest/logscale/api/v1/ingest/humio-structured'
const PAIR = '{ "index" : {"_id" : "1", "_index": "x"} }\n{"Artifact":"A","ClientId":"C.1","n":1}\n'
const EVENT = '{"time":1.0,"host":"C.1","event":{"Artifact":"A","ClientId":"C.1","n":1}}\r\n\r\n'
const ELEMENT = '[{"events":[{"timestamp":"x","attributes":{"Artifact":"A","ClientId":"C.1","n":1}}],"tags":{}}]'

const ask = async (path: string, init: RequestInit & { url?: string } = {}): Promise<Reply & { json: unknown }> => {
  const answer = await fetch(new URL(path, init.url ?? installation.url), { redirect: 'manual', ...init })
  const body = await answer.text()
  const json =
    body !== '' && answer.headers.get('content-type')?.startsWith('application/json') ? JSON.parse(body) : undefined
  return { status: answer.status, headers: Object.fromEntries(answer.headers), body, json }
}
const send = (
  path: string,
  authorization: string,
  body: RequestInit['body'],
  more: RequestInit & { url?: string } = {},
) => ask(path, { method: 'POST', ...more, body: body ?? null, headers: { authorization, ...more.headers } })

const mine = (rows: Row[], write: (row: Row) => string) =>
  rows.map((row) => [write(row), row.artifact, row.clientId, row.flowId].join(' ')).sort()
const theirs = async (tenant: Awaited<ReturnType<typeof newTenant>>) =>
  (await storedRows(tenant)).map((row) => [row.raw, row.artifact, row.client_id, row.flow_id].join(' ')).sort()

test('each stock forwarder delivers: rows are the bytes it sent, under their artifact, host and flow', async () => {
  const rows = someRows(300)
  const tenants = await Promise.all([newTenant(), newTenant(), newTenant()])
  const [e, s, l] = await Promise.all(tenants.map((tenant) => newSource(tenant)))
  const [elastic, splunk, logscale] = [
    elasticClient(installation.url, e!.token),
    splunkClient(installation.url, s!.token),
    logscaleClient(installation.url, l!.token),
  ]
  for (const row of rows) elastic.add(row)
  expect(await elastic.tick()).toMatchObject({ status: 200, body: '{"took":1,"errors":false,"items":[]}' })
  expect(elastic.pending()).toBe(0)
  expect(await splunk.send(rows)).toBe(true)
  expect(await logscale.send(rows)).toBe(1)

  expect(await theirs(tenants[0]!)).toEqual(mine(rows, asSent.elastic))
  expect(await theirs(tenants[1]!)).toEqual(mine(rows, asSent.splunk))
  expect(await theirs(tenants[2]!)).toEqual(mine(rows, asSent.logscale))
  const names = await Promise.all(
    tenants.map(async (tenant) => new Set((await storedRows(tenant)).map(({ host }) => host))),
  )
  const named = new Set(['WS-0', 'WS-1', 'WS-2', 'WS-3', 'WS-4'])
  // Splunk's rows bear no host name: the client id stands for it until another door tells one.
  expect(names).toEqual([named, new Set(rows.map(({ clientId }) => clientId)), named])
  expect((await deliveries(tenants[0]!)).map(({ format, state, rejected }) => [format, state, rejected])).toEqual([
    ['elastic', 'done', 0],
  ])
  for (const client of [elastic, splunk, logscale]) client.close()
})

test('the event time of a row is its own, never when it was sent; a row without one stays undated', async () => {
  const tenant = await newTenant()
  const { token } = await newSource(tenant)
  const rows = [
    '{"Artifact":"Custom.T","ClientId":"C.1","n":1,"EventTime":"2021-08-21T20:04:11.326Z","timestamp":"2026-11-21T13:24:05Z"}',
    '{"Artifact":"Custom.T","ClientId":"C.1","n":2,"timestamp":"2026-11-21T13:24:05Z"}',
  ]
  const body = rows.map((row) => `{"time":1795267385.5,"host":"C.1","event":${row}}\r\n\r\n`).join('')
  expect((await send(COLLECTOR, `Splunk ${token}`, body)).status).toBe(200)
  await storedRows(tenant)
  const found = await base.telemetry
    .forTenant(tenant.id)
    .select<{ at: string | null }>(
      `select toString(event_time) as at from rows where tenant_id = {tenant:UInt64} order by raw`,
      {},
    )
  expect(found.map(({ at }) => at)).toEqual(['2021-08-21 20:04:11.326', null])
})

test('success is said as each client needs to hear it', async () => {
  const { token } = await newSource(await newTenant())
  const bulk = await send(BULK, `ApiKey ${token}`, PAIR)
  expect([bulk.status, bulk.json, bulk.headers['x-elastic-product']]).toEqual([
    200,
    { took: 1, errors: false, items: [] },
    'Elasticsearch',
  ])
  expect((await send(COLLECTOR, `Splunk ${token}`, EVENT)).json).toEqual({ text: 'Success', code: 0 })
  const structured = await send(STRUCTURED, `Bearer ${token}`, ELEMENT)
  expect([structured.status, structured.body, structured.headers['content-length']]).toEqual([200, '', '0'])
})

test('a prefix, another casing, a password instead of a key, and no Content-Type are all understood', async () => {
  const { token } = await newSource(await newTenant())
  const basic = `Basic ${Buffer.from(`velociraptor:${token}`).toString('base64')}`
  const statuses = await Promise.all(
    [
      send('/ingest/elastic/some/prefix/_bulk', `APIKEY ${token}`, PAIR),
      send(BULK, basic, PAIR),
      send(BULK, `APIKey ${token}`, PAIR, {
        headers: { 'content-type': 'application/vnd.elasticsearch+json;compatible-with=9' },
      }),
      send('/ingest/splunk/org-1/services/collector/event', `splunk ${token}`, EVENT),
      send('/ingest/splunk/services/collector/event/1.0', basic, EVENT),
      send('/ingest/logscale/v1/ingest/humio-structured', `bearer ${token}`, Buffer.from(ELEMENT)),
      send('/ingest/logscale/any/api/v1/ingest/humio-structured', basic, Buffer.from(ELEMENT)),
    ].map(async (answer) => (await answer).status),
  )
  expect(statuses).toEqual(Array(7).fill(200))
})

test('who asks what stands there is told, without a token', async () => {
  const hello = await ask('/ingest/elastic')
  expect([hello.status, hello.headers['x-elastic-product']]).toEqual([200, 'Elasticsearch'])
  const head = await ask('/ingest/elastic/', { method: 'HEAD' })
  expect([head.status, head.body]).toEqual([200, ''])
  expect((await ask('/ingest/splunk/services/collector/health')).json).toEqual({ text: 'HEC is healthy', code: 17 })
  expect((await ask(BULK)).status).toBe(405)
  expect((await send('/ingest/nothing', 'Bearer x', '')).status).toBe(404)
})

test('a missing, foreign or unknown token is refused in the words of each protocol, and nothing is kept', async () => {
  const tenant = await newTenant()
  const person = await base.auth.tokens.issue({
    accountId: tenant.people.admin.id,
    tenantId: tenant.id,
    epoch: 1,
    role: 'admin',
  })
  for (const token of ['vcs_unknown', 'x', person]) {
    const bulk = await send(BULK, `APIKey ${token}`, PAIR)
    expect([bulk.status, bulk.json]).toEqual([
      401,
      { error: { type: 'security_exception', reason: expect.any(String) }, status: 401 },
    ])
    expect(await send(COLLECTOR, `Splunk ${token}`, EVENT)).toMatchObject({
      status: 403,
      json: { text: 'Invalid token', code: 4 },
    })
    expect((await send(STRUCTURED, `Bearer ${token}`, ELEMENT)).status).toBe(401)
  }
  expect((await ask(BULK, { method: 'POST', body: PAIR })).status).toBe(401)
  expect((await ask(COLLECTOR, { method: 'POST', body: EVENT })).json).toEqual({ text: 'Token is required', code: 2 })
  expect(await send(COLLECTOR, 'Bearer x', EVENT)).toMatchObject({
    status: 401,
    json: { text: 'Invalid authorization', code: 3 },
  })
  expect((await ask(STRUCTURED, { method: 'POST', body: ELEMENT })).status).toBe(401)
})

test('a cookie opens no door, and a page of another site reaches none', async () => {
  const tenant = await newTenant()
  const set = await base.auth.sessions.open(tenant.people.admin.id, tenant.id, { ip: null, userAgent: 'test' })
  const cookie = set.split(';')[0]!
  for (const [path, body] of [
    [BULK, PAIR],
    [COLLECTOR, EVENT],
    [STRUCTURED, ELEMENT],
  ] as const) {
    const own = await ask(path, { method: 'POST', body, headers: { cookie, 'sec-fetch-site': 'same-origin' } })
    const foreign = await ask(path, { method: 'POST', body, headers: { cookie, origin: 'https://evil.example' } })
    expect([own.status, foreign.status]).toEqual([401, 403])
  }
})

test('what can never be taken is refused for good: nothing, another format, another encoding', async () => {
  const tenant = await newTenant()
  const { token } = await newSource(tenant)
  const brotli = { headers: { 'content-encoding': 'br' } }
  const gzip = { headers: { 'content-encoding': 'gzip' } }
  for (const [path, scheme, good] of [
    [BULK, 'APIKey', PAIR],
    [COLLECTOR, 'Splunk', EVENT],
    [STRUCTURED, 'Bearer', ELEMENT],
  ] as const) {
    const asked = (body: string, more: RequestInit = {}) => send(path, `${scheme} ${token}`, body, more)
    const answers = [
      await asked(''),
      await asked('  \r\n'),
      await asked('<html>'),
      await asked(good, brotli),
      await asked(good, gzip),
    ]
    expect(answers.map(({ status }) => status)).toEqual([400, 400, 400, 415, 400])
    // An Elastic client forgets its rows for any JSON object only: these would be the same the next time.
    if (path === BULK)
      for (const { json } of answers) expect(json).toMatchObject({ error: { reason: expect.any(String) } })
  }
  const codes = [await send(COLLECTOR, `Splunk ${token}`, ''), await send(COLLECTOR, `Splunk ${token}`, '[1]')]
  expect(codes.map(({ json }) => json)).toEqual([
    { text: 'No data', code: 5 },
    { text: 'Invalid data format', code: 6 },
  ])
  expect(await deliveries(tenant)).toEqual([])
})

test('what begins well and goes on badly is taken, and each bad row is in the quarantine with its reason', async () => {
  const tenant = await newTenant()
  const { token } = await newSource(tenant)
  const body = [
    '{"time":1,"host":"C.1","event":{"Artifact":"A","ClientId":"C.1","n":1}}',
    '{"time":1,"host":"C.1","event":{"Artifact":"A","ClientId":"C.1","n":}}',
    '{"time":1,"host":"C.1","event":"text"}',
    '{"time":1,"host":"C.1"}',
    '{"time":1,"event":{"n":4}}',
    '{"time":1,"host":"C.1","event":{"Artifact":"A","ClientId":"C.1","n":5}}',
  ].join('\r\n\r\n')
  expect((await send(COLLECTOR, `Splunk ${token}`, body)).status).toBe(200)
  const [batch] = await deliveries(tenant)
  expect(batch).toMatchObject({ state: 'done', received: 6, stored: 2, rejected: 4 })
  const { rows } = await tenant.as('user').ingestion.rejects({ id: batch!.id })
  expect(rows.map(({ line, code }) => [Number(line), code])).toEqual([
    [2, 'NOT_JSON'],
    [3, 'NOT_AN_OBJECT'],
    [4, 'ENVELOPE_EMPTY'],
    [5, 'NO_ARTIFACT'],
  ])
})

test('a gzip body is unpacked; a broken one fails with its reason', async () => {
  const tenant = await newTenant()
  const { token } = await newSource(tenant)
  const gzip = { headers: { 'content-encoding': 'gzip' } }
  expect((await send(BULK, `APIKey ${token}`, gzipSync(PAIR), gzip)).status).toBe(200)
  const cut = gzipSync(`${EVENT.repeat(2000)}`).subarray(0, 60)
  expect((await send(COLLECTOR, `Splunk ${token}`, cut, gzip)).status).toBe(200)
  const found = await deliveries(tenant)
  expect(found.map(({ state, stored }) => [state, stored])).toEqual([
    ['done', 1],
    ['failed', 0],
  ])
  expect(found[1]!.error).toContain('gzip')
})

const fullDisk = () =>
  ownServer({ ...base, spool: openSpool(`${installation.dataDir}/spool`, { maxBytes: 1e9, minFreeBytes: 1e18 }) })

/** A server where this tenant already sends as much at once as it may. */
function crowded(tenantId: number) {
  const most = { tenantBytes: 1, allBytes: 1e9, tenantBacklogBytes: 1e9, allBacklogBytes: 1e9, backlogMinutes: 60 }
  const admission = openAdmission(most, { backlog: async () => [], roomOnDisk: async () => true })
  admission.admit({ tenantId, expectedBytes: 1 })
  return ownServer({ ...base, admission })
}

/** A server whose way to PostgreSQL is cut once it runs. */
async function withoutDatabase() {
  const target = new URL(installation.loginUrl)
  const sockets = new Set<Socket>()
  const wire = createServer((inner) => {
    const outer = connect(Number(target.port), target.hostname)
    for (const socket of [inner, outer]) {
      sockets.add(socket)
      socket.on('error', () => {})
    }
    inner.pipe(outer).pipe(inner)
  })
  await new Promise<void>((resolve) => wire.listen(0, '127.0.0.1', resolve))
  const proxied = new URL(installation.loginUrl)
  proxied.host = `127.0.0.1:${(wire.address() as { port: number }).port}`
  const own = await openBase(
    readEnv({
      NODE_ENV: 'test',
      APP_DATABASE_URL: proxied.href,
      CLICKHOUSE_URL: installation.clickhouseUrl,
      DATA_DIR: installation.dataDir,
      SECRET_KEY: installation.secretKey,
      LOG_LEVEL: 'silent',
    }),
    'web',
  )
  const server = await ownServer(own)
  wire.close()
  for (const socket of sockets) socket.destroy()
  return {
    url: server.url,
    close: async () => {
      await server.close()
      await own.close()
    },
  }
}

test('in trouble each client is told so that it sends again: Elastic in no JSON, Splunk with code 9, LogScale by status', async () => {
  const tenant = await newTenant()
  const { token } = await newSource(tenant)
  const troubles = [
    ['disk full', await fullDisk(), 503],
    ['database away', await withoutDatabase(), 503],
    ['tenant sends too much', await crowded(tenant.id), 429],
  ] as const
  for (const [name, { url, close }, status] of troubles) {
    const bulk = await send(BULK, `APIKey ${token}`, PAIR, { url })
    expect([name, bulk.status, bulk.json, bulk.body.length > 0]).toEqual([name, 503, undefined, true])
    expect(() => JSON.parse(bulk.body)).toThrow()
    const event = await send(COLLECTOR, `Splunk ${token}`, EVENT, { url })
    expect([name, event.status, event.json]).toEqual([name, 503, { text: 'Server is busy', code: 9 }])
    const structured = await send(STRUCTURED, `Bearer ${token}`, ELEMENT, { url })
    expect([name, structured.status, Number(structured.headers['retry-after']) > 0]).toEqual([name, status, true])
    await close()
  }
  expect(await deliveries(tenant)).toEqual([])
})

test('a refused forwarder keeps its rows, and delivers them once when the trouble is over', async () => {
  const tenant = await newTenant()
  const { token } = await newSource(tenant)
  const full = await fullDisk()
  const rows = someRows(50)
  const client = elasticClient(full.url, token)
  for (const row of rows.slice(0, 40)) client.add(row)
  expect((await client.tick())?.status).toBe(503)
  expect(client.pending()).toBeGreaterThan(0)
  client.turnTo(installation.url)
  for (const row of rows.slice(40)) client.add(row)
  expect((await client.tick())?.status).toBe(200)
  expect(client.pending()).toBe(0)
  expect(sorted((await storedRows(tenant)).map(({ raw }) => raw))).toEqual(sorted(rows.map(asSent.elastic)))
  client.close()
  await full.close()
})

test('a large body streams through: what is refused for its length is told so before it is read', async () => {
  const { token } = await newSource(await newTenant())
  const small = await ownServer(base, { env: { MAX_DELIVERY_BYTES: 1000 } })
  const agent = new Agent()
  const sent = { headers: { authorization: `Splunk ${token}` }, timeoutMs: 10_000 }
  const large = await post(small.url, agent, { ...sent, path: COLLECTOR, body: EVENT.repeat(100) })
  expect([large.status, JSON.parse(large.body)]).toEqual([413, { text: 'Invalid data format', code: 6 }])
  agent.destroy()
  await small.close()
})
