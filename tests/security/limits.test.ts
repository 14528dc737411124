import { connect as dial, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { openBase } from '#server/base.ts'
import { readEnv } from '#server/platform/env.ts'
import { type OwnServer, ownServer } from '../support/own-server.ts'
import { send } from '../support/product-client.ts'
import { connect } from '../support/second-database.ts'
import { base, installation, newTenant, type Tenant } from '../support/world.ts'

const MB = 1024 * 1024
const own = await openBase(
  readEnv({
    NODE_ENV: 'test',
    APP_DATABASE_URL: installation.loginUrl,
    CLICKHOUSE_URL: installation.clickhouseUrl,
    DATA_DIR: installation.dataDir,
    SECRET_KEY: installation.secretKey,
    LOG_LEVEL: 'silent',
    MAX_TENANT_BYTES_IN_FLIGHT: String(4 * MB),
    MAX_BYTES_IN_FLIGHT: String(8 * MB),
    MAX_TENANT_BACKLOG_BYTES: String(100 * MB),
  }),
  'web',
)
const superuser = await connect(installation.adminUrl)
let server: OwnServer
const sockets: Socket[] = []
beforeAll(async () => {
  server = await ownServer(own)
})
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  await expect.poll(() => figures().inFlight).toBe(0)
})
afterAll(async () => {
  await server.close()
  await own.close()
  await superuser.end()
})

const tokenOf = (tenant: Tenant) =>
  base.auth.tokens.issue({ accountId: tenant.people.user.id, tenantId: tenant.id, epoch: 1, role: 'user' })
const upload = async (tenant: Tenant, body = '{"a":1}') =>
  send(
    '/api/ingestion/batches?artifact=A&hostname=h',
    { method: 'POST', headers: { authorization: `Bearer ${await tokenOf(tenant)}` }, body },
    server.url,
  )

/** A connection that has sent the head of an upload and then what it is told to; `got` is what came back. */
async function begin(tenant: Tenant, headers: string[]) {
  const { port } = new URL(server.url)
  const socket = dial(Number(port), '127.0.0.1')
  sockets.push(socket)
  const seen = { got: '', closedAfter: null as number | null }
  const started = Date.now()
  socket.on('data', (bytes) => {
    seen.got += bytes.toString('latin1')
  })
  socket.on('error', () => {})
  socket.on('close', () => {
    seen.closedAfter = Date.now() - started
  })
  const head = [
    'POST /api/ingestion/batches?artifact=A&hostname=h HTTP/1.1',
    `Host: 127.0.0.1:${port}`,
    `Authorization: Bearer ${await tokenOf(tenant)}`,
    ...headers,
  ]
  socket.write(`${head.join('\r\n')}\r\n\r\n`)
  return { socket, seen, status: () => Number(seen.got.match(/^HTTP\/1\.1 (\d{3})/)?.[1] ?? 0) }
}

const figures = () => own.admission.figures()

describe('bytes in flight', () => {
  test('a tenant that sends as much as it may is refused the next with 429 and a time; nobody else notices', async () => {
    const [loud, quiet] = await Promise.all([newTenant(), newTenant()])
    const slow = [await begin(loud, ['Content-Length: 50000000']), await begin(loud, ['Content-Length: 50000000'])]
    await expect.poll(() => figures().inFlight).toBe(4 * MB)
    const refused = await upload(loud)
    expect([refused.status, JSON.parse(refused.text).detail]).toEqual([
      429,
      expect.stringContaining('Nothing was kept'),
    ])
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
    expect(Number(refused.headers.get('retry-after'))).toBeLessThanOrEqual(120)
    expect([200, 201, 202]).toContain((await upload(quiet)).status)
    // The people of the loud tenant are told why; those of the quiet one have nothing to be told.
    expect(own.admission.pressure(loud.id)).toMatchObject({ cause: 'full', own: true })
    expect(own.admission.pressure(quiet.id)).toBeNull()
    const metrics = (await send('/metrics', {}, server.url)).text
    expect(metrics).toContain(`intake_bytes_in_flight ${4 * MB}`)
    expect(metrics).toMatch(/intake_refused_total\{cause="full"\} [1-9]/)

    for (const { socket } of slow) socket.destroy()
    await expect.poll(() => figures().inFlight).toBe(0)
    expect([200, 201, 202]).toContain((await upload(loud)).status)
  })

  test('the whole server full answers 503 to everybody', async () => {
    const tenants = await Promise.all([newTenant(), newTenant(), newTenant()])
    const full = ['Content-Length: 50000000']
    const slow = []
    for (const tenant of [tenants[0]!, tenants[0]!, tenants[1]!, tenants[1]!]) slow.push(await begin(tenant, full))
    await expect.poll(() => figures().inFlight).toBe(8 * MB)
    expect((await upload(tenants[2]!)).status).toBe(503)
    for (const { socket } of slow) socket.destroy()
    await expect.poll(() => figures().inFlight).toBe(0)
  })

  test('a body of unknown length is charged as it grows, and no more than it can hold in memory', async () => {
    const tenant = await newTenant()
    const { socket } = await begin(tenant, ['Transfer-Encoding: chunked'])
    await expect.poll(() => figures().inFlight).toBe(64 * 1024)
    const chunk = 'x'.repeat(MB)
    socket.write(`${MB.toString(16)}\r\n${chunk}\r\n`)
    await expect.poll(() => figures().inFlight).toBe(MB)
    for (let n = 0; n < 5; n += 1) socket.write(`${MB.toString(16)}\r\n${chunk}\r\n`)
    await expect.poll(() => figures().inFlight).toBe(2 * MB)
    socket.destroy()
    await expect.poll(() => figures().inFlight).toBe(0)
  })

  test('100-continue is said only to who is admitted; a refused client is answered without sending its body', async () => {
    const tenant = await newTenant()
    const asking = ['Content-Length: 3000000', 'Expect: 100-continue']
    const first = await begin(tenant, asking)
    await expect.poll(() => first.seen.got).toContain('HTTP/1.1 100 Continue')
    const second = await begin(tenant, asking)
    await expect.poll(() => second.seen.got).toContain('HTTP/1.1 100 Continue')
    const third = await begin(tenant, asking)
    await expect.poll(() => third.status()).toBe(429)
    expect(third.seen.got).not.toContain('100 Continue')
    await expect.poll(() => third.seen.closedAfter).not.toBeNull()
    const nobody = await begin(tenant, [...asking, 'Authorization: Bearer of nothing'])
    await expect.poll(() => nobody.status()).toBeGreaterThanOrEqual(400)
    expect(nobody.seen.got).not.toContain('100 Continue')
    for (const { socket } of [first, second]) socket.destroy()
    await expect.poll(() => figures().inFlight).toBe(0)
  })
})

describe('the backlog', () => {
  // What a loader holds while it works: nothing of this tenant is loaded meanwhile.
  const lock = (tenant: Tenant) => `hashtextextended('velocicompanion.load.${tenant.id}', 0)`
  const wait = async (tenant: Tenant, bytes: number, minutes = 0) => {
    await superuser.query(`select pg_advisory_lock(${lock(tenant)})`)
    await superuser.query(
      `insert into batch (tenant_id, state, bytes, sha256, created_at) values ($1, 'spooled', $2, 'none', now() - $3 * interval '1 minute')`,
      [tenant.id, bytes, minutes],
    )
  }
  const over = async (tenant: Tenant) => {
    await superuser.query(`delete from batch where tenant_id = $1 and sha256 = 'none'`, [tenant.id])
    await superuser.query(`select pg_advisory_unlock(${lock(tenant)})`)
  }
  const LARGE = `{"a":"${'x'.repeat(1.1 * MB)}"}`
  const refusalOf = async (tenant: Tenant) => {
    const { status, headers } = await upload(tenant, LARGE) // nobody waits for the load of a large one
    return [status < 300 ? 'kept' : status, Number(headers.get('retry-after') ?? 0)] as const
  }

  test('of one tenant refuses that tenant only, for as long as it lasts', async () => {
    const [loud, quiet] = await Promise.all([newTenant(), newTenant()])
    expect((await refusalOf(loud))[0]).toBe('kept')
    await wait(loud, 2_000 * MB)
    await expect.poll(async () => (await refusalOf(loud))[0], { interval: 300 }).toBe(429)
    const [, seconds] = await refusalOf(loud)
    expect(seconds).toBeGreaterThan(20) // 1,900 MB too much, at the rate first guessed
    expect((await refusalOf(quiet))[0]).toBe('kept')
    expect(own.admission.pressure(loud.id)).toMatchObject({ cause: 'backlog', own: true })
    await over(loud)
    await expect.poll(async () => (await refusalOf(loud))[0], { interval: 300 }).toBe('kept')
  })

  test('that does not move for an hour says 503, since it is not the tenant’s fault', async () => {
    const tenant = await newTenant()
    await wait(tenant, 10, 61)
    await expect.poll(async () => (await refusalOf(tenant))[0], { interval: 300 }).toBe(503)
    await over(tenant)
  })
})

describe('slow and half-open clients', () => {
  test('are cut within 35 s, each kind, while pages answer', async () => {
    const tenant = await newTenant()
    const started = Date.now()
    const { port } = new URL(server.url)
    const silent = dial(Number(port), '127.0.0.1')
    const dripping = dial(Number(port), '127.0.0.1')
    const late: Record<string, number> = {}
    for (const [name, socket] of Object.entries({ silent, dripping })) {
      sockets.push(socket)
      socket.on('error', () => {})
      socket.on('data', () => {})
      socket.on('close', () => {
        late[name] = Date.now() - started
      })
    }
    dripping.write('GET /login HTTP/1.1\r\n')
    const body = await begin(tenant, ['Content-Length: 50000000'])
    const stalled = await begin(tenant, ['Content-Length: 50000000'])
    const drip = setInterval(() => {
      dripping.write('X-Slow: yes\r\n')
      body.socket.write('x')
    }, 1_000)
    const pages = new Set<number>()
    while (
      Date.now() - started < 36_000 &&
      (Object.keys(late).length < 2 || !body.seen.closedAfter || !stalled.seen.closedAfter)
    ) {
      pages.add((await send('/login', {}, server.url)).status)
      await sleep(500)
    }
    clearInterval(drip)
    const all = [late.silent, late.dripping, body.seen.closedAfter, stalled.seen.closedAfter]
    expect(all.map((ms) => typeof ms === 'number' && ms < 35_000)).toEqual([true, true, true, true])
    expect([...pages]).toEqual([200])
    await expect.poll(() => figures().inFlight).toBe(0)
  })
})
