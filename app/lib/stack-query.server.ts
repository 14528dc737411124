import { StackQuery } from '#server/modules/stacks/schema.ts'

const NAMES: Record<string, string> = {
  artifact: 'Artifact', columns: 'Columns', q: 'Query', label: 'Host group', by: 'Order', hide: 'Hide', since: 'New since',
  decides: 'Decides', limit: 'Lines',
} // biome-ignore format: a list to read across

/** The stack that an address asks for; null while it names no column. What it says badly is left out and named. */
export function stackQuery(address: URLSearchParams) {
  const columns = [...new Set(address.getAll('columns').filter(Boolean))].slice(0, 4)
  const asked: Record<string, unknown> = { ...Object.fromEntries(address), columns }
  if (columns.length === 0) return { list: null, leftOut: [] }
  const read = StackQuery.safeParse(asked)
  if (read.success) return { list: read.data, leftOut: [] }
  const wrong = [...new Set(read.error.issues.map(({ path }) => String(path[0])))]
  for (const name of wrong) delete asked[name]
  return { list: StackQuery.parse({ ...asked, columns }), leftOut: wrong.map((name) => NAMES[name] ?? name) }
}
