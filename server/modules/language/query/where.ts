import type { Params } from '#server/platform/telemetry.ts'
import { anywhereCondition } from './anywhere.ts'
import { type Bind, binder, both, placedAt, textCondition } from './conditions.ts'
import { isSubcolumn, type PathValues, pathValues } from './paths.ts'
import type { Field, Query, Source, Term, Test } from './tree.ts'

export type Condition = { sql: string; params: Params }

/** Names that a statement has already matched: artifacts, ids of hosts, or the rows that bear a tag (host.delivery.line). */
export type Matched = Map<Term, (string | number)[]>

type Work = { bind: Bind; prefix: string; values: Map<string, string>; matched: Matched }

/**
 * The condition on `rows` that a query is. It is never null, so that NOT is the exact complement. All values and all
 * names of columns are parameters, each beginning with `prefix`.
 */
export function conditionOf(query: Query, matched: Matched, prefix = 'q'): Condition {
  const params: Params = {}
  const work = { bind: binder(params, prefix), prefix, values: new Map(), matched }
  return { sql: conditionIn(query, work), params }
}

function conditionIn(query: Query, work: Work): string {
  if ('parts' in query) return `(${query.parts.map((part) => conditionIn(part, work)).join(` ${query.kind} `)})`
  if ('part' in query) return `not ${conditionIn(query.part, work)}`
  return `ifNull(${termCondition(query, work)}, 0)`
}

function termCondition(term: Term, work: Work): string {
  const { field, test } = term
  const { bind } = work
  if (field === null) return anywhereCondition(test, bind)
  switch (field.of) {
    case 'values':
      return `(${field.sources.map((source) => sourceCondition(source, field, test, work)).join(' or ') || '0'})`
    case 'artifact':
      return `artifact in ${bind('Array(String)', work.matched.get(term) ?? [])}`
    case 'host':
      return `host_id in ${bind('Array(UInt64)', work.matched.get(term) ?? [])}`
    case 'tag':
      return placedAt((work.matched.get(term) ?? []).map(String), bind)
    case 'time':
      return timeCondition(field.label, test, bind)
    case 'received':
      return test.is === 'between' ? instantCondition('ingested_at', test, bind) : '1'
    case 'delivery':
      return deliveryCondition(test, bind)
    case 'flow':
      return textCondition(test, `nullIf(flow_id, '')`, bind)
    case 'hunt':
      return textCondition(test, HUNT, bind)
  }
}

// A flow that a hunt started is called F.<hunt>.H.
const HUNT = `if(match(flow_id, '^F[.][^.]+[.]H$'), concat('H.', substring(flow_id, 3, length(flow_id) - 4)), null)`

function sourceCondition(
  { artifacts, paths }: Source,
  field: Field & { of: 'values' },
  test: Test,
  work: Work,
): string {
  const read = paths.map((path) => pathValues(path, work.bind))
  const key = JSON.stringify([field.shape, paths])
  // The first use names the values, later ones take the name.
  const values = work.values.get(key) ?? `(${shaped(read, field.shape, work.bind)} as ${aliasOf(key, work)})`
  const held = `arrayExists(x -> ${textCondition(test, 'x', work.bind)}, ${values})`
  const objects = test.is === 'exists' && !field.shape ? read.flatMap(({ object }) => object ?? []) : []
  const found = objects.length > 0 ? `(${[held, ...objects].join(' or ')})` : held
  return artifacts === null ? found : `(artifact in ${work.bind('Array(String)', artifacts)} and ${found})`
}

function aliasOf(key: string, { prefix, values }: Work): string {
  const alias = `${prefix}_values${values.size}`
  values.set(key, alias)
  return alias
}

/** SQL for every value of a field in a row: an array of texts, nulls among them. What a term on the field is tested on. */
export function valuesOf({ sources, shape }: Field & { of: 'values' }, bind: Bind): string {
  const each = sources.map(({ artifacts, paths }) => {
    const found = shaped(
      paths.map((path) => pathValues(path, bind)),
      shape,
      bind,
    )
    return artifacts === null ? found : `if(artifact in ${bind('Array(String)', artifacts)}, ${found}, [])`
  })
  if (each.length === 1) return each[0]!
  return each.length === 0 ? `CAST([], 'Array(Nullable(String))')` : `arrayConcat(${each.join(', ')})`
}

/** SQL for the column a field stands in, where it is one path of all artifacts and taken as it is; else null. */
export function columnOf({ sources, shape }: Field & { of: 'values' }, bind: Bind): string | null {
  const [path, ...others] = sources.flatMap(({ paths }) => paths)
  const alone = path !== undefined && others.length === 0 && sources[0]!.artifacts === null
  return alone && !shape && isSubcolumn(path) ? bind('Identifier', `row.${path}`) : null
}

function shaped(read: PathValues[], shape: string | undefined, bind: Bind): string {
  const all = read.length === 1 ? read[0]!.values : `arrayConcat(${read.map(({ values }) => values).join(', ')})`
  if (!shape) return all
  return `arrayFlatten(arrayMap(v -> extractAll(ifNull(v, ''), ${bind('String', shape)}), ${all}))`
}

function timeCondition(label: string | undefined, test: Test, bind: Bind): string {
  if (label === undefined) {
    return test.is === 'between' ? instantCondition('event_time', test, bind) : 'isNotNull(event_time)'
  }
  const named = label === 'any' ? '1' : `lower(l) = ${bind('String', label)}`
  const when = test.is === 'between' ? instantCondition('t', test, bind) : '1'
  return `arrayExists((t, l) -> ${named} and ${when}, times, time_labels)`
}

const instantCondition = (column: string, { from, to }: Test & { is: 'between' }, bind: Bind) =>
  both(from, to, (sign, value) => `${column} ${sign} fromUnixTimestamp64Milli(${bind('Int64', value)}, 'UTC')`)

// Compared as the number it is, so that the index on it is used.
function deliveryCondition(test: Test, bind: Bind): string {
  if (test.is === 'equals' && /^\d{1,15}$/.test(test.text)) return `batch_id = ${bind('UInt64', Number(test.text))}`
  const whole = (value: string) => /^\d{1,15}$/.test(value)
  if (
    test.is === 'between' &&
    test.type === 'number' &&
    [test.from, test.to].every((end) => !end || whole(end.value))
  ) {
    return both(test.from, test.to, (sign, value) => `batch_id ${sign} ${bind('UInt64', Number(value))}`)
  }
  return textCondition(test, 'toString(batch_id)', bind)
}
