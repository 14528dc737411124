import { readFileSync } from 'node:fs'
import { Agent, type IncomingMessage, request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { memoryOf } from '../bench/rest-client.ts'
import { partsOf } from '../support/children.ts'
import { type Fleet, tenantsOf } from '../support/tenants-of.ts'
import { startWholeProduct, type WholeProduct } from '../support/whole-product.ts'

// SECONDS, UPLOADS and PAGES make a shorter run: the figures hold for the full one.
const SECONDS = Number(process.env.SECONDS ?? 60)
const UPLOADS = Number(process.env.UPLOADS ?? 200)
const PAGES = Number(process.env.PAGES ?? 200)
const MB = 1024 * 1024

const agent = new Agent({ keepAlive: true })
let product: WholeProduct
let fleets: Fleet[]
beforeAll(async () => {
  product = await startWholeProduct({ LOG_LEVEL: 'info' })
  fleets = await tenantsOf(product.url, 8)
}, 120_000)
afterAll(async () => {
  await product?.stop()
})

const tell = (text: string) => process.stdout.write(`${text}\n`)
const quantile = (values: number[], share: number) =>
  Math.round([...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0)

const LINE = `{"Artifact":"Load","Hostname":"ws-1","n":0000000000,"pad":"${'x'.repeat(440)}"}\n`
const AT = LINE.indexOf('0000000000')
let count = 0
/** Some `bytes` of rows that nobody has sent before: one line again and again, each with a number of its own. */
function rows(bytes: number): Buffer {
  const body = Buffer.from(LINE.repeat(Math.ceil(bytes / LINE.length)))
  for (let at = AT; at < body.length; at += LINE.length) {
    count += 1
    body.write(String(1e9 + count), at, 'latin1')
  }
  return body
}

/** Until nothing waits to be loaded: what one test sent is not to slow the next. */
async function drained() {
  for (;;) {
    const metrics = await (await fetch(`${product.url}/metrics`)).text()
    if (/^intake_backlog_bytes 0$/m.test(metrics)) return
    await sleep(500)
  }
}

type Sent = { status: number; ms: number; retryAfter: number }
/** By the plainest client there is: what it costs is taken from the server, which shares the machine. */
async function send({ headers }: Fleet, body: Buffer): Promise<Sent> {
  const started = performance.now()
  const answer = await new Promise<IncomingMessage | null>((resolve) => {
    const sending = request(`${product.url}/api/ingestion/batches`, { method: 'POST', agent, headers })
    sending.on('response', (answer) => answer.resume().on('close', () => resolve(answer)))
    sending.on('error', () => resolve(null))
    sending.end(body)
  })
  const retryAfter = Number(answer?.headers['retry-after'] ?? 0)
  return { status: answer?.statusCode ?? 0, ms: performance.now() - started, retryAfter }
}

/** So many senders, each at once again after an answer, for so many seconds. What was refused is sent again. */
async function flood(fleet: Fleet, senders: number, bytes: number, seconds: number): Promise<Sent[]> {
  const until = Date.now() + seconds * 1000
  const seen: Sent[] = []
  const one = async () => {
    let body = rows(bytes)
    while (Date.now() < until) {
      const sent = await send(fleet, body)
      seen.push(sent)
      if (sent.status === 201 || sent.status === 202) body = rows(bytes)
    }
  }
  await Promise.all(Array.from({ length: senders }, one))
  return seen
}

/** How long the server itself took for the answers of a status, from its log. */
function served(status: number): number[] {
  const lines = readFileSync(join(product.dataDir, 'logs/app.log'), 'utf8').split('\n')
  return lines
    .filter(
      (line) =>
        line.includes('"msg":"request"') && line.includes(`"status":${status},`) && line.includes('/ingestion/batches'),
    )
    .map((line) => JSON.parse(line).ms as number)
}

const kept = (seen: Sent[]) => seen.filter(({ status }) => status === 201 || status === 202)
const refused = (seen: Sent[]) => seen.filter(({ status }) => status === 429 || status === 503)

/** The median and the tail of a page, asked for one after the other. */
async function pageTimes(cookie: string, pages: number) {
  const times: number[] = []
  for (let n = 0; n < pages; n += 1) {
    const started = performance.now()
    const answer = await fetch(product.url + ['/', '/hosts', '/deliveries', '/rows?artifact=Load'][n % 4], {
      headers: { cookie },
    })
    await answer.text()
    expect(answer.status).toBe(200)
    times.push(performance.now() - started)
    await sleep(20)
  }
  return { p50: quantile(times, 0.5), p95: quantile(times, 0.95) }
}

test('200 slow uploads of 50 MB hold no more memory than they may, and those refused know when to come back', {
  timeout: 600_000,
}, async () => {
  const { hostname, port } = new URL(product.url)
  const sockets: Socket[] = []
  const seen = new Map<number, number>()
  for (let n = 0; n < UPLOADS; n += 1) {
    const socket = connect(Number(port), hostname)
    sockets.push(socket)
    const { authorization } = fleets[n % fleets.length]!.headers
    socket.on('error', () => {})
    socket.on('data', (bytes) => {
      const status = Number(bytes.toString('latin1').match(/^HTTP\/1\.1 (\d{3})/)?.[1] ?? 0)
      if (status) seen.set(status, (seen.get(status) ?? 0) + 1)
    })
    socket.write(
      `POST /api/ingestion/batches HTTP/1.1\r\nHost: ${hostname}:${port}\r\nAuthorization: ${authorization}\r\nContent-Length: ${50 * MB}\r\n\r\n`,
    )
  }
  const chunk = rows(64 * 1024)
  const pid = partsOf(product.child.pid!).web!
  let most = 0
  for (const until = Date.now() + SECONDS * 1000; Date.now() < until; await sleep(100)) {
    for (const socket of sockets) if (socket.writable && socket.writableLength < MB) socket.write(chunk)
    most = Math.max(most, memoryOf(pid).now)
  }
  for (const socket of sockets) socket.destroy()
  tell(
    `${UPLOADS} slow uploads for ${SECONDS} s: web ${most} MB at most, answers ${JSON.stringify(Object.fromEntries(seen))}`,
  )
  expect(most).toBeLessThan(512)
  expect([...seen.keys()].filter((status) => ![429, 503].includes(status))).toEqual([])
})

test('five times as much as there is room for: refusals are quick and say when, nothing fails, the rest goes as fast as ever', {
  timeout: 600_000,
}, async () => {
  await drained()
  const alone = kept(await flood(fleets[1]!, 8, MB, SECONDS)).length
  await drained()
  const before = served(429).length + served(503).length
  const seen = await flood(fleets[2]!, 60, MB, SECONDS)
  const took = [...served(429), ...served(503)].slice(before)
  const goodput = kept(seen).length / alone
  tell(
    `overload: ${alone} deliveries in ${SECONDS} s alone, ${kept(seen).length} of ${seen.length} with as many senders as is five times the room (${Math.round(goodput * 100)} %); refusals took the server ${quantile(took, 0.5)} ms (p95 ${quantile(took, 0.95)} ms)`,
  )
  expect(seen.filter(({ status }) => ![201, 202, 429, 503].includes(status))).toEqual([])
  expect(refused(seen).length).toBeGreaterThan(0)
  expect(refused(seen).filter(({ retryAfter }) => retryAfter < 1 || retryAfter > 120)).toEqual([])
  expect(quantile(took, 0.5)).toBeLessThan(50)
  expect(goodput).toBeGreaterThan(0.8)
})

test('pages answer while rows come in at full speed', { timeout: 600_000 }, async () => {
  const [fleet] = fleets
  await send(fleet!, rows(MB))
  await drained()
  await pageTimes(fleet!.cookie, 20)
  const idle = await pageTimes(fleet!.cookie, PAGES)
  const loading = flood(fleets[3]!, 1, 4 * MB, SECONDS) // more than can be loaded
  await sleep(2_000)
  const busy = await pageTimes(fleet!.cookie, PAGES)
  await loading
  tell(
    `pages: p50 ${idle.p50} ms and p95 ${idle.p95} ms idle, p50 ${busy.p50} ms and p95 ${busy.p95} ms while rows come in`,
  )
  expect(busy.p95).toBeLessThan(500)
})

test('a quiet tenant’s deliveries do not wait for a loud one’s', { timeout: 900_000 }, async () => {
  const [, , , , quiet, loud] = fleets
  const small = async () => {
    const started = performance.now()
    for (;;) {
      const { status } = await send(quiet!, rows(4_000))
      if (status === 201) return performance.now() - started
      if (status !== 202) continue
      return Number.POSITIVE_INFINITY // kept, but not loaded within ten seconds
    }
  }
  const times = async () => {
    const all: number[] = []
    for (let n = 0; n < Math.max(5, PAGES / 10); n += 1) {
      all.push(await small())
      await sleep(200)
    }
    return all
  }
  await drained()
  await small()
  const solo = await times()
  const flooding = flood(loud!, 4, MB, SECONDS)
  await sleep(2_000)
  const beside = await times()
  await flooding
  tell(
    `a small delivery from first byte to searchable: p50 ${quantile(solo, 0.5)} ms and p95 ${quantile(solo, 0.95)} ms alone, p50 ${quantile(beside, 0.5)} ms and p95 ${quantile(beside, 0.95)} ms beside a flood`,
  )
  expect(beside.filter((ms) => ms === Number.POSITIVE_INFINITY)).toEqual([])
})
