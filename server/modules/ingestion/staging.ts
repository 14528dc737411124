import { Readable } from 'node:stream'
import { allEnded } from '#server/platform/all-ended.ts'
import type { TenantRows } from '#server/platform/telemetry.ts'
import { type MemberFacts, type Part, recordOf, STRUCTURE } from './formats/chunks.ts'
import type { Flaw } from './formats/framed.ts'
import { brokenLimit, largeIntegersQuoted } from './formats/limits.ts'

/** The tables of loads under way. */
export const STAGING: readonly string[] = [
  'incoming',
  'incoming_flaw',
  'incoming_host',
  'incoming_key',
  'incoming_seen',
]
const PAGE = 500

/** The lines of one load. */
export const OWN = 'tenant_id = {tenant:UInt64} and load_id = {load:UInt64}'

const FACTS = `Tuple(ClientId String, Fqdn String, Hostname String, Computer String, Artifact String, _Source String,
  FlowId String, System Tuple(Computer String))`

const firstOf = (...options: string[]) => `coalesce(${options.map((option) => `nullif(${option}, '')`).join(', ')}, '')`
const said = (what: string) => `{${what}:Array(String)}[member + 1]`
/** What the row says of itself, unless its archive knows better. */
const rowFirst = (what: string, ...columns: string[]) =>
  `if(sure and ${said(what)} != '', ${said(what)}, ${firstOf(...columns, said(what))})`

// Where a client is known only its own name counts: the computer that an event log names may be another one.
const HOST_NAME = `if(client != '', ${rowFirst('hosts', 'f.Fqdn', 'f.Hostname')},
      ${rowFirst('hosts', 'f.Fqdn', 'f.Hostname', 'f.Computer', 'f.System.Computer')})`

// Cheap signs that a line may break one of the limits; Node looks closer at those lines only.
const SUSPECT = `length(doc) > 262144 or countSubstrings(doc, '{') + countSubstrings(doc, '[') > 32
  or (length(doc) >= 2048 and countSubstrings(doc, ',') >= 512) or multiMatchAny(doc, ['[:,\\\\[ \\\\t]-?[0-9][0-9.eE+-]{39}'])`

const stageWith = (content: string, named: string) => `
insert into incoming (tenant_id, load_id, batch_id, chunk, seq, line, member, artifact, client_id, hostname, flow_id,
  flaw, content, named, sure, doc, raw)
select {tenant:UInt64}, {load:UInt64}, {batches:Array(UInt64)}[member + 1], {chunk:UInt32}, seq, line, member, name, client,
  host, flow,
  multiIf(flaw != '', flaw, not valid, 'NOT_JSON', not startsWith(trimLeft(doc), '{'), 'NOT_AN_OBJECT', name = '', 'NO_ARTIFACT',
    client = '' and host = '', 'NO_HOST', greatest(length(name), length(client), length(host)) > 255, 'NAME_TOO_LONG',
    ${SUSPECT}, 'SUSPECT', ''),
  ${content}, ${named}, sure, json, raw
from (
  select seq, line, member, id, flaw, json, raw, doc, valid, {sure:Array(UInt8)}[member + 1] as sure,
    if(sure or ${said('artifacts')} = '', ${rowFirst('artifacts', 'f.Artifact', 'f._Source')}, ${said('artifacts')}) as name,
    if(sure and (${said('clients')} != '' or ${said('hosts')} != ''), ${said('clients')},
      ${firstOf('f.ClientId', said('clients'))}) as client,
    ${HOST_NAME} as host,
    ${rowFirst('flows', 'f.FlowId')} as flow
  from (
    select *, if(json = '', raw, json) as doc, flaw = '' and isValidJSON(doc) as valid,
      JSONExtract(if(valid, doc, '{}'), '${FACTS}') as f
    from input('${STRUCTURE}')))
format RowBinary`

// What makes a row the same row: the sender's id for it, else where it stands, else what it says.
const STAGE = stageWith(
  `multiIf(id != '', sipHash128(id, raw), ${said('identities')} != '', sipHash128(${said('identities')}, line), sipHash128(raw))`,
  `id != '' or ${said('identities')} != ''`,
)
const STAGE_AGAIN = stageWith('toFixedString(unhex({content:String}), 16)', '{named:Bool}')

const writesOf = (load: number) => `load ${load}`

/** The rows as a load writes them: its writes are known for its own. */
export const rowsOfLoad = (rows: TenantRows, load: number) => rows.named(writesOf(load))

/** Ends the writes of a try whose worker is gone: the engine goes on with them, into the staging of the next. */
export const endWrites = (rows: TenantRows, load: number): Promise<void> => rows.stop(writesOf(load))

/** Forgets what an earlier try of this load left. */
export async function clearStaging(rows: TenantRows, load: number): Promise<void> {
  await allEnded(STAGING.map((table) => drop(rows, table, load)))
}

const drop = (rows: TenantRows, table: string, load: number) =>
  rows.write(`alter table ${table} drop partition (${rows.tenantId}, ${load})`)

const loadsIn = async (rows: TenantRows, table: string): Promise<number[]> =>
  (
    await rows.select<{ load_id: number }>(`select distinct load_id from ${table} where tenant_id = {tenant:UInt64}`)
  ).map(({ load_id }) => load_id)

/** Forgets every load of a tenant that is under way. By partition: the engine cancels a mutation beside which one goes. */
export async function emptyStaging(rows: TenantRows): Promise<void> {
  for (const table of STAGING) for (const load of await loadsIn(rows, table)) await drop(rows, table, load)
}

/** Loads that a crash between their last line in the ledger and the end of their clean-up left. */
export const stagedLoads = (rows: TenantRows): Promise<number[]> => loadsIn(rows, 'incoming')

/** Brings lines into staging: who and what each speaks of, and whether it can be a row. */
export const stage = (rows: TenantRows, load: number, { chunk, body, members }: Omit<Part, 'lines'>): Promise<void> =>
  rows.write(STAGE, { load, chunk, ...inColumns(members) }, Readable.from([body], { objectMode: false }))

const inColumns = (members: MemberFacts[]) => ({
  batches: members.map(({ batch }) => batch),
  artifacts: members.map(({ artifact }) => artifact),
  clients: members.map(({ clientId }) => clientId),
  hosts: members.map(({ hostname }) => hostname),
  flows: members.map(({ flowId }) => flowId),
  sure: members.map(({ sure }) => Number(sure)),
  identities: members.map(({ identity }) => identity),
})

type Doubtful = {
  chunk: number
  seq: number
  line: number
  batch_id: number
  artifact: string
  client_id: string
  hostname: string
  flow_id: string
  content: string
  named: boolean
  sure: boolean
  raw: string
  doc: string
}

/**
 * Looks closer at the lines the engine could not judge: notes those that break a limit, and gives it a copy it can read
 * of those whose integers are larger than it knows.
 */
export async function lookCloser(rows: TenantRows, load: number): Promise<void> {
  for (let after = -1; ; ) {
    const page = await rows.select<Doubtful>(
      `select chunk, seq, line, batch_id, artifact, client_id, hostname, flow_id, hex(content) as content, named, sure,
         base64Encode(raw) as raw, base64Encode(doc) as doc from incoming
       where ${OWN} and flaw in ('SUSPECT', 'NOT_JSON') and length(raw) <= 1048576 and seq > {after:Int64}
       order by seq limit ${PAGE}`,
      { load, after },
      { seconds: 60 },
    )
    const judged = page.map((doubtful) => ({ ...doubtful, ...verdictOn(doubtful) }))
    await noteFlaws(rows, load, judged)
    await mend(rows, load, judged)
    if (page.length < PAGE) return
    after = page.at(-1)!.seq
  }
}

async function mend(rows: TenantRows, load: number, judged: (Doubtful & { mended: string | null })[]) {
  const mended = judged.filter((line) => line.mended !== null)
  if (mended.length === 0) return
  await rows.remove(`delete from incoming where ${OWN} and seq in {lines:Array(UInt64)}`, {
    load,
    lines: mended.map(({ seq }) => seq),
  })
  for (const line of mended) {
    const { chunk, content, named, seq } = line
    const framed = { line: line.line, raw: Buffer.from(line.raw, 'base64'), json: Buffer.from(line.mended!) }
    const body = recordOf({ ...framed, flaw: '' }, seq)
    const members = [factsOf(line)]
    await rows.write(
      STAGE_AGAIN,
      { load, chunk, content, named, ...inColumns(members) },
      Readable.from([body], { objectMode: false }),
    )
  }
}

const factsOf = ({ batch_id, artifact, client_id, hostname, flow_id, sure }: Doubtful): MemberFacts => ({
  batch: batch_id,
  artifact,
  clientId: client_id,
  hostname,
  flowId: flow_id,
  sure,
  identity: '',
})

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

async function noteFlaws(rows: TenantRows, load: number, judged: { seq: number; flaw: Flaw | '' }[]) {
  const body = judged.filter(({ flaw }) => flaw).map(({ seq, flaw }) => `${JSON.stringify({ seq, flaw })}\n`)
  if (body.length === 0) return
  await rows.write(
    `insert into incoming_flaw select {tenant:UInt64}, {load:UInt64}, seq, flaw from input('seq UInt64, flaw String') format JSONEachRow`,
    { load },
    Readable.from(body),
  )
}
