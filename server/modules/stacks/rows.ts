import { SIGHTINGS_SETTINGS } from '#server/modules/columns/service.ts'
import type { Condition } from '#server/modules/language/service.ts'
import type { Params, TenantRows } from '#server/platform/telemetry.ts'
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
  at: StackCursor
}

/** How many values stand on so many hosts, with the rows of them, and how many of them are open and not yet known. */
export type Level = { hosts: number; values: number; rows: number; open: number; shown: number }

type Paging = { limit: number; by: 'rare' | 'common'; hide: boolean; cursor: StackCursor | null }
type Found = Omit<Line, 'at'> & { kind: 'line' | 'level'; text: string; key: string; open: number; shown: number }

const NAMED_HOSTS = 500
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
  const shown = [hide ? 'open > 0' : '1', work.known ? 'known_rows = 0' : '1'].join(' and ')
  const after = cursor ? afterSql(by, cursor, params) : '1'
  const found = await rows.select<Found>(
    `with stacked as materialized (
       select *, length(hosts_of) as hosts, length(open_of) as open, ${shown} as shown,
         left(k0, 60) as text, sipHash64(${keys.map((at) => `k${at}`).join(', ')}) as hash
       from (${linesSql(work, params)}))
     select 'line' as kind, [${keys.map((at) => `s${at}`).join(', ')}] as values, toUInt64(hosts) as hosts,
       arraySlice(arraySort(${hide ? 'open_of' : 'hosts_of'}), 1, ${NAMED_HOSTS}) as host_ids, toUInt64(open) as open_hosts, rows, variants,
       spellings, toUnixTimestamp64Milli(first) as first_ms, toUnixTimestamp64Milli(last) as last_ms, text,
       toString(hash) as key, 0 as open, 0 as shown
     from stacked where shown and ${after}
     order by hosts ${by === 'rare' ? 'asc' : 'desc'}, text, hash limit {limit:UInt32}
     union all
     select 'level', [], toUInt64(hosts), [], 0, sum(rows), count(), [], null, null, '', '', countIf(open > 0), countIf(shown)
     from stacked group by hosts`,
    params,
    { seconds: SECONDS, maxRows: 1_000_000, settings: { ...SIGHTINGS_SETTINGS } },
  )
  return { lines: linesIn(found, by), levels: levelsIn(found) }
}

function afterSql(by: Paging['by'], { hosts, text, key }: StackCursor, params: Params): string {
  Object.assign(params, { afterHosts: hosts, afterText: text, afterKey: key })
  const further = by === 'rare' ? '>' : '<'
  return `(hosts ${further} {afterHosts:UInt64} or hosts = {afterHosts:UInt64}
    and (text, hash) > ({afterText:String}, {afterKey:UInt64}))`
}

const linesIn = (found: Found[], by: Paging['by']): Line[] =>
  found
    .filter(({ kind }) => kind === 'line')
    .map(({ kind: _kind, text, key, open: _open, shown: _shown, ...line }) => ({
      ...line,
      at: { hosts: line.hosts, text, key },
    }))
    .sort((a, b) => (by === 'rare' ? a.hosts - b.hosts : b.hosts - a.hosts))

const levelsIn = (found: Found[]): Level[] =>
  found
    .filter(({ kind }) => kind === 'level')
    .map(({ hosts, variants, rows, open, shown }) => ({ hosts, values: variants, rows, open, shown }))
    .sort((a, b) => a.hosts - b.hosts)

type Behind = { artifact: string | undefined; condition: Condition | null; merged: Work['merged'] }
const MOST_HOSTS = 1000

/** The hosts that have rows a condition holds for, merged ones as one: the thousand with the most rows, and how many there are. */
export async function hostsBehind(rows: TenantRows, { artifact, condition, merged }: Behind) {
  const survivor =
    merged.length > 0 ? 'transform(host_id, {merged:Array(UInt64)}, {into:Array(UInt64)}, host_id)' : 'host_id'
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
    `select ${survivor} as host_id, count() as rows, toUnixTimestamp64Milli(min(event_time)) as first_ms,
       toUnixTimestamp64Milli(max(event_time)) as last_ms, count() over () as total
     from rows where ${conditions.join(' and ')}
     group by 1 order by rows desc, 1 limit ${MOST_HOSTS}`,
    {
      artifact,
      merged: merged.map(({ id }) => id),
      into: merged.map(({ merged_into }) => merged_into),
      ...condition?.params,
    },
    { seconds: SECONDS },
  )
  return {
    hosts: found.map(({ total: _total, ...host }) => host),
    total: Number(found[0]?.total ?? 0),
  }
}
