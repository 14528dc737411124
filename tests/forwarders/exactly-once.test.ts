import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { installation, newTenant } from '../support/world.ts'
import { deliveries, newSource, sameRows, someRows, sorted, storedRows } from './rows.ts'
import { asSent, elasticClient, logscaleClient, splunkClient } from './stock-clients.ts'

// Stock clients wait two seconds at least before they send a body again.
const A_RETRY = 2_000

const rawsOf = async (tenant: Awaited<ReturnType<typeof newTenant>>) => (await storedRows(tenant)).map(({ raw }) => raw)

async function opened() {
  const tenant = await newTenant()
  const { token } = await newSource(tenant)
  const clients = {
    elastic: elasticClient(installation.url, token),
    splunk: splunkClient(installation.url, token),
    logscale: logscaleClient(installation.url, token),
  }
  const close = () => {
    for (const client of Object.values(clients)) client.close()
  }
  return { tenant, token, ...clients, close }
}

test('an Elastic buffer whose answer was lost comes again with more rows behind: each row is there once', async () => {
  const { tenant, elastic, close } = await opened()
  const rows = someRows(600)
  for (let at = 0; at < rows.length; at += 100) {
    for (const row of rows.slice(at, at + 100)) elastic.add(row)
    await elastic.tick({ cut: at < 500 })
  }
  expect(elastic.pending()).toBe(0)
  expect(sorted(await rawsOf(tenant))).toEqual(sorted(rows.map(asSent.elastic)))
  close()
})

test('the same Elastic buffer sent twenty times at once is one delivery, and all are told it is safe', async () => {
  const { tenant, token, close } = await opened()
  const clients = Array.from({ length: 20 }, () => elasticClient(installation.url, token))
  const rows = someRows(50)
  const body = rows.map((row, n) => `{ "index" : {"_id" : "${n}", "_index": "x"} }\n${asSent.elastic(row)}\n`).join('')
  const answers = await Promise.all(
    clients.map(() =>
      fetch(`${installation.url}/ingest/elastic/_bulk`, {
        method: 'POST',
        body,
        headers: { authorization: `APIKey ${token}` },
      }),
    ),
  )
  expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200))
  expect(sorted(await rawsOf(tenant))).toEqual(sorted(rows.map(asSent.elastic)))
  expect(await deliveries(tenant)).toHaveLength(1)
  for (const client of clients) client.close()
  close()
})

test('rows that are equal to the byte, in one body and in several, are all kept: each has an id of its own', async () => {
  const { tenant, elastic, close } = await opened()
  const rows = sameRows(120)
  for (let at = 0; at < rows.length; at += 40) {
    for (const row of rows.slice(at, at + 40)) elastic.add(row)
    expect((await elastic.tick())?.status).toBe(200)
  }
  expect(await rawsOf(tenant)).toEqual(rows.map(asSent.elastic))
  close()
})

test('rows that share an id of their own are all kept too, and stay so when their buffer comes again', async () => {
  const { tenant, token, close } = await opened()
  const body = `{ "index" : {"_id" : "own", "_index": "x"} }\n${asSent.elastic(someRows(1)[0]!)}\n`.repeat(2)
  const send = (text: string) =>
    fetch(`${installation.url}/ingest/elastic/_bulk`, {
      method: 'POST',
      body: text,
      headers: { authorization: `APIKey ${token}` },
    })
  expect((await send(body)).status).toBe(200)
  expect((await send(`${body}{ "index" : {"_id" : "b"} }\n${asSent.elastic(someRows(2)[1]!)}\n`)).status).toBe(200)
  expect(await rawsOf(tenant)).toHaveLength(3)
  close()
})

for (const door of ['splunk', 'logscale'] as const) {
  test(`${door}: a body whose answer was lost and that comes again adds nothing`, async () => {
    const { tenant, close, ...clients } = await opened()
    const client = clients[door]
    const rows = someRows(200)
    const body = client.body(rows)
    await client.once(body, true).catch(() => {})
    await client.once(body, true).catch(() => {})
    expect((await client.once(body)).status).toBe(200)
    expect((await client.once(body)).status).toBe(200)
    expect(sorted(await rawsOf(tenant))).toEqual(sorted(rows.map(asSent[door])))
    expect(await deliveries(tenant)).toHaveLength(1)
    close()
  })

  test(`${door}: equal rows in different bodies all stay`, async () => {
    const { tenant, close, ...clients } = await opened()
    const client = clients[door]
    const [same, rest] = [sameRows(1), someRows(3, 'more')]
    for (const rows of [
      [...same, rest[0]!],
      [...same, ...same, rest[1]!],
      [rest[2]!, ...same],
    ])
      expect((await client.once(client.body(rows))).status).toBe(200)
    const raws = await rawsOf(tenant)
    expect(raws.filter((raw) => raw === asSent[door](same[0]!))).toHaveLength(4)
    expect(raws).toHaveLength(7)
    close()
  })

  test(`${door}: bodies that are equal to the byte because a flow repeats one row are all kept, also on new connections`, async () => {
    const { tenant, token, close, ...clients } = await opened()
    const client = clients[door]
    const body = client.body(sameRows(100))
    for (let n = 0; n < 4; n += 1) expect((await client.once(body)).status).toBe(200)
    const other = door === 'splunk' ? splunkClient(installation.url, token) : logscaleClient(installation.url, token)
    expect((await other.once(body)).status).toBe(200)
    expect(await rawsOf(tenant)).toHaveLength(500)
    other.close()
    close()
  })

  test(`${door}: such a body is taken once when it comes again because its answer was lost`, async () => {
    const { tenant, token, close, ...clients } = await opened()
    const client = clients[door]
    const body = client.body(sameRows(100))
    expect((await client.once(body)).status).toBe(200)
    expect((await client.once(body)).status).toBe(200)
    await client.once(body, true).catch(() => {})
    await sleep(A_RETRY)
    const taken = (await deliveries(tenant)).length
    const other = door === 'splunk' ? splunkClient(installation.url, token) : logscaleClient(installation.url, token)
    expect((await other.once(body)).status).toBe(200)
    expect(await rawsOf(tenant)).toHaveLength(300)
    // The lost one had been entered, or it never came: either way there are three.
    expect([2, 3]).toContain(taken)
    expect(await deliveries(tenant)).toHaveLength(3)
    other.close()
    close()
  })
}

test('fifty answers lost in a row, each body sent again: every row once', async () => {
  const { tenant, splunk, close } = await opened()
  const bodies = Array.from({ length: 50 }, (_, n) => someRows(4, `body-${n}`))
  for (const rows of bodies) {
    await splunk.once(splunk.body(rows), true).catch(() => {})
    expect((await splunk.once(splunk.body(rows))).status).toBe(200)
  }
  expect(sorted(await rawsOf(tenant))).toEqual(sorted(bodies.flat().map(asSent.splunk)))
  close()
})
