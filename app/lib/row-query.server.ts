import { RowList } from '#server/modules/telemetry/schema.ts'

type Query = Record<string, string>
const NAMES: Record<string, string> = {
  from: 'From',
  to: 'To',
  artifact: 'Artifact',
  q: 'Text',
  hostId: 'Host',
  batchId: 'Delivery',
}

/** The rows that an address asks for. What it says badly is left out and named, so that one slip does not lose the rest. */
export function rowQuery(query: Query) {
  const asked: Query = { ...query }
  const read = RowList.safeParse(asked)
  if (read.success) return { list: read.data, leftOut: [] }
  const wrong = [...new Set(read.error.issues.map(({ path }) => String(path[0])))]
  for (const name of wrong) delete asked[name]
  return { list: RowList.parse(asked), leftOut: wrong.map((name) => NAMES[name] ?? name) }
}
