import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import type { ClickHouseClient } from '@clickhouse/client'
import pg from 'pg'
import { inFolder, save } from './reading-peers.ts'
import { seconds } from './rest-client.ts'

const ROUNDS = 3
const LONGEST_SECONDS = 120
const CANCELED = '57014'
const PSLIST = 'Windows.System.Pslist'
const name = (path: string) => `row #>> '{${path}}'`
const stack = (columns: string[]) =>
  `select ${columns.map(name).join(', ')}, count(distinct host) as hosts, count(*), min(seen), max(seen) from bench_rows
   where artifact = '${PSLIST}' group by ${columns.map((_, n) => n + 1).join(', ')} order by hosts, 1 limit 20`

const INDEXES = [
  'create index on bench_rows (artifact, seen desc)',
  'create index on bench_rows using gin (row jsonb_path_ops)',
  `create index on bench_rows using gin (to_tsvector('simple', row))`,
  'analyze bench_rows',
]

const QUESTIONS: Record<string, string> = {
  'first page of rows': `select host, seen, row from bench_rows where artifact = '${PSLIST}' order by seen desc limit 51`,
  'stack of 1 column': stack(['Name']),
  'stack of 3 columns': stack(['Name', 'Username', 'TokenIsElevated']),
  'a token anywhere': `select host, seen, row from bench_rows where to_tsvector('simple', row) @@ to_tsquery('simple', 'upd7x')
    order by seen desc limit 51`,
  'prevalence of 500 values': `select value, count(distinct host) from bench_hashes
    join bench_rows on row @> jsonb_build_object('Hash', jsonb_build_object('SHA256', value)) group by value`,
}

/**
 * The same rows in PostgreSQL as one jsonb column with the indexes one would give it, and questions as one would ask them. The
 * server at `adminUrl` reads the file, so it must be on this machine.
 */
export const postgresReads = (engine: ClickHouseClient, adminUrl: string): Promise<string[]> =>
  inFolder(async (folder) => {
    chmodSync(folder, 0o755) // the server may be another user
    const client = new pg.Client({ connectionString: adminUrl })
    await client.connect()
    try {
      const filled = await fill(engine, client, join(folder, 'rows.tsv'))
      await client.query(`set statement_timeout = '${LONGEST_SECONDS}s'`)
      const lines = [filled]
      for (const [question, sql] of Object.entries(QUESTIONS))
        lines.push(`PostgreSQL, ${question}: ${await timed(client, sql)}`)
      return lines
    } finally {
      await client.query('drop table if exists bench_rows, bench_hashes')
      await client.end()
    }
  })

/** The middle of three times; a question of minutes is cut. */
async function timed(client: pg.Client, sql: string): Promise<string> {
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    const started = performance.now()
    try {
      await client.query(sql)
    } catch (error) {
      if ((error as { code?: string }).code === CANCELED) return `more than ${LONGEST_SECONDS} s`
      throw error
    }
    times.push(seconds(started) * 1000)
  }
  return `${times.sort((a, b) => a - b)[1]!.toFixed(0)} ms`
}

async function fill(engine: ClickHouseClient, client: pg.Client, file: string): Promise<string> {
  await save(
    engine,
    `select host_id, toString(artifact), toString(event_time), raw from rows where tenant_id = 1 format CustomSeparated
     settings format_custom_escaping_rule = 'Raw', format_custom_field_delimiter = '\\x02'`,
    file,
  )
  await client.query('create unlogged table bench_rows (host bigint, artifact text, seen timestamptz, row jsonb)')
  const started = performance.now()
  // CSV with signs that JSON has not: the lines come in as they are.
  await client.query(
    `copy bench_rows from ${pg.escapeLiteral(file)} with (format csv, quote e'\\x01', delimiter e'\\x02', null '\\N')`,
  )
  await client.query(`set maintenance_work_mem = '1GB'`)
  for (const index of INDEXES) await client.query(index)
  const took = seconds(started)
  await client.query(`create table bench_hashes as select distinct row #>> '{Hash,SHA256}' as value from bench_rows
    where artifact = '${PSLIST}' limit 500`)
  const { rows } = await client.query(`select pg_total_relation_size('bench_rows') as bytes`)
  return `PostgreSQL, jsonb with three indexes: ${took.toFixed(0)} s to fill, ${(Number(rows[0].bytes) / 1e6).toFixed(0)} MB`
}
