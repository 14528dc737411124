import type { Bind } from './conditions.ts'

/** SQL for what stands at a path: its values as text, an array's each by itself; and whether an object stands there. */
export type PathValues = { values: string; object?: string }

/**
 * What stands at a dotted path of a row. The name is a parameter of the statement, never part of it. Names that the engine
 * would read as its own syntax are looked up in the row's text instead.
 */
export function pathValues(path: string, bind: Bind): PathValues {
  if (!isSubcolumn(path)) return { values: fromText(path, bind) }
  const column = bind('Identifier', `row.${path}`)
  // A missing value as text would be '', which is a value.
  const values = `multiIf(isNull(${column}), [], startsWith(dynamicType(${column}), 'Array'),
    JSONExtract(ifNull(toJSONString(${column}), ''), 'Array(Nullable(String))'), [toString(${column})])`
  if (path.includes('`')) return { values }
  return { values, object: `notEmpty(JSONAllPaths(${bind('Identifier', `row.^\`${path}\``)}))` }
}

/** SQL for what stands in a column of a row: its text, null for nothing; whether that is a list of values, and its JSON if it is. */
export function standsIn(column: string): { text: string; isList: string; json: string } {
  const text = `${column}::Nullable(String)` // toString would make '' of nothing, which is a value
  // Only what looks like a list is asked for its type: asking all is a fifth of the statement.
  const isList = `startsWith(ifNull(${text}, ''), '[') and startsWith(dynamicType(${column}), 'Array')`
  return { text, isList, json: `ifNull(toJSONString(${column}), '')` }
}

/** Whether a row has anything at this path. */
export function pathExists(path: string, bind: Bind): string {
  const { values, object } = pathValues(path, bind)
  return [`arrayExists(x -> isNotNull(x), ${values})`, ...(object ? [object] : [])].join(' or ')
}

/** Whether a row has a single value at a path that is a subcolumn. A list, or a text that looks like one, is not told. */
export function columnStands(path: string, bind: Bind): string {
  const column = bind('Identifier', `row.${path}`)
  return `isNotNull(${column}) and not startsWith(ifNull(${standsIn(column).text}, ''), '[')`
}

/** Whether the engine reads this path as a column of its own, and not as syntax. */
export const isSubcolumn = (path: string) =>
  !/[\\'\p{Cc}]/u.test(path) && path.split('.').every((key) => key !== '' && !/^:`|^\^`/.test(key))

// The whole name as one key, and its parts as keys of one another.
function fromText(path: string, bind: Bind): string {
  const keys = path.split('.')
  const ways = keys.length > 1 ? [[path], keys] : [[path]]
  const raws = ways.map((way) => `JSONExtractRaw(rows.raw, ${way.map((key) => bind('String', key)).join(', ')})`)
  return `arrayFilter(v -> isNotNull(v), arrayFlatten(arrayMap(v -> multiIf(v in ('', 'null'), [],
    startsWith(v, '['), JSONExtract(v, 'Array(Nullable(String))'),
    startsWith(v, '"'), [JSONExtract(concat('[', v, ']'), 'Array(Nullable(String))')[1]],
    [v]), [${raws.join(', ')}])))`
}
