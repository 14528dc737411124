import { Readable } from 'node:stream'
import type { TenantRows } from '#server/platform/telemetry.ts'
import { type Part, recordOf, STRUCTURE } from './formats/chunks.ts'
import type { Flaw } from './formats/framed.ts'
import { brokenLimit, largeIntegersQuoted } from './formats/limits.ts'

/** What the request says of the rows that do not say it themselves. */
export type Delivery = { batch: number; artifact: string; clientId: string; hostname: string; flowId: string }
export type SeenHost = {
  key: string
  client_id: string
  hostname: string
  first_seen: string | null
  last_seen: string | null
}
export type Counts = { received: number; stored: number; duplicate: number; rejected: number }

const STAGING = ['incoming', 'incoming_flaw', 'incoming_host', 'incoming_key', 'incoming_seen']
const PAGE = 500

// Where a row says when it happened, the most telling first. The forwarders' own `timestamp` is when they sent it.
const TIMES =
  'EventTime Timestamp CreateTime TimeCreated Time StartTime event_time visit_time login_time DownloadTime LastExecution Bam_time TimeStamp KeyMTime KeyLastWriteTimestamp DeletedTimestamp LastModified0x10 ModificationTime ModTime MTime Mtime CreationTime Created'.split(
    ' ',
  )

const FACTS = `Tuple(ClientId String, Fqdn String, Hostname String, Computer String, Artifact String, _Source String, FlowId String,
  System Tuple(Computer String, TimeCreated Tuple(SystemTime String)), ${TIMES.map((time) => `${time} String`).join(', ')})`

const firstOf = (...options: string[]) => `coalesce(${options.map((option) => `nullif(${option}, '')`).join(', ')}, '')`

// Bare numbers are epoch times: seconds, or by their size milli-, micro- or nanoseconds. Years up to 1601 mean "none".
const EVENT_TIME = `if(match(t, '^[0-9]{9,19}([.][0-9]+)?$'),
  fromUnixTimestamp64Milli(toInt64(multiIf(n < 1e11, n * 1e3, n < 1e14, n, n < 1e17, n / 1e3, n / 1e6)), 'UTC'),
  if(match(t, '^[0-9]{4}-[0-9]{2}') and t >= '1602', parseDateTime64BestEffortOrNull(t, 3, 'UTC'), null))`

// Cheap signs that a line may break one of the limits; Node looks closer at those lines only.
const SUSPECT = `length(doc) > 262144 or countSubstrings(doc, '{') + countSubstrings(doc, '[') > 32
  or (length(doc) >= 2048 and countSubstrings(doc, ',') >= 512) or multiMatchAny(doc, ['[0-9.]{41}'])`

const STAGE = `
insert into incoming (tenant_id, batch_id, chunk, line, artifact, client_id, hostname, flow_id, event_time, flaw, content, doc, raw)
select {tenant:UInt64}, {batch:UInt64}, {chunk:UInt32}, line, name, client, host, flow, ${EVENT_TIME},
  multiIf(flaw != '', flaw, not valid, 'NOT_JSON', not startsWith(trimLeft(doc), '{'), 'NOT_AN_OBJECT', name = '', 'NO_ARTIFACT',
    client = '' and host = '', 'NO_HOST', greatest(length(name), length(client), length(host)) > 255, 'NAME_TOO_LONG',
    ${SUSPECT}, 'SUSPECT', ''),
  sipHash128(raw), json, raw
from (
  select line, flaw, json, raw, doc, valid,
    if({artifact:String} != '', {artifact:String}, ${firstOf('f.Artifact', 'f._Source')}) as name,
    ${firstOf('f.ClientId', '{clientId:String}')} as client,
    ${firstOf('f.Fqdn', 'f.Hostname', 'f.Computer', 'f.System.Computer', '{hostname:String}')} as host,
    ${firstOf('f.FlowId', '{flowId:String}')} as flow,
    ${firstOf(...TIMES.map((time) => `f.${time}`), 'f.System.TimeCreated.SystemTime')} as t, toFloat64OrZero(t) as n
  from (
    select line, flaw, json, raw, if(json = '', raw, json) as doc, flaw = '' and isValidJSON(doc) as valid,
      JSONExtract(if(valid, doc, '{}'), '${FACTS}') as f
    from input('${STRUCTURE}')))
format RowBinary`

/** Forgets what an earlier try of this load left. */
export async function clearStaging(rows: TenantRows, batch: number): Promise<void> {
  for (const table of STAGING) await rows.write(`alter table ${table} drop partition (${rows.tenantId}, ${batch})`)
}

/** Brings lines into staging: who, what and when each speaks of, and whether it can be a row. */
export const stage = (rows: TenantRows, delivery: Delivery, { chunk, body }: Part): Promise<void> =>
  rows.write(STAGE, { ...delivery, chunk }, Readable.from([body], { objectMode: false }))

type Doubtful = { chunk: number; line: number; raw: string; doc: string }

/**
 * Looks closer at the lines the engine could not judge: notes those that break a limit, and gives it a copy it can read
 * of those whose integers are larger than it knows.
 */
export async function lookCloser(rows: TenantRows, delivery: Delivery): Promise<void> {
  const { batch } = delivery
  for (let after = 0; ; ) {
    const page = await rows.select<Doubtful>(
      `select chunk, line, base64Encode(raw) as raw, base64Encode(doc) as doc from incoming
       where ${OWN} and flaw in ('SUSPECT', 'NOT_JSON') and length(raw) <= 1048576 and line > {after:UInt64}
       order by line limit ${PAGE}`,
      { batch, after },
      { seconds: 60 },
    )
    const judged = page.map((doubtful) => ({ ...doubtful, ...verdictOn(doubtful) }))
    await noteFlaws(rows, batch, judged)
    const mended = judged.filter((line) => line.mended !== null)
    if (mended.length > 0) {
      const lines = mended.map(({ line }) => line)
      await rows.write(`delete from incoming where ${OWN} and line in {lines:Array(UInt64)}`, { batch, lines })
      for (const { chunk, line, raw, mended: json } of mended) {
        const body = recordOf({ line, raw: Buffer.from(raw, 'base64'), json: Buffer.from(json!), flaw: '' })
        await stage(rows, delivery, { chunk, body })
      }
    }
    if (page.length < PAGE) return
    after = page.at(-1)!.line
  }
}

function verdictOn({ raw, doc }: Doubtful): { flaw: Flaw | ''; mended: string | null } {
  const json = Buffer.from(doc || raw, 'base64')
  const text = json.toString('utf8')
  try {
    JSON.parse(text)
  } catch {
    return { flaw: '', mended: null }
  }
  const flaw = brokenLimit(json)
  return { flaw, mended: flaw ? null : largeIntegersQuoted(text) }
}

async function noteFlaws(rows: TenantRows, batch: number, judged: { line: number; flaw: Flaw | '' }[]) {
  const body = judged.filter(({ flaw }) => flaw).map(({ line, flaw }) => `${JSON.stringify({ line, flaw })}\n`)
  if (body.length === 0) return
  await rows.write(
    `insert into incoming_flaw select {tenant:UInt64}, {batch:UInt64}, line, flaw from input('line UInt64, flaw String') format JSONEachRow`,
    { batch },
    Readable.from(body),
  )
}

const OWN = 'tenant_id = {tenant:UInt64} and batch_id = {batch:UInt64}'
const FLAWED = `(flaw not in ('', 'SUSPECT') or line in (select line from incoming_flaw where ${OWN}))`
const HOST_KEY = `if(i.client_id != '', i.client_id, lower(i.hostname))`

/** Puts what can be no row into the quarantine. The token makes a repeat harmless, also across a crash. */
export const quarantine = (rows: TenantRows, batch: number): Promise<void> =>
  rows.write(
    `insert into reject (tenant_id, batch_id, line, reason, raw)
     select tenant_id, batch_id, i.line, if(f.flaw != '', f.flaw, i.flaw), i.raw from incoming i
     left join (select line, flaw from incoming_flaw where ${OWN}) f on f.line = i.line
     where i.tenant_id = {tenant:UInt64} and i.batch_id = {batch:UInt64} and (i.flaw not in ('', 'SUSPECT') or f.flaw != '')`,
    { batch },
    undefined,
    { ...ONE_BLOCK, insert_deduplication_token: `${rows.tenantId}:${batch}:reject` },
  )

/** Every host the good lines speak of, once. */
export const hostsIn = (rows: TenantRows, batch: number): Promise<SeenHost[]> =>
  rows.select(
    `select ${HOST_KEY} as key, client_id, argMax(i.hostname, line) as hostname,
       toString(min(event_time)) as first_seen, toString(maxIf(event_time, event_time <= now64(3) + interval 1 day)) as last_seen
     from incoming i where ${OWN} and not ${FLAWED} group by key, client_id order by key`,
    { batch },
    { seconds: 120, maxRows: 5_000_000 },
  )

/** Names our hosts to the engine, then gives each good line its identity and marks those stored before. */
export async function identify(
  rows: TenantRows,
  batch: number,
  hosts: { key: string; host_id: number }[],
): Promise<void> {
  await rows.write(
    `insert into incoming_host select {tenant:UInt64}, {batch:UInt64}, key, host_id from input('key String, host_id UInt64') format JSONEachRow`,
    { batch },
    Readable.from(hosts.map((host) => `${JSON.stringify(host)}\n`)),
  )
  await rows.write(
    `insert into incoming_key
     select tenant_id, batch_id, chunk, line, h.host_id, sipHash128(key, flow_id, artifact, content, n)
     from (
       select tenant_id, batch_id, chunk, line, ${HOST_KEY} as key, flow_id, artifact, content,
         row_number() over (partition by key, flow_id, artifact, content order by line) as n
       from incoming i where ${OWN} and not ${FLAWED}) i
     inner join (select key, host_id from incoming_host where ${OWN}) h on h.key = i.key`,
    { batch },
  )
  await rows.write(
    `insert into incoming_seen select distinct {tenant:UInt64}, {batch:UInt64}, row_key from rows
     where tenant_id = {tenant:UInt64} and batch_id != {batch:UInt64}
       and artifact in (select distinct artifact from incoming where ${OWN})
       and host_id in (select distinct host_id from incoming_key where ${OWN})
       and row_key in (select row_key from incoming_key where ${OWN})`,
    { batch },
  )
}

/** The chunks that are staged, in order. */
export const stagedChunks = async (rows: TenantRows, batch: number): Promise<number[]> =>
  (
    await rows.select<{ chunk: number }>(`select distinct chunk from incoming_key where ${OWN} order by chunk`, {
      batch,
    })
  ).map(({ chunk }) => chunk)

// One insert is one block is one part: it is there whole or not at all, and its token stands for all of it.
const ONE_BLOCK = {
  max_block_size: '10000000',
  max_insert_block_size: '10000000',
  min_insert_block_size_rows: '10000000',
  min_insert_block_size_bytes: '0',
  max_insert_threads: '1',
  type_json_skip_duplicated_paths: 1,
} as const

/** Stores one staged chunk. With `careful`, lines whose JSON the engine cannot hold are left out instead of failing it. */
export function storeChunk(
  rows: TenantRows,
  batch: number,
  chunk: number,
  { careful }: { careful: boolean },
): Promise<void> {
  const doc = `if(doc = '', raw, doc)`
  const row = careful ? `assumeNotNull(accurateCastOrNull(${doc}, 'JSON(max_dynamic_paths=256)'))` : doc
  return rows.write(
    `insert into rows (tenant_id, artifact, host_id, event_time, ingested_at, batch_id, line, flow_id, row_key, row, raw)
     select tenant_id, artifact, k.host_id, event_time, now64(3), batch_id, i.line, flow_id, k.row_key, ${row}, raw
     from (select * from incoming where ${OWN} and chunk = {chunk:UInt32}${careful ? ` and accurateCastOrNull(${doc}, 'JSON(max_dynamic_paths=256)') is not null` : ''}) i
     any inner join (
       select line, host_id, row_key from incoming_key
       where ${OWN} and chunk = {chunk:UInt32} and row_key not in (select row_key from incoming_seen where ${OWN})) k
     on k.line = i.line`,
    { batch, chunk },
    undefined,
    { ...ONE_BLOCK, insert_deduplication_token: `${rows.tenantId}:${batch}:${chunk}` },
  )
}

/** Quarantines the lines that only the engine refused, so that the ledger accounts for them. */
export const quarantineLeftOut = (rows: TenantRows, batch: number): Promise<void> =>
  rows.write(
    `insert into reject (tenant_id, batch_id, line, reason, raw)
     select tenant_id, batch_id, line, 'ENGINE_REFUSED', raw from incoming
     where ${OWN} and line in (
       select line from incoming_key where ${OWN} and row_key not in (select row_key from incoming_seen where ${OWN}))
     and line not in (select line from rows where ${OWN})`,
    { batch },
    undefined,
    { ...ONE_BLOCK, insert_deduplication_token: `${rows.tenantId}:${batch}:left-out` },
  )

/** The ledger's figures, each counted where it lies: none is derived from the others. */
export async function countBatch(rows: TenantRows, batch: number): Promise<Counts> {
  const [counts] = await rows.select<Counts>(
    `select
       (select count() from incoming where ${OWN}) as received,
       (select count() from rows where ${OWN}) as stored,
       (select count() from incoming_key where ${OWN} and row_key in (select row_key from incoming_seen where ${OWN})) as duplicate,
       (select count() from reject where ${OWN}) as rejected`,
    { batch },
    { seconds: 120 },
  )
  return counts!
}

/** Rejected lines after line `after`, with at most 4 kB of each; the download has them whole. */
export const rejectPage = (
  rows: TenantRows,
  { id, after, skip, limit }: { id: number; after: number; skip: number; limit: number },
) =>
  rows.select<{ line: number; code: string; raw: string; bytes: number }>(
    `select line, reason as code, substring(raw, 1, 4096) as raw, length(raw) as bytes from reject
     where ${OWN} and line > {after:UInt64} order by line limit {limit:UInt32} offset {skip:UInt64}`,
    { batch: id, after, skip, limit },
  )

/** Every rejected line of a delivery as JSON lines, whole. */
export const rejectStream = (rows: TenantRows, id: number) =>
  rows.stream(`select line, reason, raw from reject where ${OWN} order by line`, { batch: id }, 'JSONEachRow')
