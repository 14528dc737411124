import { once } from 'node:events'
import { createWriteStream, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { createClient } from '@clickhouse/client'
import { expect, test } from 'vitest'
import { restClient } from '../bench/rest-client.ts'
import { type Part, partsOf } from '../support/children.ts'
import { startWholeProduct } from '../support/whole-product.ts'

// Row E7 has a million rows and ten kills; ROWS and KILLS make a shorter run.
const ROWS = Number(process.env.ROWS ?? 1_000_000)
const KILLS = Number(process.env.KILLS ?? 10)
const VICTIMS: Part[] = ['worker', 'worker', 'ClickHouse', 'worker', 'PostgreSQL']

async function write(path: string) {
  const file = createWriteStream(path)
  for (let n = 0; n < ROWS; n += 1) {
    const line = `${JSON.stringify({ Artifact: 'Long', ClientId: `C.${n % 100}`, Hostname: `ws-${n % 100}`, n, pad: 'x'.repeat(120) })}\n`
    if (!file.write(line)) await once(file, 'drain')
  }
  file.end()
  await finished(file)
}

test(`an upload of ${ROWS.toLocaleString('en')} rows whose load is killed ${KILLS} times ends with every row once`, {
  timeout: 3_600_000,
}, async () => {
  const { child, url, dataDir, stop } = await startWholeProduct()
  const path = join(dataDir, 'rows.jsonl')
  await write(path)
  const client = await restClient(url)
  const { headers } = client
  const answer = await fetch(`${url}/api/ingestion/batches`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/x-ndjson' },
    body: readFileSync(path),
  })
  expect(answer.status).toBe(202)
  const { id } = (await answer.json()) as { id: number }
  rmSync(path)

  const cookie = await client.cookie()
  /** As the page sees it: the progress is in no answer of the REST door. */
  const look = async () => {
    const asked = `${url}/api/trpc/ingestion.get?input=${encodeURIComponent(JSON.stringify({ id }))}`
    const answer = await fetch(asked, { headers: { cookie } }).catch(() => null)
    if (!answer?.ok) return null
    return ((await answer.json()) as { result: { data: { state: string; progress_pct: number | null } } }).result.data
  }

  let killed = 0
  let highest = 0
  for (;;) {
    const batch = await look()
    if (batch?.state === 'done' || batch?.state === 'failed') break
    const progress = batch?.progress_pct ?? 0
    highest = Math.max(highest, progress)
    // A little later each time, so that staging, identifying and storing are all cut into.
    if (killed < KILLS && batch?.state === 'loading' && progress > 5 + (80 * killed) / KILLS) {
      const pid = partsOf(child.pid!)[VICTIMS[killed % VICTIMS.length]!]
      if (pid) {
        process.kill(pid, 'SIGKILL')
        killed += 1
      }
    }
    await sleep(20)
  }
  const batch = await client.batch(id)
  const port = readFileSync(join(dataDir, 'clickhouse/port'), 'utf8')
  const password = readFileSync(join(dataDir, 'clickhouse/password'), 'utf8')
  const engine = createClient({ url: `http://default:${password}@127.0.0.1:${port}` })
  const counted = await engine.query({
    query: `select count() as rows, uniqExact(JSONExtractInt(raw, 'n')) as different from rows`,
    format: 'JSONEachRow',
  })
  const [found] = (await counted.json()) as [{ rows: string; different: string }]
  await engine.close()
  process.stdout.write(`${ROWS} rows, ${killed} kills up to ${highest} %: ${JSON.stringify(found)}\n`)
  expect(killed).toBe(KILLS)
  expect(batch.error).toBeNull()
  expect(batch).toMatchObject({ state: 'done', received: ROWS, stored: ROWS, duplicate: 0, rejected: 0 })
  expect([Number(found.rows), Number(found.different)]).toEqual([ROWS, ROWS])
  await stop()
})
