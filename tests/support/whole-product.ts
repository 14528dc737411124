import { type ChildProcess, fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { projectRoot } from '#db/root.ts'

export type WholeProduct = { child: ChildProcess; url: string; dataDir: string; stop: () => Promise<number | null> }

/** The whole product on its embedded engines in an empty folder, as `npm start` runs it. */
export async function startWholeProduct(env: Record<string, string> = {}): Promise<WholeProduct> {
  const dataDir = mkdtempSync(join(tmpdir(), 'velocicompanion-whole-'))
  const child = fork(join(projectRoot, 'start.js'), {
    env: { ...process.env, NODE_ENV: 'production', HOST: '127.0.0.1', PORT: '0', DATA_DIR: dataDir, ...env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const { port } = await new Promise<{ port: number }>((resolve, reject) => {
    child.once('message', (message) => resolve(message as { port: number }))
    child.once('exit', (code) => reject(new Error(`The product ended with ${code} before it was ready.`)))
  })
  const stop = async () => {
    const gone = new Promise<number | null>((resolve) => child.once('exit', resolve))
    child.kill('SIGTERM')
    const code = await gone
    rmSync(dataDir, { recursive: true, force: true })
    return code
  }
  return { child, url: `http://127.0.0.1:${port}`, dataDir, stop }
}
