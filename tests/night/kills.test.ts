import { randomInt } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createClient } from '@clickhouse/client'
import { expect, test } from 'vitest'
import { restClient } from '../bench/rest-client.ts'
import { type Part, partsOf } from '../support/children.ts'
import { startWholeProduct } from '../support/whole-product.ts'

// E1 asks for 50 kills and G3 for 20 of web and database together: KILLS and DOUBLE_KILLS make a shorter run.
const KILLS = Number(process.env.KILLS ?? 13)
const DOUBLE_KILLS = Number(process.env.DOUBLE_KILLS ?? 20)
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

test(`after ${KILLS} kill -9 of each part and ${DOUBLE_KILLS} of two at once every acknowledged row is there once`, {
  timeout: 1_800_000,
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
  const singles = Array.from({ length: KILLS * PARTS.length }, (_, kill) => [PARTS[kill % PARTS.length]!])
  const doubles = Array.from({ length: DOUBLE_KILLS }, (): Part[] => ['web', 'PostgreSQL'])
  let done = 0
  for (const parts of [...singles, ...doubles]) {
    await sleep(randomInt(300, 1_500))
    const running = partsOf(child.pid!)
    const pids = parts.map((part) => running[part]).filter((pid) => pid !== undefined)
    if (pids.length < parts.length) continue // still on its way back from the kill before
    for (const pid of pids) process.kill(pid, 'SIGKILL')
    done += 1
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
      expect([batch?.state, batch?.error]).not.toContain('failed')
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
    `${done} kills (${DOUBLE_KILLS} of two at once), ${sent} deliveries, ${rows} rows, slowest recovery ${Math.max(...recovery)} ms\n`,
  )
  expect(Number(rows)).toBe(sent * ROWS_EACH)
  expect(Number(distinct_rows)).toBe(sent * ROWS_EACH)
  // Half files are swept by the web process that starts after, whole ones when they are loaded.
  process.kill(partsOf(child.pid!).web!, 'SIGKILL')
  await sleep(500)
  while (!(await fetch(`${url}/ready`).catch(() => null))?.ok) await sleep(50)
  expect(readdirSync(join(dataDir, 'spool'))).toEqual([])
  await stop()
})
