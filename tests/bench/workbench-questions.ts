import type { ClickHouseClient } from '@clickhouse/client'
import { asCursor, orderBy, orderOf } from '#server/modules/telemetry/sql/order.ts'

/** A hunter's question: the procedure that answers it, and what one would ask the engine by hand. */
export type Question = {
  name: string
  procedure: string
  input: object
  sql: string[]
  params?: Record<string, unknown>
}

const PSLIST = 'Windows.System.Pslist'
const NETSTAT = 'Windows.Network.NetstatEnriched/Netstat'
const USN = 'Windows.Forensics.Usn'
const FROM = '2025-10-09T00:00:00.000Z'
const TO = '2025-11-08T00:00:00.000Z'
const OWN = 'tenant_id = 1'
const OF = (artifact: string) => `${OWN} and artifact = '${artifact}'`
const text = (path: string) => `row.${path}::String`

/** The screens as people open them. */
export const SCREENS: Record<string, string> = {
  'rows, the landing': '/rows',
  'rows of an artifact': `/rows?artifact=${PSLIST}`,
  'rows, a token': '/rows?q=powershell',
  'stack of one column': `/stacks?artifact=${PSLIST}&columns=Name`,
  'stack of three columns': `/stacks?artifact=${PSLIST}&columns=Name&columns=Username&columns=TokenIsElevated`,
  'a dossier': '/observables?type=process&value=powershell.exe',
  'the timeline': `/timeline?from=${FROM}&to=${TO}`,
  'a host': '/hosts/5',
  hosts: '/hosts',
}

/** The questions, with values and deliveries that the rows really hold. */
export async function questions(engine: ClickHouseClient): Promise<Question[]> {
  const list = async <T>(query: string) => (await engine.query({ query, format: 'JSONEachRow' })).json<T>()
  const cells = await list<{ text: string }>(
    `select ${text('Hash.SHA256')} as text from rows where ${OF(PSLIST)} group by text order by sipHash64(text) limit 500`,
  )
  const [rare] = await list<{ value: string }>(
    `select value from sightings where ${OWN} and type = 'hash' group by value having uniqExact(host_id) = 1
     order by sipHash64(value) limit 1`,
  )
  const batches = await list<{ id: string }>(
    `select toString(batch_id) as id from rows where ${OWN} group by batch_id having count() > 500000 order by batch_id desc limit 2`,
  )
  const newest = orderOf([])
  const [edge] = await list<{ key: string[] }>(
    `select ${newest.key} as key from rows where ${OF(PSLIST)} order by ${orderBy(newest, 'after')} limit 1 offset ${9_999 * 50 - 1}`,
  )
  const hashes = cells.map((cell) => cell.text)
  const between = `event_time >= toDateTime64('2025-10-09 00:00:00', 3, 'UTC') and event_time < toDateTime64('2025-11-08 00:00:00', 3, 'UTC')`
  const stack = (columns: string[]): Question => ({
    name: `stack of ${columns.length} column${columns.length > 1 ? 's' : ''}`,
    procedure: 'stacks.stack',
    input: { artifact: PSLIST, columns },
    sql: [
      `select ${columns.map((column, n) => `${text(column)} as k${n}`).join(', ')}, uniqExact(host_id) as hosts, count() as rows,
         min(event_time), max(event_time) from rows where ${OF(PSLIST)} group by ${columns.map((_, n) => `k${n}`).join(', ')}
       order by hosts, k0 limit 20`,
    ],
  })
  const found: Question[] = [
    {
      name: 'first page of rows',
      procedure: 'telemetry.rows',
      input: { artifact: PSLIST, columns: ['Name', 'CommandLine', 'Username'] },
      sql: [
        `select host_id, batch_id, line, event_time, ${text('Name')}, ${text('CommandLine')}, ${text('Username')}, raw from rows
         where ${OF(PSLIST)} order by event_time desc nulls last, batch_id desc, line desc limit 51`,
        `select count() from rows where ${OF(PSLIST)}`,
      ],
    },
    {
      name: 'facets of four fields',
      procedure: 'exploring.facets',
      input: { artifact: NETSTAT, fields: ['Name', 'Status', 'Rport', 'Username'] },
      sql: ['Name', 'Status', 'Rport', 'Username'].map(
        (field) =>
          `select ${text(field)} as v, count() as rows, uniqExact(host_id) as hosts from rows where ${OF(NETSTAT)}
           group by v order by hosts desc, rows desc limit 7`,
      ),
    },
    {
      name: 'histogram of everything',
      procedure: 'exploring.histogram',
      input: {},
      sql: [
        `select toStartOfInterval(event_time, interval 12 hour) as at, count() from rows where ${OWN} group by at order by at`,
        `select min(event_time), max(event_time), uniqExact(host_id) from rows where ${OWN}`,
      ],
    },
    stack(['Name']),
    stack(['Name', 'Username', 'TokenIsElevated']),
    {
      name: 'a token anywhere',
      procedure: 'telemetry.rows',
      input: { q: 'upd7x' },
      sql: [
        `select host_id, batch_id, line, event_time, raw from rows where ${OWN} and positionCaseInsensitiveUTF8(raw, 'upd7x') > 0
         order by event_time desc limit 51`,
      ],
    },
    {
      name: 'a word that is there often',
      procedure: 'telemetry.rows',
      input: { q: 'powershell', artifact: NETSTAT },
      sql: [
        `select host_id, batch_id, line, event_time, raw from rows where ${OF(NETSTAT)} and hasToken(lower(raw), 'powershell')
         order by event_time desc limit 51`,
        `select count() from rows where ${OF(NETSTAT)} and hasToken(lower(raw), 'powershell')`,
      ],
    },
    {
      name: 'a part of a word anywhere',
      procedure: 'telemetry.rows',
      input: { q: '*ortana*' },
      sql: [
        `select host_id, batch_id, line, event_time, raw from rows where ${OWN} and raw ilike '%ortana%'
         order by event_time desc limit 51`,
      ],
    },
    {
      name: 'dossier of a rare hash',
      procedure: 'observables.dossier',
      input: { type: 'hash', value: rare!.value },
      sql: [
        // Where it stands, on which days, what is of its shape, and the rows to see what stands beside it.
        `select host_id, artifact, field, sum(rows), min(first_seen), max(last_seen) from sightings final
         where ${OWN} and type = 'hash' and value = {value:String} group by host_id, artifact, field`,
        `select toDate(arrayJoin([first_seen, last_seen])) as day, uniqExact(host_id) from sightings final
         where ${OWN} and type = 'hash' and value = {value:String} group by day`,
        `select value, uniqExact(host_id) as hosts from sightings where ${OWN} and type = 'hash' and value != {value:String}
           and shape != '' and shape in (select shape from sightings where ${OWN} and type = 'hash' and value = {value:String})
         group by value order by hosts desc limit 20`,
        `select raw from rows where ${OWN} and (artifact, host_id, batch_id) in (
           select artifact, host_id, batch_id from sightings where ${OWN} and type = 'hash' and value = {value:String})
         and hasToken(lower(raw), {value:String}) limit 500`,
      ],
      params: { value: rare!.value },
    },
    {
      name: 'prevalence of 500 values',
      procedure: 'observables.ofCells',
      input: { cells: hashes.map((value) => ({ artifact: PSLIST, column: 'Hash.SHA256', text: value })) },
      sql: [
        `select value, uniqExact(host_id) from sightings where ${OWN} and type = 'hash' and value in {values:Array(String)} group by value`,
      ],
      params: { values: hashes },
    },
    {
      name: 'timeline of 30 days',
      procedure: 'timeline.view',
      input: { from: FROM, to: TO, q: `artifact:"${USN}"` },
      sql: [
        `select intDiv(toUnixTimestamp64Milli(event_time), 27000000) as bin, count() from rows where ${OF(USN)} and ${between} group by bin`,
        `select host_id, count() as n, min(event_time), max(event_time) from rows where ${OF(USN)} and ${between} group by host_id order by n desc limit 12`,
        `select host_id, batch_id, line, event_time, raw from rows where ${OF(USN)} and ${between} order by event_time limit 51`,
      ],
    },
  ]
  if (edge)
    found.splice(1, 0, {
      name: 'page 10,000 of rows',
      procedure: 'telemetry.rows',
      input: {
        artifact: PSLIST,
        columns: ['Name', 'CommandLine', 'Username'],
        cursor: asCursor({ way: 'after', key: edge.key }),
      },
      sql: [
        `select host_id, batch_id, line, event_time, ${text('Name')}, ${text('CommandLine')}, ${text('Username')}, raw from rows
         where ${OF(PSLIST)} and event_time <= fromUnixTimestamp64Milli({ms:Int64}) order by event_time desc, batch_id desc, line desc limit 51`,
        `select count() from rows where ${OF(PSLIST)}`,
      ],
      params: { ms: edge.key[0] },
    })
  const [after, before] = batches
  if (after && before)
    found.push({
      name: 'two deliveries compared',
      procedure: 'comparing.compare',
      input: { artifact: 'Windows.System.Services', before: Number(before.id), after: Number(after.id) },
      sql: [
        `select side, count(), uniqExact(host_id) from (
           select host_id, cityHash64(${text('Name')}) as k, if(countIf(batch_id = ${after.id}) = 0, 'gone', if(countIf(batch_id = ${before.id}) = 0, 'new',
             if(uniqExact(cityHash64(${text('PathName')}, ${text('State')}, ${text('StartMode')})) > 1, 'changed', 'same'))) as side
           from rows where ${OF('Windows.System.Services')} and batch_id in (${before.id}, ${after.id}) group by host_id, k) group by side`,
      ],
    })
  return found
}
