import { randomBytes } from 'node:crypto'
import { mkdirSync, openSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { startClickhouse } from '#db/embedded/clickhouse.ts'
import { EngineError, type EngineLog, secretIn } from '#db/embedded/folder.ts'
import { startPostgres } from '#db/embedded/postgres.ts'
import { migrateTelemetry } from '#db/migrate-telemetry.ts'
import { ensureDatabase, prepareDatabase } from '#db/prepare.ts'
import { checkSecretKey, type Env, isLoopback, publicOrigin, readEnv, StartError } from './platform/env.ts'
import { type HeldPort, holdPort } from './port.ts'
import { keepRunning, type Supervised, startProcess } from './processes.ts'
import { restartOnChange } from './restart-on-change.ts'

const LOG_BYTES = 20 * 1024 * 1024

// What runs, in the order it may be stopped from the end.
const parts: Supervised[] = []
let held: HeldPort | undefined

/** The composition root: engines up, migrated, worker and web running; on a signal everything down, engines last. */
async function main() {
  const env = readEnv()
  const origin = publicOrigin(env)
  const stopAll = stopOnSignals()
  mkdirSync(env.DATA_DIR, { recursive: true, mode: 0o700 })
  held = await holdPort(env.HOST, env.PORT)

  const secret = checkSecretKey(env.SECRET_KEY ?? secretIn(join(env.DATA_DIR, 'secret-key')))
  const setupCode = isLoopback(env.HOST) ? '' : randomBytes(5).toString('hex')
  const engines = [records(env), rows(env)] as const
  await Promise.allSettled(engines) // when one fails, the other must be there to be stopped
  const [databaseUrl, clickhouseUrl] = await Promise.all(engines)
  const urls = await prepareDatabase(databaseUrl, secret).catch(notReachable('PostgreSQL', env.DATABASE_URL))
  await migrateTelemetry(clickhouseUrl).catch(notReachable('ClickHouse', env.CLICKHOUSE_URL))

  const childEnv = {
    ...process.env,
    NODE_ENV: env.NODE_ENV,
    DATA_DIR: env.DATA_DIR,
    SECRET_KEY: secret,
    SETUP_CODE: setupCode,
    APP_DATABASE_URL: urls.login,
    JOBS_DATABASE_URL: urls.jobs,
    CLICKHOUSE_URL: clickhouseUrl,
    DATABASE_URL: undefined, // only the root may change the schema
  }
  const output = logOutput(env)
  parts.push(await keepRunning('worker', () => startProcess('worker', childEnv, output), say))
  const { port, fd } = held
  parts.push(await keepRunning('web', () => startProcess('web', { ...childEnv, PORT: String(port) }, output, fd), say))
  if (env.NODE_ENV === 'development') restartOnChange(parts)

  if (!env.PUBLIC_URL) origin.port = String(port)
  if (setupCode) say(`While there is no account, the first one needs the setup code ${setupCode}`)
  say(`VelociCompanion is ready at ${origin.origin} (data in ${env.DATA_DIR}; Ctrl-C stops it)`)
  process.send?.({
    ready: true,
    port,
    pids: Object.fromEntries(parts.map((part) => [part.name, part.pid()])),
  })
  await stopAll
}

async function records(env: Env): Promise<string> {
  if (env.DATABASE_URL) return env.DATABASE_URL
  const dataDir = join(env.DATA_DIR, 'postgres')
  let url = ''
  const start = async () => {
    const engine = await startPostgres({ dataDir, log: engineLog })
    url = engine.adminUrl
    return engine
  }
  parts.unshift(await keepRunning('PostgreSQL', start, say))
  return ensureDatabase(url, 'velocicompanion')
}

async function rows(env: Env): Promise<string> {
  if (env.CLICKHOUSE_URL) return env.CLICKHOUSE_URL
  const dataDir = join(env.DATA_DIR, 'clickhouse')
  let url = ''
  const start = async () => {
    const engine = await startClickhouse({ dataDir, log: engineLog })
    url = engine.url
    return engine
  }
  parts.unshift(await keepRunning('ClickHouse', start, say))
  return url
}

/** Resolves when a signal has brought everything down: web and worker first, engines last. A second signal forces. */
function stopOnSignals(): Promise<void> {
  return new Promise((resolve) => {
    let asked = 0
    const stop = async () => {
      asked += 1
      if (asked > 1) process.exit(1)
      await stopParts()
      resolve()
      process.exit(0)
    }
    process.on('SIGINT', () => void stop())
    process.on('SIGTERM', () => void stop())
    process.on('disconnect', () => void stop()) // whoever forked the root is gone
  })
}

async function stopParts() {
  held?.close()
  for (const part of parts) part.letGo() // a signal to the whole group ends them too: none may start again
  for (const part of parts.toReversed())
    await part.stop().catch((error: Error) => say(`${part.name}: ${error.message}`))
}

// An error of the network says where nobody listened, but not what should be there.
const notReachable =
  (engine: string, url = '') =>
  (error: Error & { code?: string }): never => {
    if (!['ECONNREFUSED', 'ENOTFOUND', 'ETIMEDOUT', 'EAI_AGAIN'].includes(error.code ?? '')) throw error
    throw new StartError(`${engine} does not answer at ${url && new URL(url).host} (${error.code}).`)
  }

/** Where web and worker write their JSON lines: a file in the data folder, or with LOG_STDOUT=1 the root's own output. */
function logOutput(env: Env): number | 'inherit' {
  if (env.LOG_STDOUT) return 'inherit'
  const folder = join(env.DATA_DIR, 'logs')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const file = join(folder, 'app.log')
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0
  if (size > LOG_BYTES) renameSync(file, join(folder, 'app.1.log'))
  return openSync(file, 'a', 0o600)
}

const engineLog: EngineLog = {
  info: () => {},
  warn: (_fields, message) => say(message),
  error: (_fields, message) => say(message),
}

function say(text: string) {
  process.stdout.write(`${text}\n`)
}

main().catch(async (error: unknown) => {
  const expected =
    error instanceof StartError || error instanceof EngineError || typeof (error as { code?: string }).code === 'string'
  process.stderr.write(`${expected ? (error as Error).message : (error as Error).stack}\n`)
  await stopParts()
  process.exit(1)
})
