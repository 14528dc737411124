import { fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll } from 'vitest'
import { ensureDatabase } from '#db/prepare.ts'
import { projectRoot } from '#db/root.ts'
import { installation } from '../support/world.ts'

/** A second, empty installation on the same engines, with settings of its own. It ends with the test file. */
export async function startProduct(settings: Record<string, string>): Promise<string> {
  const dataDir = mkdtempSync(join(tmpdir(), 'velocicompanion-second-'))
  const databaseUrl = await ensureDatabase(installation.adminUrl, `second_${randomBytes(5).toString('hex')}`)
  // Starting touches the roles, which belong to the whole server: one at a time.
  const turn = new pg.Client({ connectionString: installation.adminUrl })
  await turn.connect()
  await turn.query('select pg_advisory_lock(4711)')
  const child = fork(join(projectRoot, 'build/server/index.js'), {
    env: {
      ...process.env,
      NODE_ENV: 'test',
      HOST: '127.0.0.1',
      PORT: '0',
      DATA_DIR: dataDir,
      DATABASE_URL: databaseUrl,
      CLICKHOUSE_URL: installation.clickhouseUrl,
      SECRET_KEY: installation.secretKey,
      ...settings,
    },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  afterAll(async () => {
    child.kill('SIGTERM')
    await ended
    rmSync(dataDir, { recursive: true, force: true })
  })
  const port = await new Promise<number>((resolve, reject) => {
    child.once('message', (message) => resolve((message as { port: number }).port))
    child.once('exit', (code) => reject(new Error(`The second installation ended with ${code}.`)))
  }).finally(() => turn.end())
  return `http://127.0.0.1:${port}`
}
