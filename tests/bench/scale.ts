import { chmodSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@clickhouse/client'
import { startInstallation } from '../support/product.ts'
import { bareLoad } from './bare-load.ts'
import { writeHunt } from './hunt-file.ts'
import { duckdb, type Peer, postgresJsonb } from './peers.ts'
import { rate, say, table } from './print.ts'
import { memoryOf, restClient } from './rest-client.ts'

const MILLIONS = Number(process.env.BENCH_MILLIONS ?? 1)
const ROWS = 1_000_000
const HOSTS = 2_000

type Round = { million: number; ours: number; acknowledged: number; engine: number | null; bytes: number }

/** How loading holds up as rows grow: each million through the REST door, beside the engine's own load and two peers. */
async function main() {
  const folder = mkdtempSync(join(tmpdir(), 'velocicompanion-scale-'))
  chmodSync(folder, 0o755) // PostgreSQL reads the file itself, as another user
  const { installation, stop } = await startInstallation({ NODE_ENV: 'production' })
  const file = join(folder, 'hunt.jsonl')
  try {
    const client = await restClient(installation.url)
    await writeHunt(file, { rows: 1_000, hosts: 10, seed: 0 })
    await client.deliver(file)
    const rounds: Round[] = []
    for (let million = 1; million <= MILLIONS; million += 1) {
      await writeHunt(file, { rows: ROWS, hosts: HOSTS, seed: million })
      const measured = million === 1 || million === MILLIONS
      const engine = measured ? await bareLoad(installation.clickhouseUrl, file) : null
      const { batch, done, acknowledged } = await client.deliver(file)
      if (batch.stored !== ROWS) throw new Error(`Stored ${batch.stored} of ${ROWS}.`)
      rounds.push({ million, ours: done, acknowledged, engine, bytes: statSync(file).size })
      say(`  million ${million}: ${done.toFixed(1)} s${engine ? `, the engine alone ${engine.toFixed(1)} s` : ''}`)
    }
    report(rounds)
    await sizes(installation.clickhouseUrl, rounds)
    peers([await postgresJsonb(installation.adminUrl, file), duckdb(file)], rounds.at(-1)!)
    for (const [name, pid] of Object.entries(installation.pids)) say(`  ${name}: ${JSON.stringify(memoryOf(pid))} MB`)
  } finally {
    await stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

function report(rounds: Round[]) {
  const first = rounds[0]!
  say(
    `\n${MILLIONS} million rows of ${HOSTS.toLocaleString('en')} hosts, ${(first.bytes / 1e6).toFixed(0)} MB of JSON lines each`,
  )
  table([
    ['million', 'seconds', 'rows/s', 'of the first', 'the engine alone', 'ratio', 'last byte to done'],
    ...rounds.map(({ million, ours, acknowledged, engine }) => [
      String(million),
      ours.toFixed(1),
      rate(ROWS, ours),
      (first.ours / ours).toFixed(2),
      engine?.toFixed(1) ?? '',
      engine ? (ours / engine).toFixed(2) : '',
      `${(ours - acknowledged).toFixed(1)} s`,
    ]),
  ])
}

async function sizes(url: string, rounds: Round[]) {
  const client = createClient({ url })
  const answer = await client.query({
    query: `select table, sum(rows) as rows, sum(bytes_on_disk) as bytes from system.parts
      where active and database = currentDatabase() and table in ('rows', 'sightings') group by table order by table`,
    format: 'JSONEachRow',
  })
  const found = await answer.json<{ table: string; rows: string; bytes: string }>()
  await client.close()
  const raw = rounds.reduce((sum, { bytes }) => sum + bytes, 0)
  const all = found.reduce((sum, { bytes }) => sum + Number(bytes), 0)
  say(
    `\nOn disk: ${(all / 1e6).toFixed(0)} MB of ${(raw / 1e6).toFixed(0)} MB raw JSON, ${(all / raw).toFixed(2)} of it`,
  )
  for (const { table: name, rows, bytes } of found)
    say(`  ${name}: ${Number(rows).toLocaleString('en')} rows, ${(Number(bytes) / 1e6).toFixed(0)} MB`)
}

function peers(found: Peer[], { ours, bytes }: Round) {
  say('\nThe last million elsewhere')
  for (const peer of found) {
    if ('missing' in peer) say(`  ${peer.name}: not measured (${peer.missing})`)
    else
      say(
        `  ${peer.name}: ${peer.seconds.toFixed(1)} s, ${(peer.seconds / ours).toFixed(2)} of our time; ${(peer.bytes / 1e6).toFixed(0)} MB, ${(peer.bytes / bytes).toFixed(2)} of the raw JSON`,
      )
  }
}

await main()
