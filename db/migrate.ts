import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Kysely, type Migration, Migrator, sql } from 'kysely'
import { projectRoot } from './root.ts'

const folder = join(projectRoot, 'db/migrations')

/** Applies db/migrations/*.sql in name order, forward only, each in one transaction. Returns the names applied. */
export async function migrate(db: Kysely<unknown>): Promise<string[]> {
  const { error, results = [] } = await new Migrator({ db, provider: { getMigrations } }).migrateToLatest()
  if (error) throw error
  return results.map((result) => result.migrationName)
}

async function getMigrations() {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql'))
  const load = async (name: string): Promise<[string, Migration]> => {
    const text = await readFile(join(folder, name), 'utf8')
    return [name.slice(0, -'.sql'.length), { up: async (db) => void (await sql.raw(text).execute(db)) }]
  }
  return Object.fromEntries(await Promise.all(names.map(load)))
}
