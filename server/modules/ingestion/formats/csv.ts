import { Readable } from 'node:stream'
import { parse } from 'csv-parse'
import { type Format, type Framed, MAX_LINE_BYTES } from './framed.ts'

const MAX_COLUMNS = 512
const BLOCK = 500
const DELIMITERS = [',', ';', '\t', '|']

/** A CSV that cannot be read at all: its header is missing, too wide, or names a column twice. */
export class CsvHeaderError extends Error {}

type Parsed = { record: string[]; raw: string; info: { lines: number } }

/**
 * The table CSV of Velociraptor's GUI: numbers and booleans bare, objects as (multi-line) JSON, and strings that look
 * like either behind one space. Each record becomes one JSON object; digits stay as they stand in the file.
 */
export const csv: Format = async function* (bytes) {
  const { head, rest } = await peek(bytes)
  const skipped: Framed[] = []
  const records = Readable.from(rest).pipe(
    parse({
      bom: true,
      delimiter: delimiterOf(head),
      info: true,
      raw: true,
      relax_column_count: true,
      skip_empty_lines: true,
      max_record_size: MAX_LINE_BYTES,
      skip_records_with_error: true,
      on_skip: (error, raw) => {
        skipped.push({ line: Number(error?.lines ?? 0), raw: Buffer.from(raw ?? ''), json: null, flaw: 'CSV_BROKEN' })
        return undefined
      },
    }),
  )
  let header: string[] | null = null
  let block: Framed[] = []
  let startsAt = 1
  for await (const { record, info, raw } of records as AsyncIterable<Parsed>) {
    const line = startsAt
    startsAt = info.lines + 1
    if (!header) header = checked(record)
    else block.push(frame(line, header, record, raw))
    if (block.length >= BLOCK) {
      yield [...block, ...skipped.splice(0)]
      block = []
    }
  }
  if (!header) throw new CsvHeaderError('The file has no header line.')
  const last = [...block, ...skipped]
  if (last.length > 0) yield last
}

function frame(line: number, header: string[], record: string[], raw: string): Framed {
  if (record.length !== header.length) {
    return { line, raw: Buffer.from(raw.replace(/\r?\n$/, '')), json: null, flaw: 'CSV_CELLS' }
  }
  const cells = header.map((name, index) => `${JSON.stringify(name)}:${jsonOf(record[index] ?? '')}`)
  return { line, raw: Buffer.from(`{${cells.join(',')}}`), json: null, flaw: '' }
}

const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/
const MARKED = /^ (?=[-+.\d {[]|true|false|inf|base64:)/

/** A cell of the typed dialect as JSON text. */
export function jsonOf(cell: string): string {
  if (NUMBER.test(cell) || cell === 'true' || cell === 'false') return cell
  if (/^[{[]/.test(cell) && isJson(cell)) return cell.replace(/\s*[\r\n]+\s*/g, '')
  return JSON.stringify(cell.replace(MARKED, ''))
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

function checked(header: string[]): string[] {
  const names = header.map((name) => name.trim())
  if (names.length > MAX_COLUMNS)
    throw new CsvHeaderError(`The header has ${names.length} columns; ${MAX_COLUMNS} are read.`)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw new CsvHeaderError(`The header names the column "${twice}" twice.`)
  if (names.includes('')) throw new CsvHeaderError('The header has a column without a name.')
  return names
}

/** The delimiter that occurs most in the header line, outside quotes. */
function delimiterOf(head: Buffer): string {
  const line = head
    .toString('utf8')
    .split(/\r?\n/, 1)[0]!
    .replace(/"[^"]*"/g, '')
  const counts = DELIMITERS.map((delimiter) => line.split(delimiter).length)
  return DELIMITERS[counts.indexOf(Math.max(...counts))]!
}

async function peek(bytes: AsyncIterable<Buffer>) {
  const source = bytes[Symbol.asyncIterator]()
  const first = await source.next()
  const head = first.done ? Buffer.alloc(0) : first.value
  async function* rest() {
    yield head
    for (let next = await source.next(); !next.done; next = await source.next()) yield next.value
  }
  return { head, rest: rest() }
}
