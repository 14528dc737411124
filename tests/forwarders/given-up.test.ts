import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { partsOf } from '../support/children.ts'
import { type Fleet, tenantsOf } from '../support/tenants-of.ts'
import { startWholeProduct, type WholeProduct } from '../support/whole-product.ts'
import { sameRows } from './rows.ts'
import { logscaleClient, splunkClient } from './stock-clients.ts'

let product: WholeProduct
let fleets: Fleet[]
beforeAll(async () => {
  product = await startWholeProduct()
  fleets = await tenantsOf(product.url, 4)
}, 120_000)
afterAll(() => product?.stop())

// As large as stock clients send: what is smaller is dropped with its connection, before it is read.
const ROWS = 1_000

/** How many rows each of its deliveries stored, once all are loaded. */
async function stored({ headers }: Fleet): Promise<number[]> {
  for (;;) {
    const answer = await fetch(`${product.url}/api/ingestion/batches`, { headers })
    const rows = (await answer.json()) as { state: string; stored: number }[]
    if (rows.every(({ state }) => state === 'done')) return rows.map((row) => row.stored)
    await sleep(100)
  }
}

/** Nobody reads meanwhile, as while the web process is started again: what is sent waits in the connections. */
async function whileNobodyReads(work: () => Promise<unknown>) {
  const { web } = partsOf(product.child.pid!)
  process.kill(web!, 'SIGSTOP')
  await work().finally(() => process.kill(web!, 'SIGCONT'))
}

for (const [n, open] of [splunkClient, logscaleClient].entries()) {
  const door = ['splunk', 'logscale'][n]!
  const clients = (token: string, count: number) => Array.from({ length: count }, () => open(product.url, token))
  const tokenOf = ({ headers }: Fleet) => headers.authorization!.replace(/^\w+ /, '')

  test(`${door}: a body of one row again and again that its sender gave up twice is taken once`, async () => {
    const [first, second, third] = clients(tokenOf(fleets[n]!), 3)
    const body = first!.body(sameRows(ROWS))
    let last: Promise<{ status: number }> | undefined
    await whileNobodyReads(async () => {
      for (const given of [first!, second!]) await given.once(body, true).catch(() => {})
      last = third!.once(body)
      await sleep(200)
    })
    expect((await last!).status).toBe(200)
    await sleep(1_000) // what was given up may be entered after what was answered
    expect(await stored(fleets[n]!)).toEqual([ROWS])
    for (const client of [first!, second!, third!]) client.close()
  })

  test(`${door}: two such bodies whose senders both still wait are two`, async () => {
    const two = clients(tokenOf(fleets[n + 2]!), 2)
    const body = two[0]!.body(sameRows(ROWS))
    let both: Promise<{ status: number }[]> | undefined
    await whileNobodyReads(async () => {
      both = Promise.all(two.map((client) => client.once(body)))
      await sleep(200)
    })
    expect((await both!).map(({ status }) => status)).toEqual([200, 200])
    expect(await stored(fleets[n + 2]!)).toEqual([ROWS, ROWS])
    for (const client of two) client.close()
  })
}
