import { type Bind, isSubcolumn, pathValues, standsIn } from '#server/modules/language/service.ts'

/** Paths in the rows of these artifacts, or (null) of all. */
export type Source = { artifacts: string[] | null; paths: string[] }

/**
 * SQL over a row for what a column holds. `key`: one text, '' for nothing; `list`: JSON of an array, '' where there is
 * none. `listed`: the key itself is that JSON.
 */
export type Cell = { key: string; list: string | null; listed: boolean }

/** One path is read as the column it is; several, and names the engine reads as syntax, as a list of their values. */
export function cellOf(sources: Source[], bind: Bind): Cell {
  const [only] = sources
  const [path] = only?.paths ?? []
  if (sources.length === 1 && only!.paths.length === 1 && isSubcolumn(path!)) {
    const { text, isList, json } = standsIn(bind('Identifier', `row.${path}`))
    return { key: `ifNull(${text}, '')`, list: `if(${isList}, ${json}, '')`, listed: false }
  }
  return { key: `toJSONString(${valuesOf(sources, bind)})`, list: null, listed: true }
}

function valuesOf(sources: Source[], bind: Bind): string {
  const all = ({ paths }: Source) => {
    const read = paths.map((path) => pathValues(path, bind).values)
    return `arrayFilter(v -> isNotNull(v), ${read.length === 1 ? read[0] : `arrayConcat(${read.join(', ')})`})`
  }
  const [only] = sources
  if (sources.length === 1 && only!.artifacts === null) return all(only!)
  const cases = sources.map((source) => `artifact in ${bind('Array(String)', source.artifacts ?? [])}, ${all(source)}`)
  return `multiIf(${cases.join(', ')}, [])`
}

/** SQL: the values of a cell over grouped keys, null ones left out. `key` and `list` are names of columns. */
export function elementsOf({ list, listed }: Cell, key: string, listName: string): string {
  const parsed = (json: string) =>
    `arrayMap(v -> assumeNotNull(v), arrayFilter(v -> isNotNull(v), JSONExtract(${json}, 'Array(Nullable(String))')))`
  if (listed) return parsed(key)
  return list === null ? `[${key}]` : `if(${listName} = '', [${key}], ${parsed(listName)})`
}

/** SQL: the same values each once whatever its case, as they are told apart by queries; [''] for none. */
export const eachOnce = (values: string) =>
  `multiIf(empty(${values}), [''], length(${values}) = 1, ${values},
    arrayFilter((v, at) -> indexOf(arrayMap(x -> lowerUTF8(x), ${values}), lowerUTF8(v)) = at, ${values}, arrayEnumerate(${values})))`

/** SQL: an address as the network it lies in, /24 for IPv4 and /48 for IPv6, as a query asks for it; other text as it is. */
export function networkOf(v: string): string {
  const bare = `replaceRegexpOne(${v}, '^::[Ff]{4}:([0-9.]+)$', '\\\\1')`
  return `multiIf(isIPv4String(${bare}), concat(toString(IPv4CIDRToRange(toIPv4OrDefault(${bare}), 24).1), '/24'),
    isIPv6String(${v}), concat(toString(IPv6CIDRToRange(toIPv6OrDefault(${v}), 48).1), '/48'), ${v})`
}
