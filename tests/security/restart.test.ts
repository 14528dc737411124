import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { restClient } from '../bench/rest-client.ts'
import { alive, partsOf } from '../support/children.ts'
import { startWholeProduct, type WholeProduct } from '../support/whole-product.ts'

let product: WholeProduct
beforeAll(async () => {
  product = await startWholeProduct()
})
afterAll(async () => {
  await product?.stop()
})

const ready = async (within: number) => {
  const since = Date.now()
  while (!(await fetch(`${product.url}/ready`).catch(() => null))?.ok) {
    expect(Date.now() - since).toBeLessThan(within)
    await sleep(25)
  }
}

/** Asks for `path` again and again until told to stop; gives the statuses that came. `more` waits for some more of one. */
function hammer(path: string, headers: Record<string, string>) {
  let going = true
  const seen = new Map<number, number>()
  const done = (async () => {
    while (going) {
      const status = (await fetch(product.url + path, { headers }).catch(() => null))?.status ?? 0
      seen.set(status, (seen.get(status) ?? 0) + 1)
      await sleep(20)
    }
  })()
  const stop = async () => {
    going = false
    await done
    return seen
  }
  const more = async (count: number, status: number) => {
    const before = seen.get(status) ?? 0
    await expect.poll(() => seen.get(status) ?? 0).toBeGreaterThanOrEqual(before + count)
  }
  return { stop, more }
}

test('a download leaves one line of JSON in the log, and no warning of the runtime beside it', async () => {
  const { headers } = await restClient(product.url)
  const answer = await fetch(`${product.url}/api/rows/export?format=jsonl`, { headers })
  expect([answer.status, (await answer.text()).length > 0]).toEqual([200, true])
  const lines = () => readFileSync(join(product.dataDir, 'logs/app.log'), 'utf8').split('\n').filter(Boolean)
  await expect.poll(() => lines().some((line) => line.includes('/api/rows/export'))).toBe(true)
  expect(lines().filter((line) => !line.startsWith('{"level":'))).toEqual([])
})

test('PostgreSQL killed under load: the web process lives on, answers 503 meanwhile, and recovers', async () => {
  const { headers } = await restClient(product.url)
  const web = partsOf(product.child.pid!).web
  const { stop, more } = hammer('/api/hosts', headers)
  await more(5, 200)
  process.kill(partsOf(product.child.pid!).PostgreSQL!, 'SIGKILL')
  await sleep(50)
  await ready(30_000)
  await more(5, 200)
  const seen = await stop()
  expect([...seen.keys()].filter((status) => status !== 200 && status !== 503)).toEqual([])
  expect(partsOf(product.child.pid!).web).toBe(web)
})

test('who calls while the web process is started again waits, and nobody is refused', async () => {
  const { headers } = await restClient(product.url)
  const web = partsOf(product.child.pid!).web!
  process.kill(web, 'SIGKILL')
  // Until it has ended and we know that the connections kept open to it are gone: those would be refused by nobody.
  await expect.poll(() => alive(web)).toBe(false)
  await sleep(50)
  await new Promise((noticed) => setImmediate(noticed))
  const calls = Array.from({ length: 20 }, () => fetch(`${product.url}/api/hosts`, { headers }))
  expect((await Promise.all(calls)).map(({ status }) => status)).toEqual(Array(20).fill(200))
  expect(partsOf(product.child.pid!).web).not.toBe(web)
})

test('the row engine killed: records still answer, row pages say 503, and it comes back', async () => {
  const client = await restClient(product.url)
  const cookie = await client.cookie()
  const rows = () => fetch(`${product.url}/api/trpc/telemetry.artifacts?input=%7B%7D`, { headers: { cookie } })
  expect((await rows()).status).toBe(200)
  await expect.poll(async () => (await fetch(`${product.url}/api/hosts`, { headers: client.headers })).status).toBe(200)
  process.kill(partsOf(product.child.pid!).ClickHouse!, 'SIGKILL')
  await sleep(50)
  expect((await fetch(`${product.url}/api/hosts`, { headers: client.headers })).status).toBe(200)
  await ready(30_000)
  expect((await rows()).status).toBe(200)
})

test('a killed worker is back and loads what was delivered meanwhile', async () => {
  const client = await restClient(product.url)
  process.kill(partsOf(product.child.pid!).worker!, 'SIGKILL')
  const answer = await fetch(`${product.url}/api/ingestion/batches?artifact=Test.Restart&hostname=WS-1`, {
    method: 'POST',
    headers: client.headers,
    body: '{"a":1}',
  })
  const { id } = (await answer.json()) as { id: number }
  for (const until = Date.now() + 50_000; (await client.batch(id)).state !== 'done'; await sleep(100)) {
    expect(Date.now()).toBeLessThan(until)
  }
  expect(await client.batch(id)).toMatchObject({ received: 1, stored: 1 })
})

test('SIGTERM ends everything, engines included, within fifteen seconds and with 0', async () => {
  const parts = Object.values(partsOf(product.child.pid!))
  expect(parts).toHaveLength(4)
  const since = Date.now()
  expect(await product.stop()).toBe(0)
  expect(Date.now() - since).toBeLessThan(15_000)
  expect(parts.filter(alive)).toEqual([])
  product = undefined as unknown as WholeProduct
})
