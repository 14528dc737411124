import { type ChildProcess, fork } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { projectRoot } from '#db/root.ts'

export type Hello = { ready: true; port?: number } | { ready: false; reason: string; code?: string | undefined }

/** A part of the product that runs beside the root and is started again when it ends. */
export type Supervised = { name: string; pid: () => number | undefined; letGo: () => void; stop: () => Promise<void> }
export type Running = { pid: number; exited: Promise<unknown>; stop: () => Promise<void> }

const BACKOFF_MS = [100, 250, 500, 1_000, 2_000, 5_000]
const STEADY_MS = 30_000

/**
 * Starts a part and keeps it running: after each end it starts again, later and later while it does not last. `stop`
 * ends also what was just being started again.
 */
export async function keepRunning(
  name: string,
  start: () => Promise<Running>,
  onEvent: (text: string) => void,
): Promise<Supervised> {
  let current = await start()
  let starting: Promise<Running | undefined> | undefined
  let stopping = false
  void (async () => {
    for (let quick = 0; !stopping; ) {
      const since = Date.now()
      await current.exited
      if (stopping) return
      quick = Date.now() - since > STEADY_MS ? 0 : quick + 1
      onEvent(`${name} ended; starting it again`)
      for (let tries = quick; !stopping; tries += 1) {
        await sleep(BACKOFF_MS[Math.min(tries, BACKOFF_MS.length - 1)])
        if (stopping) return
        starting = start().catch((error: Error) => {
          onEvent(`${name}: ${error.message}`)
          return undefined
        })
        const next = await starting
        if (!next) continue
        current = next
        break
      }
    }
  })()
  return {
    name,
    pid: () => current.pid,
    letGo: () => {
      stopping = true
    },
    stop: async () => ((await starting) ?? current).stop(),
  }
}

/**
 * Forks `server/<name>` with `env` and resolves when it says it is ready. Throws its reason otherwise. `socket`: what it
 * listens on, which it finds under LISTEN_FD.
 */
export async function startProcess(
  name: 'web' | 'worker',
  env: NodeJS.ProcessEnv,
  output: number | 'inherit',
  socket?: number,
): Promise<Running> {
  const { path, execArgv } = entry(name)
  const child = fork(path, {
    env: { ...env, ...FRUGAL, PROCESS_NAME: name, ...(socket !== undefined && { LISTEN_FD: '4' }) },
    execArgv: [...execArgv, ...HEAP],
    stdio: ['ignore', output, output, 'ipc', ...(socket === undefined ? [] : [socket])],
  })
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const hello = await Promise.race([
    new Promise<Hello>((resolve) => child.once('message', (message) => resolve(message as Hello))),
    exited.then((): Hello => ({ ready: false, reason: `${name} ended before it was ready; the log says why` })),
  ])
  if (!hello.ready) {
    child.kill('SIGKILL')
    throw Object.assign(new Error(hello.reason), { code: hello.code })
  }
  return { pid: child.pid!, exited, stop: () => stop(child, exited) }
}

// What lives in either process is some 60 MB; left alone, Node lets garbage pile up to many times that, and glibc keeps
// an arena per thread of what password hashing needed for a moment.
const HEAP = ['--max-old-space-size=256', '--expose-gc'] // the latter for spent buffers
const FRUGAL = { MALLOC_ARENA_MAX: '2' }

const STOP_MS = 15_000

async function stop(child: ChildProcess, exited: Promise<void>) {
  if (child.connected) child.send({ stop: true })
  else child.kill('SIGTERM')
  const cut = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
  await exited
  clearTimeout(cut)
}

/** Where an entry lies: beside the built root, or in the source when run by tsx. */
function entry(name: string): { path: string; execArgv: string[] } {
  const source = import.meta.url.endsWith('.ts')
  const path = source ? join(projectRoot, 'server', `${name}.ts`) : join(projectRoot, 'build/server', `${name}.js`)
  if (!existsSync(path)) throw new Error(`${path} is missing: run npm run build.`)
  return { path, execArgv: source ? ['--import', 'tsx'] : ['--enable-source-maps'] }
}

/** In a process: says to the root how starting went. */
export function tellParent(hello: Hello): void {
  process.send?.(hello)
}

/** In a process: ends gracefully when the root asks or is gone. Ctrl-C reaches the whole group, so only the root minds it. */
export function leaveWithParent(close: () => Promise<void>): void {
  let leaving = false
  const leave = async () => {
    if (leaving) return
    leaving = true
    await close().catch(() => {})
    process.exit(0)
  }
  process.on('SIGINT', () => {})
  process.on('SIGTERM', () => void leave())
  process.on('disconnect', () => void leave())
  process.on('message', (message) => {
    if ((message as { stop?: boolean }).stop) void leave()
  })
}
