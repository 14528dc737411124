import { mkdtempSync, rmSync } from 'node:fs'
import { type IncomingMessage, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { writeHunt } from '../bench/hunt-file.ts'
import { memoryOf, restClient } from '../bench/rest-client.ts'
import { type Installation, startInstallation } from '../support/product.ts'

// F9 asks for half an hour until the export is cut; what then lies between us is read to its end, which takes minutes.
// MINUTES makes a shorter run, which sees everything but the cut.
const MINUTES = Number(process.env.MINUTES ?? 42)
const CUT_MINUTES = 30
const LATEST_CUT_MINUTES = 40
const ROWS = 1_000_000
const BYTES_A_SECOND = 10_000
const MB = 1024 * 1024

let installation: Installation
let stop: () => Promise<void>
let cookie: string
const folder = mkdtempSync(join(tmpdir(), 'velocicompanion-export-'))
beforeAll(async () => {
  const started = await startInstallation({ NODE_ENV: 'production' })
  installation = started.installation
  stop = started.stop
  const client = await restClient(installation.url)
  const file = join(folder, 'hunt.jsonl')
  await writeHunt(file, { rows: ROWS, hosts: 100, seed: 1 })
  await client.deliver(file)
  cookie = await client.cookie()
}, 600_000)
afterAll(async () => {
  await stop?.()
  rmSync(folder, { recursive: true, force: true })
})

/** Reads ten kilobytes a second, until the server ends it or the time is over. */
async function readSlowly(seconds: number): Promise<{ bytes: number; cutAfter: number | null }> {
  const { hostname, port } = new URL(installation.url)
  const asked = request({ hostname, port, path: '/api/rows/export?format=jsonl', headers: { cookie } })
  asked.end()
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    asked.once('response', resolve)
    asked.once('error', reject)
  })
  expect(answer.statusCode).toBe(200)
  const started = Date.now()
  let over = false
  let bytes = 0
  for (const event of ['close', 'error', 'aborted']) answer.once(event, () => (over = true))
  for (let second = 0; second < seconds && !over; second += 1) {
    await sleep(1_000)
    bytes += (answer.read(Math.min(BYTES_A_SECOND, answer.readableLength)) as Buffer | null)?.length ?? 0
    if (answer.readableLength === 0) answer.read(0)
  }
  const cutAfter = over ? (Date.now() - started) / 60_000 : null
  answer.destroy()
  return { bytes, cutAfter }
}

test('a reader of ten kilobytes a second holds neither memory nor a transaction, and is cut after half an hour', async () => {
  const database = new pg.Client({ connectionString: installation.adminUrl })
  await database.connect()
  const { web, ClickHouse } = installation.pids
  await (await fetch(`${installation.url}/api/rows/export?format=jsonl&limit=1000`, { headers: { cookie } })).text()
  const before = { web: memoryOf(web!).now, engine: memoryOf(ClickHouse!).now }
  const most = { ...before, transaction: 0 }
  let going = true
  const reading = readSlowly(MINUTES * 60).finally(() => (going = false))
  while (going) {
    await sleep(2_000)
    most.web = Math.max(most.web, memoryOf(web!).now)
    most.engine = Math.max(most.engine, memoryOf(ClickHouse!).now)
    const { rows } = await database.query<{ seconds: number }>(
      `select coalesce(max(extract(epoch from now() - xact_start)), 0)::float as seconds from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid()`,
    )
    most.transaction = Math.max(most.transaction, rows[0]!.seconds)
  }
  const { bytes, cutAfter } = await reading
  await database.end()
  process.stdout.write(
    `${(bytes / MB).toFixed(1)} MB read; cut after ${cutAfter?.toFixed(1) ?? 'nothing within the run'} minutes; memory of web ${before.web} to at most ${most.web} MB, of the engine ${before.engine} to ${most.engine} MB; longest transaction ${most.transaction.toFixed(1)} s\n`,
  )
  expect(bytes).toBeGreaterThan(Math.min(MINUTES, CUT_MINUTES) * 60 * BYTES_A_SECOND * 0.5)
  expect(most.web - before.web).toBeLessThan(50)
  expect(most.transaction).toBeLessThan(60)
  if (MINUTES < CUT_MINUTES) expect(cutAfter).toBeNull()
  if (MINUTES < LATEST_CUT_MINUTES) return
  expect(cutAfter).toBeGreaterThan(CUT_MINUTES - 0.5)
  expect(cutAfter).toBeLessThan(LATEST_CUT_MINUTES)
}, 3_600_000)
