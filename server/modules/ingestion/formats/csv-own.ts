import type { Framed } from './framed.ts'
import { framed } from './jsonl.ts'

// Our own CSV, as server/modules/exporting writes it: a line that says what was asked for, a header whose first columns are
// about the row, and cells that bring every value back as it was.
const MARK = '# VelociCompanion export 1'
const OWN_COLUMNS = ['(artifact)', '(host)', '(flow)', '(event UTC)', '(row)']
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/

export type OwnHeader = { own: true; names: string[] }
type Parsed = { record: string[]; raw: string; info: { lines: number } }

/** Whether a file's first record is the line that only our own exports begin with. */
export const isOwnMark = (record: string[]) => record.length === 1 && record[0]!.startsWith(MARK)

/** The columns behind our own; their names are cells like any other. */
export const ownHeader = (record: string[]): OwnHeader => ({
  own: true,
  names: record.slice(OWN_COLUMNS.length).map((name) => jsonOf(name) ?? '""'),
})

/** A record as the row it was, with the artifact, host and flow it was of. */
export function ownRow({ names }: OwnHeader, { record, raw, info: { lines: line } }: Parsed): Framed {
  if (record.length !== names.length + OWN_COLUMNS.length)
    return { line, raw: Buffer.from(raw.replace(/\r?\n$/, '')), json: null, flaw: 'CSV_CELLS' }
  const [artifact, hostname, flowId] = record.slice(0, 3).map((cell) => JSON.parse(jsonOf(cell) ?? '""') as unknown)
  const cells = names.flatMap((name, at) => {
    const json = jsonOf(record[at + OWN_COLUMNS.length]!)
    return json === undefined ? [] : [`${name}:${json}`]
  })
  const row = Buffer.from(`{${cells.join(',')}}`)
  return {
    // Half a character came as JSON: the engine needs a copy without it.
    ...framed(line, row, row.length, false),
    facts: { artifact: String(artifact), hostname: String(hostname), flowId: String(flowId), sure: true },
  }
}

/** The JSON of one cell; undefined for an empty one. */
function jsonOf(cell: string): string | undefined {
  if (cell === '') return undefined
  if (cell.startsWith("'")) return JSON.stringify(cell.slice(1))
  if (cell.startsWith(' -') && NUMBER.test(cell.slice(1))) return cell.slice(1)
  const bare = NUMBER.test(cell) || /^(true|false|null)$/.test(cell) || /^["{[]/.test(cell)
  return bare && isJson(cell) ? cell.replace(/\s*[\r\n]+\s*/g, '') : JSON.stringify(cell)
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
