import { SIGHTINGS_SETTINGS } from '#server/modules/columns/service.ts'
import { type Merged, survivor } from '#server/modules/hosts/service.ts'
import type { Condition } from '#server/modules/language/service.ts'
import { type Params, type TenantRows, WITH_ONCE } from '#server/platform/telemetry.ts'
import type { StackCursor } from './schema.ts'
import { linesSql, type Work } from './sql/stack.ts'

/** A combination of values as it was found, and on how many hosts. */
export type Line = {
  values: string[]
  hosts: number
  host_ids: number[]
  open_hosts: number
  rows: number
  variants: number
  spellings: string[][]
  first_ms: number | null
  last_ms: number | null
  /** Whether values are longer than what is told of them. */
  cut: boolean
  at: StackCursor
}

/** How many values stand on so many hosts, with the rows of them, and how many of them are open and not yet known. */
export type Level = { hosts: number; values: number; rows: number; open: number; shown: number }

type Paging = { limit: number; by: 'rare' | 'common'; hide: boolean; cursor: StackCursor | null }
type Found = Omit<Line, 'at' | 'cut' | 'rows'> & {
  cut: number
  row_count: number
  kind: 'line' | 'level'
  text: string
  key: string
  open: number
  shown: number
}

const NAMED_HOSTS = 500
/** Bytes of a value that a line tells. */
const LONGEST = 16_384
const SECONDS = 30

/**
 * One keyset page of a stack by hosts and value, and the number of values by hosts over the whole of it: one statement,
 * so that both tell of the same rows.
 */
export async function linePage(
  rows: TenantRows,
  work: Work,
  { limit, by, hide, cursor }: Paging,
): Promise<{ lines: Line[]; levels: Level[] }> {
  const params: Params = { limit }
  const keys = work.columns.map((_column, at) => at)
  const shown = [hide ? 'n_open > 0' : '1', work.known ? 'known_rows = 0' : '1'].join(' and ')
  const each = (one: (at: number) => string, by: string) => keys.map(one).join(by)
  const after = cursor ? afterSql(by, cursor, params) : '1'
  const found = await rows.select<Found>(
    `with stacked as materialized (
       select *, toUInt64(length(hosts_of)) as n_hosts, toUInt64(length(open_of)) as n_open, toUInt8(${shown}) as is_shown,
         leftUTF8(k0, 60) as sort_text, sipHash64(${each((at) => `k${at}`, ', ')}) as sort_key
       from (${linesSql(work, params)}))
     select * from (
       select 'line' as kind, [${each((at) => `leftUTF8(s${at}, ${LONGEST})`, ', ')}] as values,
         toUInt8(${each((at) => `length(s${at}) > ${LONGEST}`, ' or ')}) as cut, n_hosts as hosts,
         arraySlice(arraySort(hosts_of), 1, ${NAMED_HOSTS}) as host_ids, n_open as open_hosts, toUInt64(rows) as row_count,
         toUInt64(variants) as variants, spellings, toUnixTimestamp64Milli(first) as first_ms,
         toUnixTimestamp64Milli(last) as last_ms, sort_text as text, toString(sort_key) as key, 0::UInt64 as open, 0::UInt64 as shown
       from stacked where is_shown and ${after}
       order by n_hosts ${by === 'rare' ? 'asc' : 'desc'}, sort_text, sort_key limit {limit:UInt32})
     union all
     select 'level', [], 0, n_hosts, [], 0, toUInt64(sum(rows)), toUInt64(count()), [], null, null, '', '', countIf(n_open > 0),
       countIf(is_shown)
     from stacked group by n_hosts`,
    params,
    { seconds: SECONDS, maxRows: 1_000_000, settings: { ...SIGHTINGS_SETTINGS, ...WITH_ONCE } },
  )
  return { lines: linesIn(found, by), levels: levelsIn(found) }
}

function afterSql(by: Paging['by'], { hosts, text, key }: StackCursor, params: Params): string {
  Object.assign(params, { afterHosts: hosts, afterText: text, afterKey: key })
  const further = by === 'rare' ? '>' : '<'
  return `(n_hosts ${further} {afterHosts:UInt64} or n_hosts = {afterHosts:UInt64}
    and (sort_text, sort_key) > ({afterText:String}, {afterKey:UInt64}))`
}

const linesIn = (found: Found[], by: Paging['by']): Line[] =>
  found
    .filter(({ kind }) => kind === 'line')
    .map(({ kind: _kind, text, key, cut, row_count, open: _open, shown: _shown, ...line }) => ({
      ...line,
      rows: row_count,
      cut: Boolean(cut),
      at: { hosts: line.hosts, text, key },
    }))
    .sort((a, b) => (by === 'rare' ? 1 : -1) * (a.hosts - b.hosts) || compared(a.at.text, b.at.text) || byKey(a, b))

// As the row engine orders them: texts by their bytes, keys as numbers.
const compared = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b))
const byKey = (a: Line, b: Line) => (BigInt(a.at.key) < BigInt(b.at.key) ? -1 : 1)

const levelsIn = (found: Found[]): Level[] =>
  found
    .filter(({ kind }) => kind === 'level')
    .map(({ hosts, variants, row_count, open, shown }) => ({ hosts, values: variants, rows: row_count, open, shown }))
    .sort((a, b) => a.hosts - b.hosts)

type Behind = { artifact: string | undefined; condition: Condition | null; merged: Merged[] }
const MOST_HOSTS = 1000

/** The hosts that have rows a condition holds for, merged ones as one: the thousand with the most rows, and how many there are. */
export async function hostsBehind(rows: TenantRows, { artifact, condition, merged }: Behind) {
  const host = survivor(merged)
  const conditions = ['tenant_id = {tenant:UInt64}']
  if (artifact) conditions.push('artifact = {artifact:String}')
  if (condition) conditions.push(condition.sql)
  const found = await rows.select<{
    host_id: number
    rows: number
    first_ms: number | null
    last_ms: number | null
    total: number
  }>(
    `select ${host.sql} as host_id, count() as rows, toUnixTimestamp64Milli(min(event_time)) as first_ms,
       toUnixTimestamp64Milli(max(event_time)) as last_ms, count() over () as total
     from rows where ${conditions.join(' and ')}
     group by 1 order by rows desc, 1 limit ${MOST_HOSTS}`,
    { artifact, ...host.params, ...condition?.params },
    { seconds: SECONDS },
  )
  return {
    hosts: found.map(({ total: _total, ...host }) => host),
    total: Number(found[0]?.total ?? 0),
  }
}
