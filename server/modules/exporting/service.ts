import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { namesOf } from '#server/modules/telemetry/queries.ts'
import { narrowedTo } from '#server/modules/telemetry/service.ts'
import { jsonFields } from '#server/platform/json-fields.ts'
import type { DetachedCtx } from '#server/platform/trpc.ts'
import { cellOf, recordOf } from './formats/cells.ts'
import { countRows, type ExportedRow, exactLines, MOST_COLUMNS, parquet, partsOf, storedRows } from './rows.ts'
import type { About, Exported, ExportFormat } from './schema.ts'
import { OWN_COLUMNS, OWN_JSON, OWN_MARK } from './schema.ts'

/** What a file of these rows would hold: how many there are, of which artifacts, and how many of them it takes. */
export async function preview(ctx: DetachedCtx, asked: Exported) {
  const { narrowed, said } = await narrowedTo(ctx, asked)
  const counted = await countRows(ctx.rows, narrowed)
  const reads = said.map(({ text }) => text).join('')
  return { reads, of: counted?.n ?? null, artifacts: counted?.artifacts ?? [], limit: asked.limit }
}

export type File = { name: string; type: string; bytes: Readable; about: About }

const TYPES: Record<ExportFormat, string> = {
  csv: 'text/csv; charset=utf-8; header=present',
  jsonl: 'application/x-ndjson; charset=utf-8',
  parquet: 'application/vnd.apache.parquet',
}

/** Rows as a file, made while it is read. The query it answers and how many rows that met stand in it. */
export async function exportRows(ctx: DetachedCtx, asked: Exported): Promise<File> {
  const { format, limit } = asked
  const { narrowed, said } = await narrowedTo(ctx, asked)
  const reads = said.map(({ text }) => text).join('')
  const about = aboutOf(asked, reads, (await countRows(ctx.rows, narrowed))?.n ?? null)
  const { columns, hosts } = format === 'jsonl' ? { columns: [], hosts: [] } : await partsOf(ctx.rows, narrowed)
  const taken = columnsTaken(columns)
  if (taken.length < columns.length && format === 'csv') about.left_out_columns = columns.slice(taken.length)
  const names = await hostNames(ctx, hosts)
  const bytes = {
    csv: async () => Readable.from(csvOf(await storedRows(ctx.rows, narrowed, limit), about, taken, names)),
    jsonl: async () =>
      Readable.from(jsonlOf(await exactLines(ctx.rows, narrowed, limit), about), { objectMode: false }),
    parquet: () => {
      const known = { hosts, names: hosts.map((id) => names.get(id) ?? ''), columns, about: JSON.stringify(about) }
      return parquet(ctx.rows, narrowed, limit, known)
    },
  }[format]
  const at = about.at.slice(0, 19).replace(/[-:]/g, '').replace('T', '-')
  return { name: `rows-${at}.${format}`, type: TYPES[format], bytes: await bytes(), about }
}

function aboutOf({ artifact, hostId, batchId, from, to, q, limit }: Exported, reads: string, of: number | null): About {
  const asked = {
    ...(artifact && { artifact }),
    ...(hostId && { host: hostId }),
    ...(batchId && { delivery: batchId }),
    ...(from && { from: from.toISOString() }),
    ...(to && { to: to.toISOString() }),
    ...(q && { query: q }),
  }
  return { asked, reads: reads.trim() || 'all rows', of, limit, at: new Date().toISOString() }
}

const MOST_HEADER_BYTES = 12_000

/** As many columns as a header may have that we read back ourselves. */
function columnsTaken(columns: string[]): string[] {
  let bytes = 0
  const fits = (name: string) => {
    bytes += Buffer.byteLength(JSON.stringify(name)) + 4
    return bytes <= MOST_HEADER_BYTES
  }
  const past = columns.findIndex((name) => !fits(name))
  return columns.slice(0, Math.min(MOST_COLUMNS, past < 0 ? columns.length : past))
}

const hostNames = async (ctx: DetachedCtx, ids: number[]): Promise<Map<number, string>> => {
  if (ids.length === 0) return new Map()
  const names = await ctx.transact('read only', ({ db }) => namesOf(db, ids))
  return new Map([...names].map(([id, { hostname }]) => [id, hostname]))
}

const BOM = '\ufeff'
const PIECE_CHARACTERS = 64 * 1024

async function* csvOf(lines: Readable, about: About, columns: string[], names: Map<number, string>) {
  let piece = `${BOM}${recordOf([`${OWN_MARK}, ${JSON.stringify(about)}`])}`
  piece += recordOf([...OWN_COLUMNS, ...columns.map((name) => cellOf(JSON.stringify(name)))])
  for await (const line of linesOf(lines)) {
    const row = JSON.parse(line) as ExportedRow
    const fields = jsonFields(row.raw)
    const own = [
      row.artifact,
      names.get(row.host_id) ?? '',
      row.flow_id,
      row.at ?? '',
      `${row.host_id}.${row.batch_id}.${row.line}`,
    ]
    piece += recordOf([...own.map(textCell), ...columns.map((name) => cellOf(fields.get(name)))])
    if (piece.length < PIECE_CHARACTERS) continue
    yield piece
    piece = ''
  }
  yield piece
}

const textCell = (text: string) => (text === '' ? '' : cellOf(JSON.stringify(text)))

// An error of the engine must end the file: readline alone would take it for its end.
async function* linesOf(bytes: Readable) {
  let failed: Error | undefined
  bytes.once('error', (error) => {
    failed = error
  })
  try {
    yield* createInterface({ input: bytes, crlfDelay: Number.POSITIVE_INFINITY })
  } finally {
    bytes.destroy()
  }
  if (failed) throw failed
}

async function* jsonlOf(lines: Readable, about: About) {
  yield Buffer.from(`{${JSON.stringify(OWN_JSON)}:${JSON.stringify(about)}}\n`)
  yield* lines
}
