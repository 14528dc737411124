import type { AddressInfo } from 'node:net'
import { Engine } from './clickhouse-engine.ts'
import { serveClickhouse } from './clickhouse-http.ts'

/** What the parent sends once; the password never stands on a command line or in an environment. */
export type ChildOptions = { path: string; transfer: string; configFile: string; port: number; password: string }

const STOP_WITHIN_MS = 20_000

process.once('message', (options: ChildOptions) => {
  start(options).catch((error: unknown) => {
    process.send?.({ failed: error instanceof Error ? error.message : String(error) }, () => process.exit(1))
  })
})

async function start({ path, transfer, configFile, port, password }: ChildOptions): Promise<void> {
  const engine = new Engine(path, configFile)
  const server = serveClickhouse(engine, password, transfer)
  const stop = stopOnce(async () => {
    server.close()
    server.closeIdleConnections()
    await engine.close()
    process.exit(0)
  })
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, stop)
  // The parent died: nobody is left to ask anything.
  process.on('disconnect', stop)
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve))
  process.send?.({ port: (server.address() as AddressInfo).port })
}

function stopOnce(stop: () => Promise<void>): () => void {
  let stopping = false
  return () => {
    if (stopping) return
    stopping = true
    // Every acknowledged insert is on disk already: an exit cuts only what was not acknowledged.
    setTimeout(() => process.exit(0), STOP_WITHIN_MS).unref()
    void stop()
  }
}
