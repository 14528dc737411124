import { type ChildProcess, spawn } from 'node:child_process'
import { chownSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  claimFolder,
  EngineError,
  type EngineExit,
  type EngineLog,
  exitOf,
  pause,
  portRememberedIn,
  readText,
  secretIn,
  waitUntil,
} from './folder.ts'
import { type Binaries, findBinaries, type RunAs, unprivileged } from './postgres-binaries.ts'
import { forgetStrangersPid, stopLeftover, stopPostmaster } from './postgres-leftover.ts'

export type PostgresOptions = { dataDir: string; port?: number; log: EngineLog }
export type Postgres = { adminUrl: string; pid: number; exited: Promise<EngineExit>; stop: () => Promise<void> }

type Place = { cluster: string; logs: string; password: string; inside: string; runAs: RunAs }

const SUPERUSER = 'postgres'
const READY_WITHIN_MS = 120_000
// Backends of a killed server let go of its shared memory within seconds; until then a new server refuses to start.
const START_TRIES = 80
const START_RETRY_MS = 250
// Nothing inherited: a stray PGOPTIONS or LC_ALL of the user must not shape the server.
const ENVIRONMENT = { TZ: 'UTC' } as Partial<NodeJS.ProcessEnv> as NodeJS.ProcessEnv

/**
 * Starts PostgreSQL on dataDir, made at first use, listening on 127.0.0.1 only; adminUrl is its superuser's.
 * A server left by a killed parent is stopped first. Throws EngineError when a person must do something.
 */
export async function startPostgres({ dataDir, port, log }: PostgresOptions): Promise<Postgres> {
  const runAs = unprivileged()
  // The server's account must pass through to its two folders, and nobody else's business is inside them.
  claimFolder(dataDir, runAs.uid === undefined ? 0o700 : 0o711)
  const binaries = findBinaries(dataDir, runAs)
  const place = preparePlace(dataDir, runAs)
  await stopLeftover(place.cluster, log)
  await makeCluster(binaries, place, log)
  requireSameMajor(binaries, place)
  const serverPort = port ?? (await portRememberedIn(join(dataDir, 'port')))
  const server = await startServer(binaries, place, serverPort, log)
  const adminUrl = `postgres://${SUPERUSER}:${place.password}@127.0.0.1:${serverPort}/postgres`
  const exited = exitOf(server)
  const stop = async () => {
    await stopPostmaster(server.pid!)
    await exited
  }
  return { adminUrl, pid: server.pid!, exited, stop }
}

function preparePlace(dataDir: string, runAs: RunAs): Place {
  const cluster = join(dataDir, 'cluster')
  const logs = join(dataDir, 'logs')
  mkdirSync(logs, { recursive: true, mode: 0o700 })
  own(logs, runAs)
  // As another account the server may not be able to walk to the folder (/root is closed to it), but a process can
  // always reach the folder it was started in; the working directory is entered before root is given up.
  const inside = process.platform === 'linux' && runAs.uid !== undefined ? '/proc/self/cwd' : cluster
  return { cluster, logs, password: secretIn(join(dataDir, 'password')), inside, runAs }
}

function own(path: string, { uid, gid }: RunAs): void {
  if (uid !== undefined && gid !== undefined) chownSync(path, uid, gid)
}

/** initdb runs beside the final folder, so that a kill half-way leaves nothing that looks like a database. */
async function makeCluster(binaries: Binaries, place: Place, log: EngineLog): Promise<void> {
  if (existsSync(join(place.cluster, 'PG_VERSION'))) return
  if (existsSync(place.cluster) && readdirSync(place.cluster).length > 0) {
    throw new EngineError(`${place.cluster} holds files but no database: restore a backup there or move it away.`)
  }
  const fresh = `${place.cluster}.new`
  const secret = `${place.cluster}.secret`
  rmSync(fresh, { recursive: true, force: true })
  mkdirSync(fresh, { mode: 0o700 })
  writeFileSync(secret, place.password, { mode: 0o600 })
  for (const path of [fresh, secret]) own(path, place.runAs)
  log.info({ folder: place.cluster }, 'creating the PostgreSQL database')
  try {
    await initialise(binaries, { ...place, inside: place.inside === place.cluster ? fresh : place.inside }, fresh)
  } finally {
    rmSync(secret, { force: true })
  }
  rmSync(place.cluster, { recursive: true, force: true })
  renameSync(fresh, place.cluster)
}

async function initialise(binaries: Binaries, place: Place, fresh: string): Promise<void> {
  const args = ['-D', place.inside, '-U', SUPERUSER, '--pwfile=../cluster.secret', '-A', 'scram-sha-256', '-E', 'UTF8']
  args.push('--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--data-checksums')
  args.push('--no-instructions')
  const run = spawn(binaries.initdb, args, {
    cwd: fresh,
    ...place.runAs,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: ENVIRONMENT,
  })
  const said = tailOf(run)
  const { code } = await exitOf(run)
  if (code !== 0) throw new EngineError(`PostgreSQL could not create its database: ${lastLine(said())}`)
}

function requireSameMajor(binaries: Binaries, place: Place): void {
  const major = readText(join(place.cluster, 'PG_VERSION'))
  if (major === binaries.major) return
  throw new EngineError(
    `${place.cluster} belongs to PostgreSQL ${major}, this release brings ${binaries.major}: ` +
      'back up with the earlier release, move the folder away, start again and restore.',
  )
}

async function startServer(binaries: Binaries, place: Place, port: number, log: EngineLog): Promise<ChildProcess> {
  for (let attempt = 1; ; attempt++) {
    forgetStrangersPid(place.cluster)
    const server = spawnServer(binaries, place, port)
    const said = tailOf(server)
    if (await ready(server, place, port)) return server
    const reason = said() || newestLog(place.logs)
    const passing = /shared memory block|lock file .* already exists|is being used/i.test(reason)
    if (!passing || attempt >= START_TRIES) throw startFailure(reason, port, place)
    if (attempt === 1) log.warn({ reason: lastLine(reason) }, 'PostgreSQL waits for its predecessor to let go')
    await pause(START_RETRY_MS)
  }
}

function spawnServer(binaries: Binaries, place: Place, port: number): ChildProcess {
  const args = ['-D', place.inside, '-p', String(port)]
  for (const [name, value] of Object.entries(SETTINGS)) args.push('-c', `${name}=${value}`)
  // Its own session: Ctrl-C in the terminal goes to us, and we stop it last.
  const options = { cwd: place.cluster, ...place.runAs, detached: true, env: ENVIRONMENT }
  return spawn(binaries.postgres, args, { ...options, stdio: ['ignore', 'ignore', 'pipe'] })
}

const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: 60,
  shared_buffers: '128MB',
  work_mem: '8MB',
  maintenance_work_mem: '64MB',
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  password_encryption: 'scram-sha-256',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // Seven files, one a weekday, each emptied when its day comes again.
  logging_collector: 'on',
  log_directory: '../logs',
  log_filename: 'postgres-%a.log',
  log_rotation_age: '1d',
  log_rotation_size: 0,
  log_truncate_on_rotation: 'on',
  log_file_mode: '0600',
}

/** False when the server ended before it took connections. The last line of its pid file is its own word on that. */
async function ready(server: ChildProcess, place: Place, port: number): Promise<boolean> {
  const pidFile = join(place.cluster, 'postmaster.pid')
  const ended = () => server.exitCode !== null || server.signalCode !== null || server.pid === undefined
  const open = () => {
    const lines = readText(pidFile).split('\n')
    return Number(lines[0]) === server.pid && lines[3] === String(port) && lines[7]?.trim() === 'ready'
  }
  const settled = await waitUntil(() => ended() || open(), READY_WITHIN_MS)
  if (settled && !ended()) return true
  if (!ended()) await stopPostmaster(server.pid!)
  return false
}

function startFailure(reason: string, port: number, place: Place): EngineError {
  if (/could not bind|Address already in use/i.test(reason)) {
    return new EngineError(`Port ${port} is taken by another program: stop it or choose another port for PostgreSQL.`)
  }
  return new EngineError(`PostgreSQL did not start: ${lastLine(reason) || 'it gave no reason'} (see ${place.logs}).`)
}

function newestLog(logs: string): string {
  const files = readdirSync(logs).map((name) => join(logs, name))
  const newest = files.sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)[0]
  return newest ? readText(newest).slice(-4_000) : ''
}

function tailOf(child: ChildProcess): () => string {
  let tail = ''
  child.on('error', (error) => {
    tail += error.message
  })
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      tail = (tail + text).slice(-4_000)
    })
  }
  return () => (/FATAL|error/i.test(tail) ? tail : '')
}

function lastLine(text: string): string {
  const lines = text.trim().split('\n')
  return lines.findLast((line) => /FATAL|PANIC|error/i.test(line)) ?? lines.at(-1) ?? ''
}
