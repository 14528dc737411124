import { spawnSync } from 'node:child_process'
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ClickHouseClient } from '@clickhouse/client'
import { seconds } from './rest-client.ts'

const DUCKDB = `
import duckdb, sys, time
db = duckdb.connect()
def run(name, sql):
    times = []
    for _ in range(5):
        started = time.perf_counter(); db.execute(sql).fetchall(); times.append(time.perf_counter() - started)
    print(f"{name}\\t{sorted(times)[2] * 1000:.0f}")
file = sys.argv[1]
run('stack of 1 column', f"select Name, count(distinct host), count(*), min(seen), max(seen) from '{file}' group by 1 order by 2, 1 limit 20")
run('stack of 3 columns', f"select Name, Username, Elevated, count(distinct host), count(*), min(seen), max(seen) from '{file}' group by 1, 2, 3 order by 4, 1 limit 20")
`

/** The same stacks by DuckDB on a Parquet file of just these columns. Says so where Python's duckdb module is missing. */
export async function duckdbStacks(engine: ClickHouseClient): Promise<string[]> {
  return inFolder(async (folder) => {
    const file = join(folder, 'pslist.parquet')
    await save(
      engine,
      `select host_id as host, event_time as seen, row.Name::String as Name, row.Username::String as Username,
         row.TokenIsElevated::String as Elevated from rows where tenant_id = 1 and artifact = 'Windows.System.Pslist' format Parquet`,
      file,
    )
    const ran = spawnSync('python3', ['-c', DUCKDB, file], { encoding: 'utf8' })
    if (ran.status !== 0) return [`DuckDB on Parquet: not measured (${ran.stderr?.trim().split('\n').at(-1)})`]
    return ran.stdout
      .trim()
      .split('\n')
      .map((line) => `DuckDB on Parquet, ${line.replace('\t', ': ')} ms`)
  })
}

/** The same words by ripgrep in the rows as lines of a file. Says so where it is missing. */
export async function ripgrep(engine: ClickHouseClient): Promise<string[]> {
  return inFolder(async (folder) => {
    const file = join(folder, 'rows.jsonl')
    await save(engine, 'select raw from rows where tenant_id = 1 format LineAsString', file)
    return ['upd7x', 'powershell', 'ortana'].map((word) => {
      const started = performance.now()
      const ran = spawnSync('rg', ['--no-config', '-i', '-F', '-c', word, file], { encoding: 'utf8' })
      if (ran.error) return `ripgrep: not measured (${ran.error.message})`
      return `ripgrep, ${word}: ${(seconds(started) * 1000).toFixed(0)} ms, ${ran.stdout.trim() || '0'} lines`
    })
  })
}

/** Writes what the engine answers to a file. */
export async function save(engine: ClickHouseClient, query: string, file: string) {
  const { stream } = await engine.exec({ query })
  await pipeline(stream as Readable, createWriteStream(file))
}

/** Gives `work` a folder that is gone afterwards. */
export async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'velocicompanion-peers-'))
  try {
    return await work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
