import { type ChildProcess, fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { projectRoot } from '#db/root.ts'
import { openBase, WEB_CLIENTS } from '#server/base.ts'
import { readEnv } from '#server/platform/env.ts'
import { leastOf, msOf } from '../support/least.ts'
import { ownServer } from '../support/own-server.ts'
import { plant } from '../support/planted.ts'
import { callProcedure, send } from '../support/product-client.ts'
import { base, installation, newTenant, PASSWORD } from '../support/world.ts'

const settings = {
  NODE_ENV: 'test' as const,
  APP_DATABASE_URL: installation.loginUrl,
  CLICKHOUSE_URL: installation.clickhouseUrl,
  SECRET_KEY: installation.secretKey,
  LOG_LEVEL: 'silent',
}

test('with every database connection held, each door says 503 within 2.5 s, and works a second after', async () => {
  const tenant = await plant(base)
  const [cookie, token] = [await tenant.cookie('admin'), await tenant.jwt('admin')]
  const own = await openBase(readEnv({ ...settings, DATA_DIR: installation.dataDir }), 'web')
  const server = await ownServer(own)
  const { url } = server
  const doors = {
    page: () => send('/hosts', { headers: { cookie } }, url),
    data: () => send('/hosts.data', { headers: { cookie } }, url),
    'sign-in page': () => send('/login', {}, url),
    procedure: () => callProcedure('hosts.list', { type: 'query', input: {}, cookie, url }),
    rest: () => send('/api/hosts', { headers: { authorization: `Bearer ${token}` } }, url),
    'sign-in': () =>
      send(
        '/api/auth/login',
        {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ username: 'x', password: PASSWORD }),
        },
        url,
      ),
    ready: () => send('/ready', {}, url),
  }
  const askAll = async () =>
    Object.fromEntries(
      await Promise.all(
        Object.entries(doors).map(async ([name, ask]) => {
          let answer = { status: 0, text: '' }
          const once = async () => {
            answer = await ask()
          }
          const late = (await leastOf(2_500, () => msOf(once))) > 2_500 ? ', late' : ''
          const { status, text } = answer
          return [name, `${status}${late}${status === 500 ? text.slice(0, 200) : ''}`]
        }),
      ),
    )
  const working = await askAll()
  expect(working).toEqual({
    page: '200',
    data: '200',
    'sign-in page': '200',
    procedure: '200',
    rest: '200',
    'sign-in': '401',
    ready: '200',
  })

  const release = await holdAll(own)
  const held = await askAll()
  const alive = await send('/health', {}, url)
  await release()
  const works = async () => expect(await askAll()).toEqual(working)
  expect(await leastOf(1_000, () => msOf(works))).toBeLessThan(1_000)
  expect(held).toEqual(Object.fromEntries(Object.keys(doors).map((name) => [name, '503'])))
  expect(alive.status).toBe(200)
  await server.close()
  await own.close()
})

/** Takes all connections of a web process; resolves to what gives them back. */
async function holdAll({ pool }: Awaited<ReturnType<typeof openBase>>): Promise<() => Promise<void>> {
  let letGo = () => {}
  const over = new Promise<void>((resolve) => {
    letGo = resolve
  })
  const holders: Promise<void>[] = []
  const hold = () =>
    new Promise<void>((resolve) => {
      const holder = pool.connection().execute(async (db) => {
        await sql`select 1`.execute(db)
        resolve()
        await over
      })
      holders.push(holder)
    })
  await Promise.all(Array.from({ length: WEB_CLIENTS }, hold))
  return async () => {
    letGo()
    await Promise.all(holders)
  }
}

/** A server of which a tenant's one begun delivery takes all the room it has, until `end`. */
async function fullFor(authorization: string) {
  const own = await openBase(
    readEnv({ ...settings, DATA_DIR: installation.dataDir, MAX_TENANT_BYTES_IN_FLIGHT: String(2 * 1024 * 1024) }),
    'web',
  )
  const server = await ownServer(own)
  const begun = request(`${server.url}${DELIVER}`, {
    method: 'POST',
    headers: { authorization, 'content-length': 4 * 1024 * 1024 },
  })
  begun.on('error', () => {})
  begun.write('{"a":1}\n')
  await expect.poll(() => own.admission.figures().inFlight).toBeGreaterThan(0)
  const end = async () => {
    begun.destroy()
    await expect.poll(() => own.admission.figures().inFlight).toBe(0)
  }
  return { own, server, end }
}

const DELIVER = '/api/ingestion/batches?artifact=A.B&hostname=h'

/** What a client reads that looks for an answer only once all of its body is sent. */
function readAfterSending(url: string, authorization: string, bytes: number): Promise<string> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  const head = `POST ${DELIVER} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nAuthorization: ${authorization}\r\nContent-Length: ${bytes}\r\n\r\n`
  return new Promise<string>((resolve, reject) => {
    socket.on('error', reject)
    socket.write(head)
    socket.write(Buffer.alloc(bytes, 'x'), () => socket.once('data', (answer) => resolve(answer.toString())))
  }).finally(() => socket.destroy())
}

test('who is refused reads why, though all of a large body is sent first, and with a small one the connection goes on', async () => {
  const tenant = await newTenant()
  const { token } = await tenant.as('admin').sources.create({ name: 'flood' } as never)
  const authorization = `Bearer ${token}`
  const { own, server, end } = await fullFor(authorization)
  for (let n = 0; n < 6; n += 1) {
    expect(await readAfterSending(server.url, authorization, 12 * 1024 * 1024)).toMatch(/^HTTP\/1.1 429 /)
  }
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const small = () =>
    new Promise((resolve, reject) => {
      const sending = request(`${server.url}${DELIVER}`, { method: 'POST', agent, headers: { authorization } })
      sending.on('error', reject)
      sending.on('response', (answer) => answer.resume().on('end', () => resolve(answer.statusCode)))
      sending.end('{"a":1}\n'.repeat(500))
    })
  for (let n = 0; n < 4; n += 1) expect(await small()).toBe(429)
  agent.destroy()
  await end()
  await server.close()
  await own.close()
})

test('a source whose tenant sends too much at once is refused from memory, the database unasked', async () => {
  const tenant = await newTenant()
  const { token } = await tenant.as('admin').sources.create({ name: 'flood' } as never)
  const authorization = `Bearer ${token}`
  const { own, server, end } = await fullFor(authorization)
  const deliver = async (authorization: string) => {
    const init = { method: 'POST', headers: { authorization }, body: '{"a":1}' }
    return (await fetch(`${server.url}${DELIVER}`, init)).status
  }
  expect(await deliver(authorization)).toBe(429)
  const release = await holdAll(own)
  expect([await deliver(authorization), await deliver('Bearer vcs_unknown')]).toEqual([429, 503])
  await release()
  await end()
  expect(await deliver(authorization)).toBe(201)
  await server.close()
  await own.close()
})

test('told to stop under load, the web process ends what it has begun, takes nothing new, and leaves within 15 s', async () => {
  const tenant = await newTenant()
  const dataDir = mkdtempSync(join(tmpdir(), 'velocicompanion-web-'))
  const child = fork(join(projectRoot, 'build/server/web.js'), {
    env: { ...process.env, ...settings, PORT: '0', DATA_DIR: dataDir },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const url = `http://127.0.0.1:${(await hello(child)).port}`
  const gone = new Promise<number | null>((resolve) => child.once('exit', resolve))
  // Each takes a while: a password is hashed, two at a time.
  const body = JSON.stringify({ username: tenant.people.user.username, password: PASSWORD })
  const logins = Array.from({ length: 30 }, () =>
    send('/api/auth/login', { method: 'POST', headers: { 'content-type': 'application/json' }, body }, url),
  )
  const probe = async () => (await send('/ready', {}, url).catch(() => null))?.status ?? 'refused'
  expect(await probe()).toBe(200)
  await Promise.race(logins) // by then all of them have come in

  const asked = performance.now()
  child.kill('SIGTERM')
  await sleep(50)
  const probes = [await probe(), await probe()]
  const answers = (await Promise.all(logins)).map(({ status }) => status)
  expect(answers).toEqual(Array(30).fill(200))
  expect(await gone).toBe(0)
  expect(performance.now() - asked).toBeLessThan(15_000)
  expect(probes.filter((answer) => answer !== 503 && answer !== 'refused')).toEqual([])
  rmSync(dataDir, { recursive: true, force: true })
})

const hello = (child: ChildProcess) =>
  new Promise<{ port: number }>((resolve, reject) => {
    child.once('message', (message) => resolve(message as { port: number }))
    child.once('exit', (code) => reject(new Error(`web ended with ${code}`)))
  })
