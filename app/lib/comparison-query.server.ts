import { Comparison } from '#server/modules/comparing/schema.ts'

const NAMES: Record<string, string> = {
  q: 'Query', label: 'Host group', before: 'First delivery', after: 'Second delivery', from: 'From', to: 'To', keys: 'Keys',
  ignore: 'Ignored columns', kind: 'Kind', by: 'Order', limit: 'Lines',
} // biome-ignore format: a list to read across

/** The comparison that an address asks for; null while it names no artifact. What it says badly is left out and named. */
export function comparisonQuery(address: URLSearchParams) {
  if (!address.get('artifact')) return { list: null, leftOut: [] }
  const asked: Record<string, unknown> = Object.fromEntries(address)
  // An empty value says that none was chosen, which is not the same as leaving the choice to us.
  for (const name of ['keys', 'ignore']) if (address.has(name)) asked[name] = address.getAll(name).filter(Boolean)
  const read = Comparison.safeParse(asked)
  if (read.success) return { list: read.data, leftOut: [] }
  const wrong = [...new Set(read.error.issues.map(({ path }) => String(path[0])))]
  for (const name of wrong) delete asked[name]
  return { list: Comparison.parse(asked), leftOut: wrong.map((name) => NAMES[name] ?? name) }
}
