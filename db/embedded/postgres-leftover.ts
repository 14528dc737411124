import { spawnSync } from 'node:child_process'
import { readlinkSync, realpathSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { EngineError, type EngineLog, processIdentity, readText, waitUntil } from './folder.ts'

const FAST_STOP_MS = 15_000
const IMMEDIATE_STOP_MS = 10_000

/** Stops the server that a killed parent left running on this database. */
export async function stopLeftover(cluster: string, log: EngineLog): Promise<void> {
  const pid = postmasterOf(cluster)
  if (!pid || !servesCluster(pid, cluster)) return
  log.warn({ pid }, 'stopping the PostgreSQL server that an earlier run left behind')
  await stopPostmaster(pid)
}

/** Ends a server: fast (sessions cut, everything written), then immediate, then by force. */
export async function stopPostmaster(pid: number): Promise<void> {
  const identity = processIdentity(pid)
  const gone = () => processIdentity(pid) !== identity || identity === undefined
  for (const [signal, withinMs] of [
    ['SIGINT', FAST_STOP_MS],
    ['SIGQUIT', IMMEDIATE_STOP_MS],
    ['SIGKILL', IMMEDIATE_STOP_MS],
  ] as const) {
    if (gone()) return
    send(pid, signal)
    if (await waitUntil(gone, withinMs)) return
  }
  throw new EngineError(`PostgreSQL (process ${pid}) does not end: end it by hand, then start again.`)
}

/** After a reboot the pid in the pid file may be some other program's, which would stop the server from starting. */
export function forgetStrangersPid(cluster: string): void {
  const pid = postmasterOf(cluster)
  if (pid && processIdentity(pid) && !servesCluster(pid, cluster)) rmSync(join(cluster, 'postmaster.pid'))
}

function postmasterOf(cluster: string): number {
  return Number(readText(join(cluster, 'postmaster.pid')).split('\n')[0])
}

function servesCluster(pid: number, cluster: string): boolean {
  if (!processIdentity(pid)) return false
  if (process.platform !== 'linux') {
    return spawnSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).stdout.includes(cluster)
  }
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(cluster)
  } catch {
    return false // another account's process, which our server never is
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It ended by itself in between.
  }
}
