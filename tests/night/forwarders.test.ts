import { randomInt } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createClient } from '@clickhouse/client'
import { expect, test } from 'vitest'
import { restClient } from '../bench/rest-client.ts'
import { asSent, elasticClient, logscaleClient, type Row, splunkClient } from '../forwarders/stock-clients.ts'
import { type Part, partsOf } from '../support/children.ts'
import { startWholeProduct } from '../support/whole-product.ts'

const KILLS = Number(process.env.KILLS ?? 20)
const PARTS: Part[] = ['web', 'worker', 'web', 'PostgreSQL']
const ROWS_EACH = 400

const rowsOf = (door: string, n: number): Row[] =>
  Array.from({ length: ROWS_EACH }, (_, line) => ({
    text: `{"door":"${door}","delivery":${n},"line":${line},"z":9223372036854775807,"pad":"${'x'.repeat(200)}"}`,
    artifact: 'Custom.Night',
    clientId: `C.${(n % 20).toString(16).padStart(16, '0')}`,
    hostname: `WS-${n % 20}`,
    flowId: `F.${door}${n}.H`,
  }))

/** A source's token, made as a page's script makes it. */
async function sourceOf(url: string, cookie: string, kind: string): Promise<string> {
  const answer = await fetch(`${url}/api/trpc/sources.create`, {
    method: 'POST',
    headers: { origin: url, cookie, 'content-type': 'application/json' },
    body: JSON.stringify({ name: kind, kind }),
  })
  return ((await answer.json()) as { result: { data: { token: string } } }).result.data.token
}

test(`stock forwarders lose nothing and double nothing while web, worker and PostgreSQL are killed ${KILLS} times`, {
  timeout: 1_800_000,
}, async () => {
  const { child, url, dataDir, stop } = await startWholeProduct()
  const cookie = await (await restClient(url)).cookie()
  const tokens = {
    elastic: await sourceOf(url, cookie, 'elastic'),
    splunk: await sourceOf(url, cookie, 'splunk'),
    logscale: await sourceOf(url, cookie, 'logscale'),
  }
  const sent: string[] = []
  let killing = true

  const elastic = async () => {
    const client = elasticClient(url, tokens.elastic)
    for (let n = 0; killing || client.pending() > 0; n += 1) {
      if (killing) {
        const rows = rowsOf('elastic', n)
        for (const row of rows) client.add(row)
        sent.push(...rows.map(asSent.elastic))
      }
      await client.tick({ cut: killing && n % 7 === 3 })
      await sleep(150)
    }
    client.close()
  }
  // Given up by the client after its four tries: it may have been taken, but never twice.
  const given: string[] = []
  const splunk = async () => {
    const client = splunkClient(url, tokens.splunk, { second: 2_000 }) // it gives up after 14
    for (let n = 0; killing; n += 1) {
      const rows = rowsOf('splunk', n)
      if (n % 7 === 3) {
        await client.once(client.body(rows), true).catch(() => {})
        await sleep(2_000)
      }
      const taken = await client.send(rows)
      ;(taken ? sent : given).push(...rows.map(asSent.splunk))
      await sleep(150)
    }
    client.close()
  }
  const logscale = async () => {
    const client = logscaleClient(url, tokens.logscale, { second: 500 })
    for (let n = 0; killing; n += 1) {
      const rows = rowsOf('logscale', n)
      await client.send(rows)
      sent.push(...rows.map(asSent.logscale))
      await sleep(150)
    }
    client.close()
  }
  const clients = [elastic(), splunk(), logscale()]
  for (let kill = 0; kill < KILLS; kill += 1) {
    await sleep(randomInt(1_000, 6_000))
    const pid = partsOf(child.pid!)[PARTS[kill % PARTS.length]!]
    if (pid) process.kill(pid, 'SIGKILL')
    while (!(await fetch(`${url}/ready`).catch(() => null))?.ok) await sleep(100)
  }
  killing = false
  await Promise.all(clients)
  const raws = await storedRaws(dataDir, sent.length)
  const distinct = new Set(raws)
  process.stdout.write(
    `${KILLS} kills: ${sent.length} rows acknowledged, ${given.length} given up by Splunk, ${raws.length} stored, ${distinct.size} distinct\n`,
  )
  expect(raws.length).toBe(distinct.size)
  expect(sent.filter((raw) => !distinct.has(raw)).length).toBe(0)
  const known = new Set([...sent, ...given])
  expect(raws.filter((raw) => !known.has(raw)).length).toBe(0)
  await stop()
})

test('a bulk body of 120 MB is taken with flat memory, and every row of it is there', {
  timeout: 600_000,
}, async () => {
  const { child, url, dataDir, stop } = await startWholeProduct()
  const cookie = await (await restClient(url)).cookie()
  const client = elasticClient(url, await sourceOf(url, cookie, 'elastic'))
  const grown = (part: Part) =>
    Number(readFileSync(`/proc/${partsOf(child.pid!)[part]}/status`, 'utf8').match(/VmHWM:\s+(\d+)/)![1]) / 1024
  const before = { web: grown('web'), worker: grown('worker') }
  let rows = 0
  for (; client.pending() < 120_000_000; rows += ROWS_EACH) for (const row of rowsOf('large', rows)) client.add(row)
  expect((await client.tick())?.status).toBe(200)
  expect(client.pending()).toBe(0)
  expect(new Set(await storedRaws(dataDir, rows)).size).toBe(rows)
  const more = { web: grown('web') - before.web, worker: grown('worker') - before.worker }
  process.stdout.write(`${rows} rows in one body; peak memory above idle in MB: ${JSON.stringify(more)}\n`)
  expect(more.web).toBeLessThan(100)
  expect(more.worker).toBeLessThan(300)
  client.close()
  await stop()
})

/** What the row engine has, once it does not grow any more. */
async function storedRaws(dataDir: string, expected: number): Promise<string[]> {
  const port = readFileSync(join(dataDir, 'clickhouse/port'), 'utf8')
  const password = readFileSync(join(dataDir, 'clickhouse/password'), 'utf8')
  const engine = createClient({ url: `http://default:${password}@127.0.0.1:${port}` })
  const ask = async <T>(query: string) => (await engine.query({ query, format: 'JSONEachRow' })).json<T>()
  for (let still = 0, before = -1; still < 60; await sleep(1_000)) {
    const [{ n }] = (await ask<{ n: string }>('select count() as n from rows')) as [{ n: string }]
    still = Number(n) === before ? still + (Number(n) >= expected ? 15 : 1) : 0
    before = Number(n)
  }
  const rows = await ask<{ raw: string }>('select raw from rows')
  await engine.close()
  return rows.map(({ raw }) => raw)
}
