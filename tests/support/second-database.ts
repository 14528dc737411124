import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import pg from 'pg'
import { ensureDatabase, openAsOwner, prepareDatabase } from '#db/prepare.ts'
import { type Base, openBase } from '#server/base.ts'
import { type Env, readEnv } from '#server/platform/env.ts'
import { installation } from './world.ts'

export type SecondDatabase = Awaited<ReturnType<typeof secondDatabase>>

/**
 * An empty, migrated database of the test's own on the installation's server, with the server's doors opened on it:
 * for what must not happen to the shared one. Tenants are numbered far from the shared ones, because the row engine is one.
 */
export async function secondDatabase(env: Partial<Record<keyof Env, string>> = {}) {
  const admin = await connect(installation.adminUrl)
  // Preparing touches the roles, which belong to the whole server: one at a time.
  await admin.query('select pg_advisory_lock(4711)')
  const adminUrl = await ensureDatabase(installation.adminUrl, `test_${randomBytes(6).toString('hex')}`)
  const urls = await prepareDatabase(adminUrl, installation.secretKey).finally(() => admin.end())
  const superuser = await connect(adminUrl)
  const start = 1_000_000_000 + randomBytes(4).readUInt32BE()
  await superuser.query(`alter table tenant alter column id restart with ${start}`)
  const base = await openBase(
    readEnv({
      NODE_ENV: 'test',
      APP_DATABASE_URL: urls.login,
      CLICKHOUSE_URL: installation.clickhouseUrl,
      DATA_DIR: join(installation.dataDir, new URL(adminUrl).pathname),
      SECRET_KEY: installation.secretKey,
      LOG_LEVEL: 'silent',
      ...env,
    }),
    'web',
  )
  return {
    adminUrl,
    loginUrl: urls.login,
    ownerUrl: urls.owner,
    /** A superuser: row security does not bind it. */
    superuser,
    owner: openAsOwner(urls.owner),
    base: base satisfies Base,
    async close() {
      await base.close()
      await superuser.end()
      await this.owner.destroy()
    },
  }
}

export async function connect(connectionString: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString })
  client.on('error', () => {})
  await client.connect()
  return client
}
