import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ClickHouseLogLevel, createClient } from '@clickhouse/client'
import { projectRoot } from './root.ts'

const folder = join(projectRoot, 'db/telemetry')

/** Applies db/telemetry/*.sql to ClickHouse in name order, forward only. Returns the names applied. */
export async function migrateTelemetry(url: string): Promise<string[]> {
  const client = createClient({ url, request_timeout: 120_000, log: { level: ClickHouseLogLevel.OFF } })
  try {
    await client.command({
      query:
        'create table if not exists schema_version (name String, applied_at DateTime) engine = MergeTree order by name',
    })
    const known = await client.query({ query: 'select name from schema_version', format: 'JSONEachRow' })
    const done = new Set((await known.json<{ name: string }>()).map(({ name }) => name))
    const names = (await readdir(folder)).filter((name) => name.endsWith('.sql') && !done.has(name)).sort()
    for (const name of names) {
      for (const query of statementsOf(await readFile(join(folder, name), 'utf8'))) await client.command({ query })
      await client.insert({
        table: 'schema_version',
        values: [{ name, applied_at: Math.floor(Date.now() / 1000) }],
        format: 'JSONEachRow',
      })
    }
    return names
  } finally {
    await client.close()
  }
}

// ClickHouse takes one statement at a time and has no transaction over several; `create … if not exists` repeats safely.
const statementsOf = (text: string) =>
  text
    .replace(/^--.*$/gm, '')
    .split(/;\s*$/m)
    .map((statement) => statement.trim().replace(/^create table (?!if not)/, 'create table if not exists '))
    .filter(Boolean)
