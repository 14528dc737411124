import type { AddressInfo } from 'node:net'
import { setPriority } from 'node:os'
import { Engine } from './clickhouse-engine.ts'
import { serveClickhouse } from './clickhouse-http.ts'

/** What the parent sends once; the password never stands on a command line or in an environment. */
export type ChildOptions = { path: string; transfer: string; configFile: string; port: number; password: string }

// Every acknowledged insert is on disk already: leaving early cuts only what was not acknowledged.
const STOP_WITHIN_MS = 20_000
const ORPHAN_STOPS_WITHIN_MS = 2_000
// A load may take every core; a page that needs one for a moment comes first.
const LESS_THAN_PAGES = 5

process.once('message', (options: ChildOptions) => {
  start(options).catch((error: unknown) => {
    process.send?.({ failed: error instanceof Error ? error.message : String(error) }, () => process.exit(1))
  })
})

async function start({ path, transfer, configFile, port, password }: ChildOptions): Promise<void> {
  setPriority(LESS_THAN_PAGES) // before the engine makes its threads, which inherit it
  const engine = new Engine(path, configFile)
  const server = serveClickhouse(engine, password, transfer)
  const stop = async (withinMs: number) => {
    setTimeout(() => process.exit(0), withinMs).unref()
    if (!server.listening) return
    server.close()
    server.closeIdleConnections()
    await engine.close()
    process.exit(0)
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop(STOP_WITHIN_MS))
  // The parent died: nobody is left to ask anything.
  process.on('disconnect', () => void stop(ORPHAN_STOPS_WITHIN_MS))
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve))
  process.send?.({ port: (server.address() as AddressInfo).port })
}
