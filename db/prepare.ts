import { Logger, runMigrations } from 'graphile-worker'
import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { migrate } from './migrate.ts'
import { type DatabaseUrls, prepareRoles } from './roles.ts'

/** Brings a database to today's schema: roles, the job queue's tables, our migrations. Safe to repeat. */
export async function prepareDatabase(adminUrl: string, secret: string): Promise<DatabaseUrls> {
  const urls = await prepareRoles(adminUrl, secret)
  await installQueue(adminUrl, urls.jobs)
  const owner = openAsOwner(urls.owner)
  try {
    await migrate(owner)
  } finally {
    await owner.destroy()
  }
  return urls
}

// The queue's installer asks for the right to make its schema even where the schema exists; it has it only meanwhile.
async function installQueue(adminUrl: string, jobsUrl: string) {
  const admin = new pg.Client({ connectionString: adminUrl })
  await admin.connect()
  const database = pg.escapeIdentifier(new URL(adminUrl).pathname.slice(1))
  try {
    await admin.query(`grant create on database ${database} to app_jobs`)
    await runMigrations({ connectionString: jobsUrl, logger: quiet })
  } finally {
    await admin.query(`revoke create on database ${database} from app_jobs`)
    await admin.end()
  }
}

const quiet = new Logger(() => () => {})

/** One connection as the owner of the schema: for migrations and what reads the catalogue. */
export const openAsOwner = (url: string): Kysely<unknown> =>
  new Kysely<unknown>({ dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: url, max: 1 }) }) })

/** Makes database `name` on a server if it is missing, and returns its URL. */
export async function ensureDatabase(serverUrl: string, name: string): Promise<string> {
  const admin = new pg.Client({ connectionString: serverUrl })
  await admin.connect()
  try {
    const { rowCount } = await admin.query('select from pg_database where datname = $1', [name])
    if (!rowCount) await admin.query(`create database ${pg.escapeIdentifier(name)}`)
  } finally {
    await admin.end()
  }
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return url.toString()
}
