import { type ChildProcess, fork } from 'node:child_process'
import { closeSync, mkdirSync, openSync, renameSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { totalmem } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { ChildOptions } from './clickhouse-child.ts'
import {
  claimFolder,
  EngineError,
  type EngineExit,
  type EngineLog,
  exitOf,
  pause,
  portRememberedIn,
  processIdentity,
  readText,
  secretIn,
  waitUntil,
  writeAtomically,
} from './folder.ts'

export type ClickhouseOptions = { dataDir: string; port?: number; log: EngineLog; childPath?: string }
export type Clickhouse = { url: string; pid: number; exited: Promise<EngineExit>; stop: () => Promise<void> }

const STOP_WITHIN_MS = 25_000
const START_TRIES = 40
const START_RETRY_MS = 250
const LOG_BYTES = 10 * 1024 ** 2
const GIGABYTE = 1024 ** 3

/**
 * Starts the ClickHouse engine in a child process that speaks ClickHouse's HTTP interface on 127.0.0.1; the url
 * carries the password. The child ends with its parent. Throws EngineError when a person must do something.
 */
export async function startClickhouse({ dataDir, port, log, childPath }: ClickhouseOptions): Promise<Clickhouse> {
  claimFolder(dataDir, 0o700)
  await stopLeftover(dataDir, log)
  const options = {
    path: join(dataDir, 'store'),
    transfer: join(dataDir, 'transfer'),
    configFile: join(dataDir, 'config.xml'),
    port: port ?? (await portRememberedIn(join(dataDir, 'port'))),
    password: secretIn(join(dataDir, 'password')),
  }
  writeAtomically(options.configFile, configuration())
  const child = await startChild(dataDir, childPath ?? defaultChildPath(), options, log)
  const url = `http://default:${options.password}@127.0.0.1:${options.port}`
  const exited = exitOf(child)
  const stop = async () => {
    await stopChild(child.pid!)
    await exited
  }
  return { url, pid: child.pid!, exited, stop }
}

/** A child whose parent was killed ends by itself; this waits for it. */
async function stopLeftover(dataDir: string, log: EngineLog): Promise<void> {
  const [pid, identity] = readText(join(dataDir, 'child')).split(' ', 2)
  if (!pid || !identity || processIdentity(Number(pid)) !== identity) return
  log.warn({ pid: Number(pid) }, 'stopping the ClickHouse engine that an earlier run left behind')
  await stopChild(Number(pid))
}

async function stopChild(pid: number): Promise<void> {
  const identity = processIdentity(pid)
  const gone = () => identity === undefined || processIdentity(pid) !== identity
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    if (gone()) return
    process.kill(pid, signal)
    if (await waitUntil(gone, STOP_WITHIN_MS)) return
  }
  throw new EngineError(`ClickHouse (process ${pid}) does not end: end it by hand, then start again.`)
}

/** In source this file runs as TypeScript, built it lies beside its child as JavaScript. */
function defaultChildPath(): string {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  return fileURLToPath(new URL(`./clickhouse-child.${extension}`, import.meta.url))
}

async function startChild(dataDir: string, childPath: string, options: ChildOptions, log: EngineLog) {
  for (let attempt = 1; ; attempt++) {
    const child = forkChild(dataDir, childPath)
    writeAtomically(join(dataDir, 'child'), `${child.pid} ${processIdentity(child.pid ?? 0)}`)
    const failure = await startFailure(child, options)
    if (failure === undefined) return child
    if (/EADDRINUSE/.test(failure)) {
      throw new EngineError(`Port ${options.port} is taken by another program: choose another port for ClickHouse.`)
    }
    // A killed process lets go of the folder's lock a moment after it is gone.
    if (!/lock/i.test(failure) || attempt >= START_TRIES) {
      throw new EngineError(`ClickHouse did not start: ${failure.split('\n')[0]} (see ${join(dataDir, 'logs')}).`)
    }
    if (attempt === 1) log.warn({ reason: failure }, 'ClickHouse waits for its predecessor to let go')
    await pause(START_RETRY_MS)
  }
}

function forkChild(dataDir: string, childPath: string): ChildProcess {
  const output = openLog(join(dataDir, 'logs'))
  const loader = childPath.endsWith('.ts')
    ? ['--import', pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href]
    : []
  const child = fork(childPath, [], {
    execArgv: [...loader, '--max-old-space-size=256'],
    // Each running statement blocks one thread of this pool; see ENGINE_THREADS.
    env: { ...process.env, UV_THREADPOOL_SIZE: '20', NODE_OPTIONS: '', TZ: 'UTC' },
    // Its own session: Ctrl-C in the terminal goes to us, and we stop it last.
    detached: true,
    stdio: ['ignore', output, output, 'ipc'],
  })
  closeSync(output)
  return child
}

function openLog(folder: string): number {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const file = join(folder, 'clickhouse.log')
  if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) > LOG_BYTES) renameSync(file, `${file}.1`)
  return openSync(file, 'a', 0o600)
}

/** Why the child does not serve; undefined when it does. */
function startFailure(child: ChildProcess, options: ChildOptions): Promise<string | undefined> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('exit', (code, signal) => resolve(`it ended with ${signal ?? code}`))
    child.once('message', (message: { failed?: string }) => resolve(message.failed))
    child.send(options, () => {})
  })
}

/** Caches and pools for a small machine that the engine shares with PostgreSQL and the server. */
function configuration(): string {
  const memory = Math.min(process.constrainedMemory() || totalmem(), totalmem())
  const settings = {
    max_server_memory_usage: Math.max(GIGABYTE, Math.floor(memory / 2)),
    mark_cache_size: GIGABYTE / 8,
    index_mark_cache_size: GIGABYTE / 16,
    uncompressed_cache_size: 0,
    background_pool_size: 2,
    background_common_pool_size: 2,
    background_move_pool_size: 1,
    background_fetches_pool_size: 1,
    background_schedule_pool_size: 4,
  }
  const lines = Object.entries(settings).map(([name, value]) => `  <${name}>${value}</${name}>`)
  return `<clickhouse>\n${lines.join('\n')}\n</clickhouse>\n`
}
