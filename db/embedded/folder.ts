import { type ChildProcess, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, statfsSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'

/** What kept an engine from starting, in one line that says what to do about it. */
export class EngineError extends Error {
  override name = 'EngineError'
}

type Say = (fields: object, message: string) => void
/** A pino logger fits. */
export type EngineLog = { info: Say; warn: Say; error: Say }
export type EngineExit = { code: number | null; signal: NodeJS.Signals | null }

const LEAST_FREE_BYTES = 1024 ** 3

/** Makes the engine's folder ready for this process alone. Throws EngineError on musl, a full disk, or a live owner. */
export function claimFolder(folder: string, mode: number): void {
  requireGlibc()
  mkdirSync(folder, { recursive: true })
  chmodSync(folder, mode)
  requireSpace(folder)
  const file = join(folder, 'owner')
  const [pid, identity] = readText(file).split(' ', 2)
  if (pid && Number(pid) !== process.pid && processIdentity(Number(pid)) === identity) {
    throw new EngineError(`Another VelociCompanion (process ${pid}) uses ${folder}: stop it or set DATA_DIR.`)
  }
  writeAtomically(file, `${process.pid} ${processIdentity(process.pid)}`)
}

function requireGlibc(): void {
  if (process.platform !== 'linux' || glibcPresent()) return
  throw new EngineError('The embedded engines need glibc: use docker compose, or set DATABASE_URL and CLICKHOUSE_URL.')
}

function glibcPresent(): boolean {
  // Without this the report resolves the peer of every open socket, which may take seconds.
  Object.assign(process.report, { excludeNetwork: true })
  const report = process.report.getReport() as { header?: { glibcVersionRuntime?: string } }
  return Boolean(report.header?.glibcVersionRuntime)
}

function requireSpace(folder: string): void {
  const { bavail, bsize } = statfsSync(folder)
  const free = bavail * bsize
  if (free >= LEAST_FREE_BYTES) return
  const megabytes = Math.floor(free / 1024 ** 2)
  throw new EngineError(
    `Only ${megabytes} MB are free in ${folder}: free at least 1 GB or set DATA_DIR to another disk.`,
  )
}

/** Start time of a live process; with the pid it names one process for ever. Undefined when it is gone. */
export function processIdentity(pid: number): string | undefined {
  if (!Number.isInteger(pid) || pid <= 0) return undefined
  if (process.platform === 'linux') {
    const stat = readText(`/proc/${pid}/stat`)
    // The name in brackets may hold spaces; state is the first field after it, start time the 20th.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' ? undefined : fields[19]
  }
  const started = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).stdout.trim()
  return started.replaceAll(/\s+/g, '_') || undefined
}

/** How a child ended, once nothing of it is left: its threads are gone and its entry in the process table too. */
export function exitOf(child: ChildProcess): Promise<EngineExit> {
  if (child.exitCode !== null || child.signalCode !== null) {
    return Promise.resolve({ code: child.exitCode, signal: child.signalCode })
  }
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }))
    child.once('error', () => resolve({ code: 1, signal: null }))
  })
}

/** The secret kept in this file, made at first use, readable by its owner only. */
export function secretIn(file: string): string {
  if (!existsSync(file)) writeAtomically(file, randomBytes(24).toString('base64url'))
  return readText(file)
}

/** The port remembered in this file while it is free, else a new one, remembered. */
export async function portRememberedIn(file: string): Promise<number> {
  const remembered = Number(readText(file))
  const port = remembered && (await listenOnce(remembered)) ? remembered : await listenOnce(0)
  if (!port) throw new EngineError('No free port on 127.0.0.1.')
  writeAtomically(file, String(port))
  return port
}

function listenOnce(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(undefined))
    probe.listen(port, '127.0.0.1', () => {
      const address = probe.address()
      const taken = typeof address === 'object' ? address?.port : undefined
      probe.close(() => resolve(taken))
    })
  })
}

/** Writes a private file so that a crash leaves the old one or the new one, never half. */
export function writeAtomically(file: string, text: string): void {
  writeFileSync(`${file}.part`, text, { mode: 0o600, flush: true })
  renameSync(`${file}.part`, file)
}

/** The file's text, trimmed; empty when there is none. */
export function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    return ''
  }
}

/** True once the condition holds; false when it does not within the time. */
export async function waitUntil(holds: () => boolean, withinMs: number): Promise<boolean> {
  const end = Date.now() + withinMs
  while (!holds()) {
    if (Date.now() >= end) return false
    await pause(20)
  }
  return true
}

/** Resolves after this many milliseconds. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
