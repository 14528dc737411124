import { randomInt } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createClient } from '@clickhouse/client'
import { expect, test } from 'vitest'
import { restClient } from '../bench/rest-client.ts'
import { type Part, partsOf } from '../support/children.ts'
import { startWholeProduct } from '../support/whole-product.ts'

const KILLS = Number(process.env.KILLS ?? 10)
const ROWS_EACH = 4_000
const PARTS: Part[] = ['web', 'worker', 'PostgreSQL', 'ClickHouse']

const delivery = (n: number) =>
  Array.from({ length: ROWS_EACH }, (_, line) =>
    JSON.stringify({
      Artifact: 'Test.Kills',
      ClientId: `C.${n % 20}`,
      Hostname: `WS-${n % 20}`,
      delivery: n,
      line,
      pad: 'x'.repeat(400),
    }),
  ).join('\n')

/** Sends one delivery until it is acknowledged: what a careful forwarder does. */
async function send(url: string, headers: Record<string, string>, n: number): Promise<number> {
  for (;;) {
    const answer = await fetch(`${url}/api/ingestion/batches`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/x-ndjson', 'idempotency-key': `kill-${n}` },
      body: delivery(n),
    }).catch(() => null)
    if (answer?.ok) return ((await answer.json()) as { id: number }).id
    if (answer?.status === 409) {
      // Acknowledged in an answer that was lost: it is in the ledger and loading.
      await answer.text()
    }
    await sleep(200)
  }
}

test(`after ${KILLS} kill -9 of each part during ingestion every acknowledged row is there once`, {
  timeout: 900_000,
}, async () => {
  const { child, url, dataDir, stop } = await startWholeProduct()
  const client = await restClient(url)
  let sent = 0
  let killing = true
  const acknowledged: number[] = []
  const sender = async () => {
    while (killing) {
      const n = sent
      sent += 1
      acknowledged.push(await send(url, client.headers, n))
    }
  }
  const senders = [sender(), sender()]
  const recovery: number[] = []
  for (let kill = 0; kill < KILLS * PARTS.length; kill += 1) {
    await sleep(randomInt(300, 1_500))
    const pid = partsOf(child.pid!)[PARTS[kill % PARTS.length]!]
    if (!pid) continue
    process.kill(pid, 'SIGKILL')
    const since = Date.now()
    while (!(await fetch(`${url}/ready`).catch(() => null))?.ok) await sleep(50)
    recovery.push(Date.now() - since)
  }
  killing = false
  await Promise.all(senders)

  for (const id of new Set(acknowledged)) {
    for (;;) {
      const batch = await client.batch(id).catch(() => null)
      if (batch?.state === 'done') {
        expect(batch.received).toBe(batch.stored + batch.duplicate + batch.rejected)
        break
      }
      expect(batch?.state).not.toBe('failed')
      await sleep(200)
    }
  }
  const port = readFileSync(join(dataDir, 'clickhouse/port'), 'utf8')
  const password = readFileSync(join(dataDir, 'clickhouse/password'), 'utf8')
  const engine = createClient({ url: `http://default:${password}@127.0.0.1:${port}` })
  const answer = await engine.query({
    query: `select count() as rows, uniqExact(JSONExtractInt(raw, 'delivery'), JSONExtractInt(raw, 'line')) as distinct_rows from rows`,
    format: 'JSONEachRow',
  })
  const [{ rows, distinct_rows }] = (await answer.json()) as [{ rows: string; distinct_rows: string }]
  await engine.close()
  process.stdout.write(
    `${KILLS * PARTS.length} kills, ${sent} deliveries, ${rows} rows, slowest recovery ${Math.max(...recovery)} ms\n`,
  )
  expect(Number(rows)).toBe(sent * ROWS_EACH)
  expect(Number(distinct_rows)).toBe(sent * ROWS_EACH)
  await stop()
})
