import { type ChildProcess, fork } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startClickhouse } from '#db/embedded/clickhouse.ts'
import { startPostgres } from '#db/embedded/postgres.ts'
import { ensureDatabase, prepareDatabase } from '#db/prepare.ts'
import { projectRoot } from '#db/root.ts'

/** Where the product under test runs. The engines are real, the processes are the built ones. */
export type Installation = {
  url: string
  adminUrl: string
  ownerUrl: string
  loginUrl: string
  clickhouseUrl: string
  dataDir: string
  secretKey: string
  pids: Record<string, number>
}

const SECRET_KEY = 'a key for tests only: 0123456789abcdefghijklmnop'
const log = { info: () => {}, warn: () => {}, error: () => {} }

/** Starts real engines in an empty folder, then the built server on a free port. */
export async function startInstallation(
  env: Record<string, string> = {},
): Promise<{ installation: Installation; stop: () => Promise<void> }> {
  const dataDir = mkdtempSync(join(tmpdir(), 'velocicompanion-test-'))
  const records = await startPostgres({ dataDir: join(dataDir, 'postgres'), log })
  const rows = await startClickhouse({ dataDir: join(dataDir, 'clickhouse'), log })
  const adminUrl = await ensureDatabase(records.adminUrl, 'velocicompanion')
  const urls = await prepareDatabase(adminUrl, SECRET_KEY)
  const child = fork(join(projectRoot, 'start.js'), {
    env: {
      ...process.env,
      NODE_ENV: 'test',
      HOST: '127.0.0.1',
      PORT: '0',
      DATA_DIR: dataDir,
      DATABASE_URL: adminUrl,
      CLICKHOUSE_URL: rows.url,
      SECRET_KEY,
      ...env,
    },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const { port, pids } = await ready(child)
  const installation = {
    url: `http://127.0.0.1:${port}`,
    adminUrl,
    ownerUrl: urls.owner,
    loginUrl: urls.login,
    clickhouseUrl: rows.url,
    dataDir,
    secretKey: SECRET_KEY,
    pids: { ...pids, root: child.pid!, PostgreSQL: records.pid, ClickHouse: rows.pid },
  }
  const stop = async () => {
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGTERM')
    await gone
    await rows.stop()
    await records.stop()
    if (!process.env.KEEP_TEST_DATA) rmSync(dataDir, { recursive: true, force: true })
  }
  return { installation, stop }
}

const ready = (child: ChildProcess) =>
  new Promise<{ port: number; pids: Record<string, number> }>((resolve, reject) => {
    child.once('message', (message) => resolve(message as { port: number; pids: Record<string, number> }))
    child.once('exit', (code) => reject(new Error(`The product ended with ${code} before it was ready.`)))
  })
