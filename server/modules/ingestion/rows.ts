import { Readable } from 'node:stream'
import type { TimesSql } from '#server/modules/columns/service.ts'
import type { Freshness } from '#server/modules/hosts/service.ts'
import { ROW_TABLES, type TenantRows } from '#server/platform/telemetry.ts'
import { emptyStaging, OWN, STAGING } from './staging.ts'

export type SeenHost = { key: string; client_id: string; hostname: string }
export type Counts = { received: number; stored: number; duplicate: number; rejected: number }

const BATCHES = 'tenant_id = {tenant:UInt64} and batch_id in {batches:Array(UInt64)}'
const FLAWED = `(flaw not in ('', 'SUSPECT') or seq in (select seq from incoming_flaw where ${OWN}))`
const HOST_KEY = `if(i.client_id != '', i.client_id, lower(i.hostname))`
const SEEN = `(copy > 1 or row_key in (select row_key from incoming_seen where ${OWN}))`

/** Puts what can be no row into the quarantine. The token makes a repeat harmless, also across a crash. */
export const quarantine = (rows: TenantRows, load: number): Promise<void> =>
  rows.write(
    `insert into reject (tenant_id, batch_id, line, reason, raw)
     select tenant_id, batch_id, i.line, if(f.flaw != '', f.flaw, i.flaw), i.raw from incoming i
     left join (select seq, flaw from incoming_flaw where ${OWN}) f on f.seq = i.seq
     where i.tenant_id = {tenant:UInt64} and i.load_id = {load:UInt64} and (i.flaw not in ('', 'SUSPECT') or f.flaw != '')`,
    { load },
    undefined,
    { ...ONE_BLOCK, insert_deduplication_token: `${rows.tenantId}:${load}:reject` },
  )

/** Every host the good lines speak of, once, by the name that most of them give it: one odd line renames nobody. */
export const hostsIn = (rows: TenantRows, load: number): Promise<SeenHost[]> =>
  rows.select(
    `select key, client_id, argMax(hostname, (hostname != '', n, last)) as hostname from (
       select ${HOST_KEY} as key, client_id, hostname, count() as n, max(seq) as last
       from incoming i where ${OWN} and not ${FLAWED} group by key, client_id, hostname)
     group by key, client_id order by key`,
    { load },
    { seconds: 120, maxRows: 5_000_000 },
  )

// Deliveries of one load may hold the same row; within one of them no two rows have one key.
const COPY = 'row_number() over (partition by row_key order by seq)'

/**
 * Names our hosts to the engine, then gives each good line its identity and marks those stored before. The n-th line
 * of one content in a delivery is the n-th row of it; a line named by its sender or its place is that row only.
 */
export async function identify(
  rows: TenantRows,
  load: number,
  batches: number[],
  hosts: { key: string; host_id: number }[],
): Promise<void> {
  await rows.write(
    `insert into incoming_host select {tenant:UInt64}, {load:UInt64}, key, host_id from input('key String, host_id UInt64') format JSONEachRow`,
    { load },
    Readable.from(hosts.map((host) => `${JSON.stringify(host)}\n`)),
  )
  await rows.write(
    `insert into incoming_key
     select tenant_id, load_id, batch_id, chunk, seq, host_id, row_key, ${batches.length > 1 ? COPY : '1'}
     from (
       select i.*, h.host_id as host_id, sipHash128(said, n) as row_key
       from (
         select tenant_id, load_id, batch_id, chunk, seq, ${HOST_KEY} as key, sipHash128(key, flow_id, artifact, content) as said,
           row_number() over (partition by batch_id, said order by seq) as n
         from incoming i where ${OWN} and not ${FLAWED}) i
       inner join (select key, host_id from incoming_host where ${OWN}) h on h.key = i.key)`,
    { load },
  )
  await rows.write(
    `insert into incoming_seen select distinct {tenant:UInt64}, {load:UInt64}, row_key from rows
     where tenant_id = {tenant:UInt64} and batch_id not in {batches:Array(UInt64)}
       and artifact in (select distinct artifact from incoming where ${OWN})
       and host_id in (select distinct host_id from incoming_key where ${OWN})
       and row_key in (select row_key from incoming_key where ${OWN})`,
    { load, batches },
  )
}

/** The chunks that are staged, in order, each with its good lines. */
export const stagedChunks = (rows: TenantRows, load: number): Promise<{ chunk: number; lines: number }[]> =>
  rows.select(`select chunk, count() as lines from incoming_key where ${OWN} group by chunk order by chunk`, { load })

// One insert is one block is one part: it is there whole or not at all, and its token stands for all of it.
const ONE_BLOCK = {
  max_block_size: '10000000',
  max_insert_block_size: '10000000',
  min_insert_block_size_rows: '10000000',
  min_insert_block_size_bytes: '0',
  max_insert_threads: '1',
  type_json_skip_duplicated_paths: 1,
  // A time stays the text it was: the engine's own reading would make another one of the year 1.
  input_format_try_infer_dates: 0,
  input_format_try_infer_datetimes: 0,
} as const

/** Stores one staged chunk. With `careful`, lines whose JSON the engine cannot hold are left out instead of failing it. */
export function storeChunk(
  rows: TenantRows,
  load: number,
  chunk: number,
  { careful, times }: { careful: boolean; times: TimesSql },
): Promise<void> {
  const doc = `if(doc = '', raw, doc)`
  const json = `JSON(max_dynamic_paths=256)`
  const row = careful ? `assumeNotNull(accurateCastOrNull(${doc}, '${json}'))` : `cast(${doc}, '${json}')`
  return rows.write(
    `insert into rows (tenant_id, artifact, host_id, event_time, times, time_labels, ingested_at, batch_id, line, flow_id, row_key, row, raw)
     select tenant_id, artifact, host_id, ${times.eventTime}, ${times.times}, ${times.labels}, now64(3), batch_id, line, flow_id, row_key, row, raw
     from (
       select i.*, k.host_id as host_id, k.row_key as row_key, ${row} as row
       from (select * from incoming where ${OWN} and chunk = {chunk:UInt32}${careful ? ` and accurateCastOrNull(${doc}, '${json}') is not null` : ''}) i
       any inner join (select seq, host_id, row_key from incoming_key where ${OWN} and chunk = {chunk:UInt32} and not ${SEEN}) k
       on k.seq = i.seq)`,
    { load, chunk },
    undefined,
    { ...ONE_BLOCK, insert_deduplication_token: `${rows.tenantId}:${load}:${chunk}` },
  )
}

/** Quarantines the lines that only the engine refused, so that the ledger accounts for them. */
export const quarantineLeftOut = (rows: TenantRows, load: number, batches: number[]): Promise<void> =>
  rows.write(
    `insert into reject (tenant_id, batch_id, line, reason, raw)
     select tenant_id, batch_id, line, 'ENGINE_REFUSED', raw from incoming
     where ${OWN} and seq in (select seq from incoming_key where ${OWN} and not ${SEEN})
     and (batch_id, line) not in (select batch_id, line from rows where ${BATCHES})`,
    { load, batches },
    undefined,
    { ...ONE_BLOCK, insert_deduplication_token: `${rows.tenantId}:${load}:left-out` },
  )

/** The ledger's figures of each delivery, each counted where it lies: none is derived from the others. */
export async function countBatches(rows: TenantRows, load: number, batches: number[]): Promise<Map<number, Counts>> {
  const counted = await rows.select<Counts & { batch_id: number }>(
    `select batch_id, sum(r) as received, sum(s) as stored, sum(d) as duplicate, sum(x) as rejected from (
       select batch_id, count() as r, 0 as s, 0 as d, 0 as x from incoming where ${OWN} group by batch_id
       union all select batch_id, 0, count(), 0, 0 from rows where ${BATCHES} group by batch_id
       union all select batch_id, 0, 0, count(), 0 from incoming_key where ${OWN} and ${SEEN} group by batch_id
       union all select batch_id, 0, 0, 0, count() from reject where ${BATCHES} group by batch_id)
     group by batch_id`,
    { load, batches },
    { seconds: 120 },
  )
  return new Map(counted.map(({ batch_id, ...counts }) => [batch_id, counts]))
}

/** What was stored of each artifact on each host. */
export const freshnessOf = (rows: TenantRows, batches: number[]): Promise<Freshness[]> =>
  rows.select(
    `select host_id, artifact, count() as rows, toString(min(event_time)) as first_row_at,
       toString(maxIf(event_time, event_time <= now64(3) + interval 1 day)) as last_row_at,
       arrayReverseSort(groupUniqArray(batch_id)) as batch_ids
     from rows where ${BATCHES} group by host_id, artifact order by host_id, artifact`,
    { batches },
    { seconds: 120, maxRows: 10_000_000 },
  )

/** Takes back what a load that cannot go on has stored and set aside of these deliveries: the next one begins anew. */
export async function forget(rows: TenantRows, batches: number[]): Promise<void> {
  await rows.write(`delete from rows where ${BATCHES}`, { batches })
  await rows.write(`delete from sightings where ${BATCHES}`, { batches })
  await rows.write(`delete from reject where ${BATCHES}`, { batches })
}

/** Takes all rows of a tenant, and rewrites the parts that held them: what a mark alone deletes stays on the disk for a while. */
export async function emptyRows(rows: TenantRows): Promise<void> {
  await emptyStaging(rows)
  for (const table of ROW_TABLES.filter((name) => !STAGING.includes(name))) {
    const [held] = await rows.select<{ n: number }>(
      `select count() as n from ${table} where tenant_id = {tenant:UInt64}`,
    )
    if (!held?.n) continue
    const sql = `alter table ${table} delete where tenant_id = ${rows.tenantId}`
    await rows.write(sql, {}, undefined, { mutations_sync: '1' })
  }
}

/** Rejected lines after line `after`, with at most 4 kB of each; the download has them whole. */
export const rejectPage = (
  rows: TenantRows,
  { id, after, skip, limit }: { id: number; after: number; skip: number; limit: number },
) =>
  rows.select<{ line: number; code: string; raw: string; bytes: number }>(
    `select line, reason as code, substring(raw, 1, 4096) as raw, length(raw) as bytes from reject
     where ${BATCHES} and line > {after:UInt64} order by line limit {limit:UInt32} offset {skip:UInt64}`,
    { batches: [id], after, skip, limit },
  )

/** Rejected lines of a delivery by line, whole up to 64 kB. */
export const rejectLines = (rows: TenantRows, id: number, lines: number[]) =>
  rows.select<{ line: number; code: string; raw: string }>(
    `select line, reason as code, substring(raw, 1, 65536) as raw from reject
     where ${BATCHES} and line in {lines:Array(UInt64)} order by line`,
    { batches: [id], lines },
  )

/** Forgets a delivery's quarantine, before it is loaded anew. */
export const forgetRejects = (rows: TenantRows, id: number): Promise<void> =>
  rows.write(`delete from reject where ${BATCHES}`, { batches: [id] })

/** Every rejected line of a delivery as JSON lines, whole. */
export const rejectStream = (rows: TenantRows, id: number) =>
  rows.stream(`select line, reason, raw from reject where ${BATCHES} order by line`, { batches: [id] }, 'JSONEachRow')

/** The flaw most lines of a delivery were rejected for. */
export const commonestFlaw = async (rows: TenantRows, batch: number): Promise<string | undefined> =>
  (
    await rows.select<{ reason: string }>(
      `select reason from reject where ${BATCHES} group by reason order by count() desc limit 1`,
      { batches: [batch] },
    )
  )[0]?.reason

/** Columns that some rows of each of the tenant's artifacts have, from its latest deliveries. */
export const columnsOfArtifacts = (rows: TenantRows) =>
  rows.select<{ artifact: string; columns: string[] }>(
    `select artifact, groupUniqArrayArray(400)(JSONAllPaths(row)) as columns from (
       select artifact, row from rows where tenant_id = {tenant:UInt64} and batch_id in (
         select distinct batch_id from rows where tenant_id = {tenant:UInt64} order by batch_id desc limit 50)
       limit 20 by artifact) group by artifact`,
    {},
    { seconds: 20, maxRows: 10_000 },
  )
