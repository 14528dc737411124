// Runs one engine in a process of its own, so that a test can kill the parent: run-engine.ts postgres|clickhouse <folder>
import { startClickhouse } from '#db/embedded/clickhouse.ts'
import { startPostgres } from '#db/embedded/postgres.ts'

const [name, dataDir] = process.argv.slice(2) as ['postgres' | 'clickhouse', string]
const log = { info: () => {}, warn: () => {}, error: () => {} }

async function run(): Promise<void> {
  const started = name === 'postgres' ? await startPostgres({ dataDir, log }) : await startClickhouse({ dataDir, log })
  const url = 'url' in started ? started.url : started.adminUrl
  process.stdout.write(`${JSON.stringify({ url, pid: started.pid })}\n`)
}

run().catch((error: unknown) => {
  process.stdout.write(`${JSON.stringify({ failed: String(error) })}\n`)
  process.exit(1)
})
