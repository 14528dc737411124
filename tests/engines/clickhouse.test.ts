import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { type ClickHouseClient, ClickHouseLogLevel, createClient } from '@clickhouse/client'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { type Clickhouse, startClickhouse } from '#db/embedded/clickhouse.ts'
import { alive } from '../support/children.ts'
import { leastOf, msOf } from '../support/least.ts'
import { killNow, newFolder, quiet, startUnderParent } from './support.ts'

function connect(url: string, options = {}): ClickHouseClient {
  return createClient({
    url,
    use_multipart_params_auto: true,
    log: { level: ClickHouseLogLevel.OFF },
    ...options,
  })
}

const DURABLE = 'settings fsync_after_insert = 1, fsync_part_directory = 1'

describe('embedded ClickHouse', () => {
  const folder = mkdtempSync(join(tmpdir(), 'engine-'))
  let engine: Clickhouse
  let client: ClickHouseClient
  beforeAll(async () => {
    engine = await startClickhouse({ dataDir: join(folder, 'clickhouse'), log: quiet })
    client = connect(engine.url)
  })
  afterAll(async () => {
    await client.close()
    await engine.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  async function rows(query: string, options = {}): Promise<unknown[]> {
    const result = await client.query({ query, format: 'JSONEachRow', ...options })
    return result.json()
  }

  async function table(name: string, columns: string, rest = `order by () ${DURABLE}`): Promise<void> {
    await client.command({ query: `create table ${name} (${columns}) engine = MergeTree ${rest}` })
  }

  test('it answers ping, wants the password and knows its version', async () => {
    expect(await client.ping()).toEqual({ success: true })
    expect(await client.ping({ select: true })).toEqual({ success: true })
    const stranger = connect(engine.url.replace(/:[^:@]+@/, ':wrong@'))
    await expect(stranger.query({ query: 'select 1' })).rejects.toMatchObject({ code: '516' })
    await stranger.close()
  })

  test('bound parameters of every shape arrive as they were sent', async () => {
    const params = {
      text: "tab\tline\nquote'back\\slash é {x:String} -- ; $",
      none: null,
      list: ["it's", 'a\\b\tc\n'],
      map: { "k'1": 1 },
      big: '18446744073709551615',
      at: new Date(1_700_000_000_005),
      keys: Array.from({ length: 20_000 }, (_, n) => `key-${n}`),
    }
    const query = `select {text:String} as text, {none:Nullable(String)} as none, {list:Array(String)} as list,
      {map:Map(String, UInt8)} as map, toString({big:UInt64}) as big, {at:DateTime64(3)} as at,
      (select count() from numbers(30000) where concat('key-', toString(number)) in (select arrayJoin({keys:Array(String)}))) as hits`
    const { keys: _, at: __, ...same } = params
    expect(await rows(query, { query_params: params })).toEqual([
      { ...same, at: '2023-11-14 22:13:20.005', hits: 20_000 },
    ])
  })

  test('settings hold for their own statement only', async () => {
    const query = "select getSetting('max_threads') as threads, timezone() as zone"
    expect(await rows(query, { clickhouse_settings: { max_threads: 1, readonly: '1' } })).toMatchObject([
      { threads: 1 },
    ])
    expect(await rows("select getSetting('readonly') as readonly")).toEqual([{ readonly: 0 }])
    const limits = { clickhouse_settings: { max_result_rows: '10' } }
    await expect(rows('select number from numbers(100)', limits)).rejects.toMatchObject({ code: '396' })
    const brief = { clickhouse_settings: { max_execution_time: 1 } }
    await expect(rows('select max(sipHash64(number)) from numbers(1e13)', brief)).rejects.toMatchObject({ code: '159' })
    await expect(rows('select 1', { clickhouse_settings: { no_such: 1 } })).rejects.toMatchObject({ code: '115' })
    const readonly = { clickhouse_settings: { readonly: '1' } }
    const make = client.command({ query: 'create table no (a Int8) engine = Memory', ...readonly } as never)
    await expect(make).rejects.toMatchObject({ code: '164', type: 'READONLY' })
  })

  test('errors carry the engine’s own code and type', async () => {
    await expect(rows('selec 1')).rejects.toMatchObject({ code: '62', type: 'SYNTAX_ERROR' })
    await expect(rows('select * from nowhere')).rejects.toMatchObject({ code: '60', type: 'UNKNOWN_TABLE' })
    await expect(rows('select 1; select 2')).rejects.toMatchObject({ code: '62' })
    await expect(rows("select 1 into outfile '/tmp/out'")).rejects.toMatchObject({ code: '48' })
  })

  test('clauses are found behind strings, comments and a format of one’s own', async () => {
    expect(await rows("select 'format CSV; --' as a /* format */ settings max_threads = 1 -- format TSV")).toEqual([
      { a: 'format CSV; --' },
    ])
    const own = await client.exec({ query: 'select 1 as format, 2 format CSVWithNames settings max_threads = 1;' })
    expect(await text(own.stream)).toBe('"format","2"\n1,2\n')
    expect(own.response_headers['x-clickhouse-format']).toBe('CSVWithNames')
    expect(await rows('(select 1 as a) union all (with 1 as b select b)')).toEqual([{ a: 1 }, { a: 1 }])
    await table('odd', 'format String, settings UInt8 default 7')
    await client.command({ query: "insert into odd (format) values ('a;b'), ('c')" })
    await client.command({ query: `insert into odd format JSONEachRow {"format":"it's; format"}` })
    await client.insert({ table: 'odd', columns: ['format'], values: [{ format: 'x' }], format: 'JSONEachRow' })
    expect(await rows('select count() as n, sum(settings) as s from odd')).toEqual([{ n: 4, s: 28 }])
  })

  test('an insert’s body reaches the engine as plain and gzipped lines, with its rows counted', async () => {
    await table('line', 'n UInt64, raw String, row Nullable(JSON)')
    const query = `insert into line select {first:UInt64} + rowNumberInAllBlocks(), line, accurateCastOrNull(line, 'JSON')
      from input('line String') format LineAsString`
    const good = Array.from({ length: 50_000 }, (_, n) => `{"n":${n},"text":"it's ${n}"}\n`)
    for (const request of [false, true]) {
      const sender = connect(engine.url, { compression: { request } })
      const body = Readable.from([good.join(''), '[1]\n{"broken\n'].map((part) => Buffer.from(part)))
      const sent = await sender.exec({ query, values: body, query_params: { first: 1 } })
      await text(sent.stream)
      expect(sent.summary?.written_rows).toBe('50002')
      await sender.close()
    }
    expect(
      await rows('select count() as n, countIf(row is null) as bad, max(row.n::UInt64) as most from line'),
    ).toEqual([{ n: 100_004, bad: 4, most: 49_999 }])
    await client.insert({ table: 'line', values: Readable.from([]), format: 'JSONEachRow' })
    const wrong = client.insert({ table: 'line', values: [{ n: 'many' }], format: 'JSONEachRow' })
    await expect(wrong).rejects.toMatchObject({ code: '27' })
  })

  test('the same deduplication token stores nothing twice', async () => {
    await table('once', 'line String', `order by () ${DURABLE}, non_replicated_deduplication_window = 10000`)
    for (const token of ['1:1', '1:1', '1:2']) {
      const clickhouse_settings = { insert_deduplication_token: token, max_insert_threads: '1' }
      const values = Readable.from([Buffer.from('a\nb\n')])
      const query = "insert into once select line from input('line String') format LineAsString"
      await text((await client.exec({ query, values, clickhouse_settings })).stream)
    }
    expect(await rows('select count() as n from once')).toEqual([{ n: 4 }])
  })

  test('JSON columns, the text index, window functions, partitions and deletes work', async () => {
    const index = "index tokens raw type text(tokenizer = 'splitByNonAlpha', preprocessor = lower(raw))"
    const columns = `tenant_id UInt32, row JSON(max_dynamic_paths = 256), raw String, ${index}`
    await table('seen', columns, `partition by tenant_id order by tenant_id ${DURABLE}`)
    const values = [1, 2, 2, 3].map((tenant_id, n) => ({
      tenant_id,
      row: { 'Laddr.IP': `10.0.0.${n}` },
      raw: `Evil ${n}`,
    }))
    await client.insert({ table: 'seen', values, format: 'JSONEachRow' })
    expect(
      await rows("select row.Laddr.IP as ip from seen where hasAnyTokens(raw, ['evil']) and tenant_id = 3"),
    ).toEqual([{ ip: '10.0.0.3' }])
    const filters = { additional_table_filters: "{'seen': 'tenant_id = 2'}" }
    const joined = 'select count() as n from seen as a join (select * from seen) as b on a.raw = b.raw'
    expect(await rows(joined, { clickhouse_settings: filters })).toEqual([{ n: 2 }])
    expect(await rows('select max(n) as n from (select row_number() over (order by raw) as n from seen)')).toEqual([
      { n: 4 },
    ])
    await client.command({ query: 'alter table seen drop partition 1' })
    await client.command({ query: "delete from seen where row.Laddr.IP = '10.0.0.1'" })
    expect(await rows('select tenant_id, count() as n from seen group by 1 order by 1')).toEqual([
      { tenant_id: 2, n: 1 },
      { tenant_id: 3, n: 1 },
    ])
  })

  test('a big answer streams with flat memory here and a first row long before the last', async () => {
    const before = process.memoryUsage.rss()
    const answer = await client.exec({ query: "select repeat('x', 1000) from numbers(400000) format TSV" })
    let size = 0
    for await (const chunk of answer.stream) size += (chunk as Buffer).length
    expect(size).toBe(400_000 * 1_001)
    expect(process.memoryUsage.rss() - before).toBeLessThan(150 * 1024 ** 2)
  })

  test('a query whose client left is killed', async () => {
    const abort = new AbortController()
    const query = "select max(sipHash64(number, 'left')) from numbers(1e14)"
    const asked = client.query({ query, abort_signal: abort.signal })
    setTimeout(() => abort.abort(), 300)
    await expect(asked).rejects.toThrow(/abort/)
    const running =
      "select count() as n from system.processes where query like '%left%' and query not like '%processes%'"
    await expect.poll(() => rows(running), { timeout: 5_000 }).toEqual([{ n: 0 }])
  })

  test('short questions are answered while a long insert runs', async () => {
    await table('slow', 'a UInt64, s String')
    const middle = async () => {
      const insert = client.command({
        query: "insert into slow select number, hex(sipHash128(number)) || repeat('y', 200) from numbers(1500000)",
      })
      let running = true
      void insert.finally(() => {
        running = false
      })
      const times: number[] = []
      while (running) times.push(await msOf(() => rows('select 1')))
      await insert
      expect(times.length).toBeGreaterThan(5)
      return times.sort((a, b) => a - b)[Math.floor(times.length / 2)]!
    }
    expect(await leastOf(250, middle)).toBeLessThan(250)
  })

  test('after kill -9 of the engine and of its parent every acknowledged insert is there', async () => {
    const dataDir = join(newFolder(), 'clickhouse')
    let acknowledged = 0
    for (const victim of ['child', 'parent'] as const) {
      const started = await startUnderParent('clickhouse', dataDir)
      const store = connect(started.url)
      await store.command({
        query: `create table if not exists kept (n UInt64) engine = MergeTree order by n ${DURABLE}`,
      })
      setTimeout(
        () => (victim === 'child' ? process.kill(started.pid, 'SIGKILL') : started.parent.kill('SIGKILL')),
        600,
      )
      for (;;) {
        const values = Array.from({ length: 100 }, (_, n) => ({ n: acknowledged * 100 + n }))
        const stored = await store.insert({ table: 'kept', values, format: 'JSONEachRow' }).catch(() => undefined)
        if (!stored) break
        acknowledged++
      }
      await store.close()
      await killNow(started.parent)
    }
    const again = await startClickhouse({ dataDir, log: quiet })
    onTestFinished(() => again.stop())
    const store = connect(again.url)
    const result = await store.query({ query: 'select uniqExact(n) as n from kept', format: 'JSONEachRow' })
    const [count] = await result.json<{ n: number }>()
    expect(acknowledged).toBeGreaterThan(2)
    expect(Number(count?.n)).toBeGreaterThanOrEqual(acknowledged * 100)
    await store.close()
  })

  test('the engine keeps its port and password over a kill, and its secret off the command line', async () => {
    const dataDir = join(newFolder(), 'clickhouse')
    const first = await startClickhouse({ dataDir, log: quiet })
    const password = new URL(first.url).password
    if (process.platform === 'linux') {
      for (const file of ['cmdline', 'environ']) {
        expect(readFileSync(`/proc/${first.pid}/${file}`, 'utf8')).not.toContain(password)
      }
    }
    process.kill(first.pid, 'SIGKILL')
    expect(await first.exited).toMatchObject({ signal: 'SIGKILL' })
    const second = await startClickhouse({ dataDir, log: quiet })
    expect(second.url).toBe(first.url)
    await second.stop()
    expect(alive(second.pid)).toBe(false)
  })
})

async function text(stream: AsyncIterable<unknown>): Promise<string> {
  let whole = ''
  for await (const chunk of stream) whole += String(chunk)
  return whole
}
