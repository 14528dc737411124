import { domainToUnicode } from 'node:url'
import { CANONICAL, cleanSql, keySql, type ObservableType, withShape } from '#server/modules/columns/service.ts'
import { type Merged, survivor } from '#server/modules/hosts/service.ts'
import { type Bind, binder, type Condition } from '#server/modules/language/service.ts'
import { type Decision, hideDecided } from '#server/modules/verdicts/service.ts'
import type { Params } from '#server/platform/telemetry.ts'
import { type Cell, cellOf, eachOnce, elementsOf, networkOf, type Source } from './cells.ts'

/** A column of a stack: where it stands and what observable its values are, if any; `network`: addresses go by theirs. */
export type StackColumn = {
  name: string
  sources: Source[]
  type: ObservableType | null
  network: boolean
  canonical: boolean
}

export type Work = {
  columns: StackColumn[]
  artifact: string | undefined
  condition: Condition | null
  merged: Merged[]
  shape: boolean
  /** The column by which lines are decided, and what stands about its values. */
  decided: { at: number; decisions: Decision[] } | null
  /** What was known before: deliveries up to a number but for some, or rows stored before a moment. */
  known: { upTo: number; without: number[] } | { before: Date } | null
}

const OWN = 'tenant_id = {tenant:UInt64}'
const each = (work: Work, one: (at: number) => string) => work.columns.map((_column, at) => one(at)).join(', ')

/**
 * SQL: one line per combination of values, with `hosts` (ids of all that have it), `open` (those for which it is not
 * decided), `rows` and `known_rows`, first and last time, and `variants`. Keys are `k0`…, what stands there `s0`….
 * Rows are grouped by what stands in them first, so that folding costs a step per value and not per row.
 */
export function linesSql(work: Work, params: Params): string {
  const bind = binder(params, 's')
  const cells = work.columns.map(({ sources }) => cellOf(sources, bind))
  const grouped = groupedSql(work, cells, bind, params)
  const elements = (at: number) => {
    const found = elementsOf(cells[at]!, `t${at}`, `j${at}`)
    return work.columns[at]!.network ? `arrayMap(v -> ${networkOf('v')}, ${found})` : found
  }
  const values = `select ${work.decided && isByHost(work.decided.decisions) ? 'host_id, ' : ''}found_on, n, first, last, old, ${each(work, (at) => `arrayJoin(${eachOnce(`e${at}`)}) as v${at}`)}
    from (select *, ${each(work, (at) => `${elements(at)} as e${at}`)} from (${grouped}))`
  const keyed = keyedSql(work, values, params)
  return foldedSql(work, keyed)
}

function groupedSql(work: Work, cells: Cell[], bind: Bind, params: Params): string {
  const { artifact, condition, known, decided } = work
  const conditions = [OWN]
  if (artifact) conditions.push(`artifact = ${bind('String', artifact)}`)
  if (condition) conditions.push(condition.sql)
  Object.assign(params, condition?.params)
  const lists = cells.flatMap(({ list }, at) => (list ? [`max(${list}) as j${at}`] : []))
  const old = known ? [`countIf(${knownSql(known, bind)}) as old`] : ['0 as old']
  const byHost = decided !== null && isByHost(decided.decisions)
  const figures = [
    byHost ? '[host_id] as found_on' : 'groupUniqArray(host_id) as found_on',
    'count() as n',
    'min(event_time) as first',
    'max(event_time) as last',
    ...old,
    ...lists,
  ]
  return `select ${cells.map(({ key }, at) => `${key} as t${at}`).join(', ')}, ${figures.join(', ')}
${byHost ? ', host_id' : ''}
    from rows where ${conditions.join(' and ')}
    group by ${each(work, (at) => `t${at}`)}${byHost ? ', host_id' : ''}`
}

const knownSql = (known: NonNullable<Work['known']>, bind: Bind) =>
  'before' in known
    ? `ingested_at < fromUnixTimestamp64Milli(${bind('Int64', known.before.getTime())})`
    : `batch_id <= ${bind('UInt64', known.upTo)} and batch_id not in ${bind('Array(UInt64)', known.without)}`

/** Adds what each value is told apart by, which hosts have it (`every`), and for which it is open (`left_on`). */
function keyedSql({ columns, shape, decided, merged }: Work, values: string, params: Params): string {
  let sql = values
  for (const [at, { type, network }] of columns.entries()) {
    const decides = decided?.at === at && type !== null ? type : null
    if (!decides && (!shape || network)) {
      sql = `select *, lowerUTF8(v${at}) as k${at} from (${sql})`
      continue
    }
    const key = shape ? `if(shape = '', lowerUTF8(v${at}), shape)` : `lowerUTF8(v${at})`
    const left =
      decides && decided ? `, if(${undecided(decides, decided.decisions, params)}, found_on, []) as left_all` : ''
    sql = `select * except (type, value, shape), ${key} as k${at}${left} from (${shapedSql(sql, at, type)})`
  }
  const one = survivor(merged, 'h')
  Object.assign(params, one.params)
  const standing = (hosts: string) => (merged.length === 0 ? hosts : `arrayMap(h -> ${one.sql}, ${hosts})`)
  return `select *, ${standing('found_on')} as every, ${standing(decided ? 'left_all' : 'found_on')} as left_on from (${sql})`
}

/** SQL over `value`, `shape` and `host_id`: whether nobody has decided about it. */
function undecided(type: ObservableType, decisions: Decision[], params: Params): string {
  const names = { type: `'${type}'`, value: keySql('value'), shape: keySql('shape'), prefix: 'decided' }
  const { sql, params: bound } = hideDecided(decisions, names)
  // A foreign name is known by what it is in DNS, which the engine cannot tell: those decided about are told to it.
  const foreign = decisions.map(({ value }) => value).filter((value) => /(^|[./])xn--/.test(value))
  const ascii = [...new Set(foreign.map((value) => (type === 'url' ? hostOf(value) : value)))]
  Object.assign(params, bound, { ascii, idn: ascii.map((name) => domainToUnicode(name)) })
  return sql
}

const hostOf = (url: string) => url.match(/^[a-z][a-z0-9+.-]*:\/\/(?:[^/?#@]*@)?([^/?#:]*)/i)?.[1] ?? ''

/** Whether a decision among these holds on some hosts only, so that rows must be told apart by host. */
export const isByHost = (decisions: Decision[]) => decisions.some(({ hostIds }) => hostIds !== null)

/** Adds `type`, `value` and `shape` of the values in one column; what is no observable folds as a command line does. */
function shapedSql(source: string, at: number, type: ObservableType | null): string {
  const canonical = type === null ? 'cleaned' : CANONICAL[type].sql('cleaned')
  return withShape(
    `select * except (cleaned), 1::UInt8 as type, ${canonical} as value
     from (select *, ${cleanSql(`v${at}`)} as cleaned from (${source}))`,
    (name) => (name === (type ?? 'command') ? 1 : 2),
  )
}

function foldedSql(work: Work, keyed: string): string {
  const shown = work.shape ? each(work, (at) => `k${at} as s${at}`) : each(work, (at) => `spelled.${at + 1} as s${at}`)
  const values = each(work, (at) => `v${at}`)
  const keys = each(work, (at) => `k${at}`)
  const spelled = work.shape
    ? `groupUniqArray(${MOST_SPELLINGS})([${values}]) as spellings`
    : `[]::Array(Array(String)) as spellings`
  return `select *, ${shown} from (
    select ${keys}, argMax(tuple(${values}), n) as spelled, ${spelled}, groupUniqArrayArray(every) as hosts_of,
      ${work.decided ? 'groupUniqArrayArray(left_on)' : 'hosts_of'} as open_of, sum(n) as rows, sum(old) as known_rows, min(first) as first, max(last) as last,
      uniqExact(${values}) as variants
    from (${keyed}) group by ${keys})`
}

/** How many spellings of a shape are told by name; a query for its rows asks for them. */
export const MOST_SPELLINGS = 25
