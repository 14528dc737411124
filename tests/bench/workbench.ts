import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@clickhouse/client'
import autocannon from 'autocannon'
import { startInstallation } from '../support/product.ts'
import { writeHunt } from './hunt-file.ts'
import { say, table } from './print.ts'
import { duckdbStacks, ripgrep } from './reading-peers.ts'
import { postgresReads } from './reading-postgres.ts'
import { restClient, seconds } from './rest-client.ts'
import { type Question, questions, SCREENS } from './workbench-questions.ts'

const MILLIONS = Number(process.env.BENCH_MILLIONS ?? 1)
const ROWS = 1_000_000
const HOSTS = 2_000
const ROUNDS = 7
const USERS = 4
const WARMING_SECONDS = 3
const SCREEN_SECONDS = 12

type Stand = { url: string; clickhouseUrl: string; adminUrl?: string | undefined }
type Answered = Question & { cold: number; coldEngine: number; ours: number; engine: number }

/**
 * How fast a hunter's questions are answered: through our own door, and by the engine alone for SQL written by hand, in one
 * run on the same rows. BENCH_URL and BENCH_CLICKHOUSE_URL name an installation that holds such rows already, and
 * BENCH_DATABASE_URL a PostgreSQL that is to hold them for comparison.
 */
async function main() {
  const { BENCH_URL: url, BENCH_CLICKHOUSE_URL: clickhouseUrl, BENCH_DATABASE_URL: adminUrl } = process.env
  if (url && clickhouseUrl) return measure({ url, clickhouseUrl, adminUrl })
  const folder = mkdtempSync(join(tmpdir(), 'velocicompanion-workbench-'))
  chmodSync(folder, 0o755)
  const { installation, stop } = await startInstallation({ NODE_ENV: 'production' })
  try {
    await fill(installation.url, join(folder, 'hunt.jsonl'))
    await measure(installation)
  } finally {
    await stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function fill(url: string, file: string) {
  const client = await restClient(url)
  for (let million = 1; million <= MILLIONS; million += 1) {
    await writeHunt(file, { rows: ROWS, hosts: HOSTS, seed: million })
    await client.deliver(file)
    say(`  million ${million} is in`)
  }
}

async function measure({ url, clickhouseUrl, adminUrl }: Stand) {
  const cookie = await (await restClient(url)).cookie()
  const engine = createClient({ url: clickhouseUrl, request_timeout: 600_000 })
  const answered: Answered[] = []
  try {
    const [counted] = await count(engine)
    say(`\n${Number(counted!.rows).toLocaleString('en')} rows of ${counted!.hosts} hosts`)
    for (const question of await questions(engine)) answered.push(await ask(question, { url, cookie, engine }))
    report(answered)
    await screens(url, cookie)
    for (const line of [...(await duckdbStacks(engine)), ...(await ripgrep(engine))]) say(line)
    if (adminUrl) for (const line of await postgresReads(engine, adminUrl)) say(line)
  } finally {
    await engine.close()
  }
}

type Engine = ReturnType<typeof createClient>

const count = async (engine: Engine) =>
  (
    await engine.query({
      query: 'select count() as rows, uniqExact(host_id) as hosts from rows where tenant_id = 1',
      format: 'JSONEachRow',
    })
  ).json<{ rows: string; hosts: string }>()

/** The first answer after the engine forgot what it had read, and the middle of the next ones; beside both the engine's own. */
async function ask(question: Question, { url, cookie, engine }: { url: string; cookie: string; engine: Engine }) {
  const asked = {
    method: 'POST', // 500 values are longer than an address may be
    headers: { cookie, origin: url, 'content-type': 'application/json' },
    body: JSON.stringify(question.input),
  }
  const ours = async () => {
    const started = performance.now()
    const answer = await fetch(`${url}/api/trpc/${question.procedure}`, asked)
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${question.name}: ${answer.status} ${text.slice(0, 300)}`)
    return seconds(started) * 1000
  }
  const own = async () => {
    const started = performance.now()
    for (const query of question.sql)
      await (await engine.query({ query, format: 'JSONEachRow', query_params: question.params ?? {} })).text()
    return seconds(started) * 1000
  }
  const forgotten = async (work: () => Promise<number>) => {
    for (const cache of ['mark', 'uncompressed', 'query condition'])
      await engine.command({ query: `system drop ${cache} cache` }).catch(() => {})
    return work()
  }
  const [cold, coldEngine] = [await forgotten(ours), await forgotten(own)]
  return { ...question, cold, coldEngine, ours: await middle(ours), engine: await middle(own) }
}

async function middle(work: () => Promise<number>) {
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) times.push(await work())
  return times.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)]!
}

const said = (isWithin: boolean) => (isWithin ? 'within' : 'over')

function report(answered: Answered[]) {
  const ms = (value: number) => `${value.toFixed(0)} ms`
  table([
    ['question', 'first', 'the engine first', '', 'ours', 'the engine alone', '1.3 × that + 30 ms', ''],
    ...answered.map(({ name, cold, coldEngine, ours, engine }) => {
      const most = 1.3 * engine + 30
      const first = cold <= 1.3 * coldEngine + 30
      return [name, ms(cold), ms(coldEngine), said(first), ms(ours), ms(engine), ms(most), said(ours <= most)]
    }),
  ])
}

async function screens(url: string, cookie: string) {
  say(`\nScreens, ${USERS} people at once`)
  const lines = [['screen', 'answers', 'middle', '95 %', 'longest', 'failed']]
  for (const [name, path] of Object.entries(SCREENS)) {
    const page = { url: url + path, headers: { cookie }, connections: USERS }
    await autocannon({ ...page, duration: WARMING_SECONDS })
    const { times, failed } = await answers({ ...page, duration: SCREEN_SECONDS })
    const at = (share: number) => `${(times[Math.ceil(times.length * share) - 1] ?? 0).toFixed(0)} ms`
    lines.push([name, String(times.length), at(0.5), at(0.95), at(1), String(failed)])
  }
  table(lines)
}

/** How long each answer took, in ms, the quickest first; autocannon itself tells no 95 %. */
const answers = (page: autocannon.Options) =>
  new Promise<{ times: number[]; failed: number }>((resolve, reject) => {
    const times: number[] = []
    const ended = (error: Error | null, result: autocannon.Result) =>
      error ? reject(error) : resolve({ times: times.sort((a, b) => a - b), failed: result.non2xx })
    autocannon(page, ended).on('response', (_client, _status, _bytes, took) => times.push(took))
  })

await main()
