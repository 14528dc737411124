import { type Merged, survivor } from '#server/modules/hosts/service.ts'
import { type Bind, binder, type Condition, isSubcolumn, pathValues } from '#server/modules/language/service.ts'
import { type Params, type TenantRows, WITH_ONCE } from '#server/platform/telemetry.ts'
import type { Cursor, Kind } from './schema.ts'

/** What two sides of an artifact are: two deliveries, each host's last collection as of two moments, or its last two. */
export type Sides = { deliveries: [number, number] } | { moments: [Date, Date] } | { last: true }

export type Compared = {
  artifact: string
  condition: Condition | null
  merged: Merged[]
  sides: Sides
}

export type Change = {
  kind: Kind
  keys: string[]
  before: string[]
  after: string[]
  hosts: number
  host_ids: number[]
  at: Cursor
}
export type Total = { kind: Kind; changes: number; rows: number; hosts: number }
export type Coverage = { both: number; only_before: number; only_after: number; unnamed: number }

const OWN = 'tenant_id = {tenant:UInt64}'
const SECONDS = 60
const NAMED_HOSTS = 100
const LONGEST = 4096
const SAMPLED = 20_000

/** What stands at a path as one text; '' for nothing, JSON for an array. */
function textAt(path: string, bind: Bind): string {
  if (!isSubcolumn(path))
    return `arrayStringConcat(arrayMap(v -> ifNull(v, ''), ${pathValues(path, bind).values}), ', ')`
  return `ifNull(toString(${bind('Identifier', `row.${path}`)}), '')`
}

// A collection is a flow; what names none came with its delivery.
const COLLECTION = `if(flow_id = '', concat('delivery ', toString(batch_id)), flow_id)`

function base({ artifact, condition, merged, sides }: Compared): { where: string; params: Params } {
  const params: Params = { artifact, ...condition?.params, ...survivor(merged).params }
  if ('deliveries' in sides) Object.assign(params, { first: sides.deliveries[0], second: sides.deliveries[1] })
  if ('moments' in sides)
    Object.assign(params, { first: sides.moments[0].getTime(), second: sides.moments[1].getTime() })
  return { where: ['artifact = {artifact:String}', ...(condition ? [condition.sql] : [])].join(' and '), params }
}

/** SQL: for each host and side (0 before, 1 after) the collection that stands for it. */
function chosenSql({ sides, merged }: Compared): string {
  const found = `select ${survivor(merged).sql} as host, ${COLLECTION} as collection, max(ingested_at) as stored, max(batch_id) as delivery
    from rows where ${OWN} and artifact = {artifact:String} group by host, collection`
  const asOf = (at: string) =>
    `argMaxIf(collection, (stored, delivery), stored <= fromUnixTimestamp64Milli({${at}:Int64}))`
  const lastTwo = `arrayResize(arrayMap(x -> x.3, arrayReverseSort(groupArray((stored, delivery, collection)))), 2, '')`
  const both = 'moments' in sides ? `[${asOf('first')}, ${asOf('second')}]` : `arrayReverse(${lastTwo})`
  return `select host, toUInt8(place - 1) as side, two[place] as collection
    from (select host, ${both} as two from (${found}) group by host)
    array join [1, 2] as place where two[place] != ''`
}

/** SQL: the rows of both sides with `host`, `side` and what `cells` says, of hosts that are on both. */
function sidesSql(compared: Compared, where: string, cells: string): string {
  const host = survivor(compared.merged).sql
  if ('deliveries' in compared.sides) {
    const both = `select ${host} as host from rows where ${OWN} and artifact = {artifact:String}
      and batch_id in ({first:UInt64}, {second:UInt64}) group by host having uniqExact(batch_id) = 2`
    return `select ${host} as host, toUInt8(batch_id = {second:UInt64}) as side, ${cells} from rows
      where ${OWN} and ${where} and batch_id in ({first:UInt64}, {second:UInt64}) and ${host} in (${both})`
  }
  const chosen = chosenSql(compared)
  const both = `select host, side, collection from (${chosen}) where host in (
    select host from (${chosen}) group by host having uniqExact(side) = 2 and uniqExact(collection) = 2)`
  return `select host, side, ${cells} from rows
    inner join (${both}) as taken on taken.host = ${host} and taken.collection = ${COLLECTION}
    where ${OWN} and ${where}`
}

/** How many hosts answered on both sides, and how many are left out; `unnamed`: hosts whose rows name no flow. */
export async function coverage(rows: TenantRows, compared: Compared): Promise<Coverage> {
  const { params } = base({ ...compared, condition: null })
  const sides =
    'deliveries' in compared.sides
      ? `select ${survivor(compared.merged).sql} as host, toUInt8(batch_id = {second:UInt64}) as side, ${COLLECTION} as collection from rows
         where ${OWN} and artifact = {artifact:String} and batch_id in ({first:UInt64}, {second:UInt64}) group by 1, 2, 3`
      : `select host, side, collection from (${chosenSql(compared)})`
  const same = 'deliveries' in compared.sides ? '' : ' and uniqExact(collection) = 2'
  const [found] = await rows.select<Coverage>(
    `select countIf(b and a) as both, countIf(b and not a) as only_before, countIf(a and not b) as only_after,
       countIf(b and a and unnamed) as unnamed
     from (select host, max(side = 0) as b, max(side = 1)${same ? ` and (not max(side = 0) or uniqExact(collection) = 2)` : ''} as a,
       max(startsWith(collection, 'delivery ')) as unnamed from (${sides}) group by host)`,
    params,
    { seconds: SECONDS },
  )
  return found ?? { both: 0, only_before: 0, only_after: 0, unnamed: 0 }
}

/** Which of these columns differ between rows that some key finds on both sides, and how many rows were looked at. */
export async function uniqueness(rows: TenantRows, compared: Compared, candidates: string[][]) {
  const { where, params } = base(compared)
  const bind = binder(params, 'c')
  const paths = [...new Set(candidates.flat())]
  const name = new Map(paths.map((path, at) => [path, `t${at}`]))
  const cells = paths.map((path) => `${textAt(path, bind)} as ${name.get(path)}`).join(', ')
  const ways = candidates.map((keys) => `uniqExact(host, side, ${keys.map((path) => name.get(path)).join(', ')})`)
  const [found] = await rows.select<{ n: number; distinct: number[] }>(
    `select count() as n, [${ways.join(', ')}] as distinct from (
       select distinct host, side, ${paths.map((path) => name.get(path)).join(', ')} from (
         ${sidesSql(compared, where, cells)}) limit {sample:UInt32})`,
    { ...params, sample: SAMPLED },
    { seconds: SECONDS },
  )
  return { n: Number(found?.n ?? 0), distinct: (found?.distinct ?? []).map(Number) }
}

type Asked = {
  keys: string[]
  values: string[]
  kind: Kind | undefined
  by: 'rare' | 'common'
  limit: number
  cursor: Cursor | null
}
type Found = Omit<Change, 'at'> & { what: 'change' | 'total'; place: string; changes: number; rows_count: number }

/**
 * One page of what differs, alike changes of several hosts as one, and the totals by kind. Rows that both sides of a host
 * have are left out by a hash of what is compared, so that only what differs is read in full; equal rows of a side are one.
 */
export async function changePage(rows: TenantRows, compared: Compared, asked: Asked) {
  const { keys, values, kind, by, limit, cursor } = asked
  const { where, params } = base(compared)
  const bind = binder(params, 'c')
  const cells = [...keys, ...values].map((path) => textAt(path, bind))
  const keyCells = `[${cells.slice(0, keys.length).join(', ')}]::Array(String)`
  const valueCells = `[${cells.slice(keys.length).join(', ')}]::Array(String)`
  const hash = `sipHash128(${cells.join(', ')})`
  const differing = `select host, hash from (${sidesSql(compared, where, `${hash} as hash`)})
    group by host, hash having min(side) = max(side)`
  const after = cursor ? afterSql(by, cursor, params) : '1'
  const found = await rows.select<Found>(
    `with alike as materialized (
       select event.1 as kind, keys, event.2 as before, event.3 as after, toUInt64(count()) as rows_count,
         groupUniqArray(host) as host_list, toUInt64(length(host_list)) as n_hosts, sipHash64(kind, keys, before, after) as place
       from (
         select host, keys, arrayJoin(if(length(olds) = 1 and length(news) = 1, [('changed', olds[1], news[1])],
           arrayConcat(arrayMap(v -> ('gone', v, []::Array(String)), olds), arrayMap(v -> ('new', []::Array(String), v), news)))) as event
         from (
           select host, keys, groupUniqArrayIf(vals, side = 0) as olds, groupUniqArrayIf(vals, side = 1) as news
           from (${sidesSql(compared, where, `${hash} as hash, ${keyCells} as keys, ${valueCells} as vals`)})
           where (host, hash) in (${differing})
           group by host, keys))
       group by kind, keys, before, after)
     select * from (
       select 'change' as what, kind, ${cut('keys')} as keys, ${cut('before')} as before, ${cut('after')} as after,
         n_hosts as hosts, arraySlice(arraySort(host_list), 1, ${NAMED_HOSTS}) as host_ids, toString(place) as place,
         0::UInt64 as changes, rows_count
       from alike where ${kind ? 'alike.kind = {kind:String}' : '1'} and ${after}
       order by n_hosts ${by === 'rare' ? 'asc' : 'desc'}, alike.place limit {limit:UInt32})
     union all
     select 'total', kind, [], [], [], toUInt64(length(groupUniqArrayArray(host_list))), [], '', toUInt64(count()), toUInt64(sum(rows_count))
     from alike group by kind`,
    { ...params, kind, limit },
    { seconds: SECONDS, settings: WITH_ONCE },
  )
  return { changes: changesIn(found, by), totals: totalsIn(found) }
}

const cut = (array: string) => `arrayMap(v -> leftUTF8(v, ${LONGEST}), alike.${array})`

function afterSql(by: 'rare' | 'common', { hosts, key }: Cursor, params: Params): string {
  Object.assign(params, { afterHosts: hosts, afterKey: key })
  const further = by === 'rare' ? '>' : '<'
  return `(n_hosts ${further} {afterHosts:UInt64} or n_hosts = {afterHosts:UInt64} and alike.place > {afterKey:UInt64})`
}

const changesIn = (found: Found[], by: 'rare' | 'common'): Change[] =>
  found
    .filter(({ what }) => what === 'change')
    .map(({ what: _what, place, changes: _changes, rows_count: _rows, ...change }) => ({
      ...change,
      at: { hosts: change.hosts, key: place },
    }))
    .sort((a, b) => (by === 'rare' ? 1 : -1) * (a.hosts - b.hosts) || (BigInt(a.at.key) < BigInt(b.at.key) ? -1 : 1))

const totalsIn = (found: Found[]): Total[] =>
  found
    .filter(({ what }) => what === 'total')
    .map(({ kind, changes, rows_count, hosts }) => ({ kind, changes, rows: rows_count, hosts }))
