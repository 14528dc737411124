import { spawnSync } from 'node:child_process'
import { rmSync, statSync } from 'node:fs'
import pg from 'pg'
import { seconds } from './rest-client.ts'

export type Peer = { name: string; seconds: number; bytes: number } | { name: string; missing: string }

/** The same file into PostgreSQL: one jsonb column with a GIN index, as many would keep such rows. The server reads `file`. */
export async function postgresJsonb(adminUrl: string, file: string): Promise<Peer> {
  const client = new pg.Client({ connectionString: adminUrl })
  await client.connect()
  try {
    await client.query('create table bench_peer (row jsonb not null)')
    await client.query('create index on bench_peer using gin (row jsonb_path_ops)')
    const started = performance.now()
    // CSV with signs that JSON has not: the lines come in as they are.
    await client.query(
      `copy bench_peer from ${pg.escapeLiteral(file)} with (format csv, quote e'\\x01', delimiter e'\\x02')`,
    )
    const took = seconds(started)
    const { rows } = await client.query(`select pg_total_relation_size('bench_peer') as bytes`)
    return { name: 'PostgreSQL, jsonb with a GIN index', seconds: took, bytes: Number(rows[0].bytes) }
  } finally {
    await client.query('drop table if exists bench_peer')
    await client.end()
  }
}

const DUCKDB = `
import duckdb, sys, time
source, target = sys.argv[1:3]
db = duckdb.connect(target)
started = time.perf_counter()
db.execute("create table peer as select * from read_json(?, format='newline_delimited', union_by_name=true)", [source])
db.execute('checkpoint')
print(time.perf_counter() - started)
`

/** The same file into a DuckDB table with the columns it finds. Needs Python's duckdb module; says so where it is missing. */
export function duckdb(file: string): Peer {
  const target = `${file}.duckdb`
  const ran = spawnSync('python3', ['-c', DUCKDB, file, target], { encoding: 'utf8' })
  if (ran.status !== 0) return { name: 'DuckDB', missing: lastLine(ran.stderr) ?? 'python3 is missing' }
  const bytes = statSync(target).size
  rmSync(target)
  return { name: 'DuckDB, a table of its columns', seconds: Number(lastLine(ran.stdout)), bytes }
}

const lastLine = (text: string | null) => text?.trim().split('\n').at(-1)
