import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { openAdmission } from '#server/platform/admission.ts'
import { deliveries, newSource, sameRows, someRows } from '../forwarders/rows.ts'
import { splunkClient } from '../forwarders/stock-clients.ts'
import { type OwnServer, ownServer } from '../support/own-server.ts'
import { type Reply, send } from '../support/product-client.ts'
import { base, newTenant, type Tenant } from '../support/world.ts'

// What a client has to come by so that equal bodies are not told apart by their seconds.
const A_RETRY_MS = 2_000
const MB = 1024 * 1024
const all = { tenantBytes: MB, allBytes: 100 * MB, tenantBacklogBytes: 1e9, allBacklogBytes: 1e9, backlogMinutes: 60 }
const admission = openAdmission(all, { backlog: async () => [], roomOnDisk: async () => true })

let server: OwnServer
let tenant: Tenant
let token: string
let source: number
beforeAll(async () => {
  server = await ownServer({ ...base, admission }, { env: { CORS_ORIGINS: ['https://tool.example'] } })
})
beforeEach(async () => {
  tenant = await newTenant()
  ;({ token, id: source } = await newSource(tenant))
})
afterAll(() => server.close())

/** Takes all the room of the tenant; gives it back when called. */
function crowd(): () => void {
  const place = admission.admit({ tenantId: tenant.id, expectedBytes: MB })
  if (!place.admitted) throw new Error('there was no room to take')
  return place.release
}

const DOORS: [path: string, scheme: string, body: string][] = [
  ['/api/ingestion/batches?artifact=A&hostname=h', 'Bearer', '{"a":1}'],
  ['/api/v1/ingestion/batches?artifact=A&hostname=h', 'Bearer', '{"a":1}'],
  ['/ingest/elastic/_bulk', 'APIKey', '{ "index" : {"_id" : "1", "_index": "x"} }\n{"Artifact":"A","n":1}\n'],
  ['/ingest/splunk/services/collector', 'Splunk', '{"time":1.0,"host":"C.1","event":{"Artifact":"A"}}\r\n\r\n'],
  [
    '/ingest/logscale/api/v1/ingest/humio-structured',
    'Bearer',
    '[{"events":[{"timestamp":"x","attributes":{"Artifact":"A"}}],"tags":{}}]',
  ],
]
const deliver = (path: string, scheme: string, body: string, headers: Record<string, string> = {}) =>
  send(path, { method: 'POST', headers: { authorization: `${scheme} ${token}`, ...headers }, body }, server.url)

/** An answer but for what differs from one to the next. */
const plain = ({ status, headers, text }: Reply) => ({
  status,
  text: text.replace(/Request [\w-]+/, ''),
  kept: [
    'content-type',
    'cache-control',
    'x-elastic-product',
    'x-frame-options',
    'x-content-type-options',
    'referrer-policy',
    'cross-origin-opener-policy',
    'cross-origin-resource-policy',
    'strict-transport-security',
  ].map((name) => [name, headers.get(name)]),
  told: ['x-request-id', 'retry-after', 'content-security-policy'].map((name) => [name, headers.has(name)]),
})

test('who is turned away by the head of a request reads the same as who was asked for first, at every door', async () => {
  for (const [path, scheme, body] of DOORS) {
    const room = crowd()
    const unknown = await deliver(path, scheme, body)
    const known = await deliver(path, scheme, body)
    room()
    expect([path, plain(known)]).toEqual([path, plain(unknown)])
    expect([429, 503]).toContain(known.status)
    expect([path, (await deliver(path, scheme, body)).status < 300]).toEqual([path, true])
  }
})

test('nobody is let in by what is remembered: a revoked token is refused as busy or as revoked', async () => {
  const [path, scheme, body] = DOORS[0]!
  expect((await deliver(path, scheme, body)).status).toBeLessThan(300)
  await tenant.as('admin').sources.revoke({ id: source })
  const room = crowd()
  expect((await deliver(path, scheme, body)).status).toBe(429)
  room()
  expect((await deliver(path, scheme, body)).status).toBe(401)
  await expect.poll(() => admission.figures().inFlight).toBe(0) // the room it had by the head of its request
})

test('a page of an allowed origin can read that it was turned away', async () => {
  const [path, scheme, body] = DOORS[0]!
  await deliver(path, scheme, body)
  const room = crowd()
  const refused = await deliver(path, scheme, body, { origin: 'https://tool.example' })
  room()
  expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([429, 'https://tool.example'])
})

test('a forwarder that was turned away has read the answer before: an equal body later is other evidence', async () => {
  const first = splunkClient(server.url, token)
  const body = first.body(sameRows(20))
  expect((await first.once(body)).status).toBe(200)
  const room = crowd()
  expect((await first.once(first.body(someRows(1)))).status).toBe(503)
  room()
  first.close()
  await sleep(A_RETRY_MS)
  const second = splunkClient(server.url, token)
  expect((await second.once(body)).status).toBe(200)
  second.close()
  expect(await deliveries(tenant)).toHaveLength(2)
})
