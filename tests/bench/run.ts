import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import autocannon from 'autocannon'
import { startInstallation } from '../support/product.ts'
import { bareLoad } from './bare-load.ts'
import { startBarePage } from './bare-page.ts'
import { writeFleet } from './fleet-file.ts'
import { rate, say, table } from './print.ts'
import { memoryOf, restClient } from './rest-client.ts'

const ROWS = Number(process.env.BENCH_ROWS ?? 200_000)
const HOSTS = Number(process.env.BENCH_HOSTS ?? 100_000)
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3)
const SECONDS = Number(process.env.BENCH_SECONDS ?? 8)

/** Ratios in one run on generated data: ingestion against the engine's bare load, pages against a bare Remix page. */
async function main() {
  const folder = mkdtempSync(join(tmpdir(), 'velocicompanion-bench-'))
  const { installation, stop } = await startInstallation({ NODE_ENV: 'production' })
  const bare = await startBarePage()
  try {
    const client = await restClient(installation.url)
    await ingestion(folder, installation.clickhouseUrl, client)
    memory(installation.pids)
    const fleet = join(folder, 'fleet.jsonl')
    await writeFleet(fleet, { rows: HOSTS, hosts: HOSTS, seed: 7 })
    await client.deliver(fleet)
    await pages(installation.url, bare.url, await client.cookie())
    memory(installation.pids)
  } finally {
    await bare.stop()
    await stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function ingestion(folder: string, clickhouseUrl: string, client: Awaited<ReturnType<typeof restClient>>) {
  const file = join(folder, 'rows.jsonl')
  await writeFleet(file, { rows: 1_000, hosts: 10, seed: 1 })
  await client.deliver(file)
  const rounds = []
  // In turns, because the machine's speed drifts: what counts is the ratio within a round.
  for (let round = 0; round < ROUNDS; round += 1) {
    await writeFleet(file, { rows: ROWS, hosts: 200, seed: 100 + round })
    const engine = await bareLoad(clickhouseUrl, file)
    const ours = await client.deliver(file)
    rounds.push({ engine, ...ours, ratio: ours.done / engine })
  }
  const again = await client.deliver(file)
  const { engine, done, acknowledged, batch, ratio } = rounds.sort((a, b) => a.ratio - b.ratio)[Math.floor(ROUNDS / 2)]!
  say(
    `\nIngestion of ${ROWS.toLocaleString('en')} rows, ${(statSync(file).size / 1e6).toFixed(0)} MB of JSON lines; the middle of ${ROUNDS} rounds`,
  )
  table([
    ['', 'seconds', 'rows/s', 'ratio'],
    ['the engine alone, into an equal table', engine.toFixed(2), rate(ROWS, engine), '1.00'],
    ['through POST /api/ingestion/batches, to done', done.toFixed(2), rate(ROWS, done), ratio.toFixed(2)],
    ['  of that, until the 202', acknowledged.toFixed(2), rate(ROWS, acknowledged), (acknowledged / engine).toFixed(2)],
    [
      'the same file again (all duplicates)',
      again.done.toFixed(2),
      rate(ROWS, again.done),
      (again.done / engine).toFixed(2),
    ],
  ])
  say(`  ratios of all rounds: ${rounds.map((one) => one.ratio.toFixed(2)).join(', ')}`)
  say(`  ledger: ${JSON.stringify(batch)}\n  again:  ${JSON.stringify(again.batch)}`)
}

async function pages(url: string, bareUrl: string, cookie: string) {
  const deep = await pageAt(url, cookie, 1_000)
  const cases: [string, string, Record<string, string>][] = [
    ['bare Remix page', bareUrl, {}],
    ['/login', `${url}/login`, {}],
    ['/ (dashboard)', `${url}/`, { cookie }],
    [`/hosts, page 1 of ${HOSTS.toLocaleString('en')}`, `${url}/hosts`, { cookie }],
    ['/hosts, page 1,000', `${url}${deep}`, { cookie }],
    ['/rows of an artifact', `${url}/rows?artifact=Windows.System.Pslist`, { cookie }],
    ['/rows with a word', `${url}/rows?artifact=Windows.System.Pslist&q=powershell.exe`, { cookie }],
  ]
  const measured: [string, autocannon.Result][] = []
  for (const [name, target, headers] of cases) {
    await autocannon({ url: target, headers, connections: 8, duration: 2 })
    measured.push([name, await autocannon({ url: target, headers, connections: 8, duration: SECONDS })])
  }
  const base = measured[0]![1].latency
  say(`\nPages, 8 connections, ${SECONDS} s each`)
  table([
    ['', 'p50 ms', 'p97.5 ms', 'p99 ms', 'req/s', 'p50 ratio', 'not 2xx'],
    ...measured.map(([name, { latency, requests, non2xx }]) => [
      name,
      latency.p50.toFixed(0),
      latency.p97_5.toFixed(0),
      latency.p99.toFixed(0),
      requests.average.toFixed(0),
      (latency.p50 / Math.max(base.p50, 1)).toFixed(1),
      String(non2xx),
    ]),
  ])
}

/** The link to page `n` of the hosts, found by walking there as a reader would. */
async function pageAt(url: string, cookie: string, n: number): Promise<string> {
  let cursor = ''
  for (let passed = 0; passed < (n - 1) * 25; passed += 200) {
    const input = encodeURIComponent(JSON.stringify({ limit: 200, ...(cursor ? { cursor } : {}) }))
    const answer = await fetch(`${url}/api/trpc/hosts.list?input=${input}`, { headers: { cookie } })
    const { result } = (await answer.json()) as { result: { data: { next: string | null } } }
    if (!result.data.next) break
    cursor = result.data.next
  }
  return `/hosts?cursor=${cursor}`
}

function memory(pids: Record<string, number>) {
  say('\nResident memory')
  table([
    ['', 'MB now', 'MB peak'],
    ...Object.entries(pids).map(([name, pid]) => [name, ...Object.values(memoryOf(pid)).map(String)]),
  ])
}

await main()
