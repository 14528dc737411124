import { pipeline, Readable } from 'node:stream'
import { parse } from 'csv-parse'
import { type Dialect, dialectOf, rowOf } from './csv-cells.ts'
import { isOwnMark, type OwnHeader, ownHeader, ownRow } from './csv-own.ts'
import { type Format, type Framed, MAX_LINE_BYTES, Unreadable } from './framed.ts'

const MAX_COLUMNS = 512
const BLOCK = 500
const MAX_HEADER_BYTES = 16 * 1024
const DELIMITERS = [',', ';', '\t', '|']

/** A CSV that cannot be read at all: its header is missing, too wide, or names a column twice. */
export class CsvHeaderError extends Unreadable {}

type Parsed = { record: string[]; raw: string; info: { lines: number } }

/**
 * CSV in any of Velociraptor's dialects, which the first 500 records tell. Each record becomes one JSON object; digits
 * stay as they stand in the file. Throws CsvHeaderError.
 */
export const csv: Format = (bytes) => records(bytes, 'typed')

/** The same out of an archive, where a file that bears no mark of a dialect is of the archives' own. */
export const exportedCsv: Format = (bytes) => records(bytes, 'export')

async function* records(bytes: AsyncIterable<Buffer>, unmarked: Dialect): AsyncGenerator<Framed[]> {
  const { head, rest } = await peek(bytes)
  const skipped: Framed[] = []
  const parser = pipeline(
    Readable.from(rest),
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
    () => {}, // what goes wrong on the way comes out of the iteration below
  )
  let header: Header | OwnHeader | null = null
  let own = false
  let block: Parsed[] = []
  let startsAt = 1
  for await (const parsed of parser as AsyncIterable<Parsed>) {
    const line = startsAt
    startsAt = parsed.info.lines + 1
    if (!header && !own && isOwnMark(parsed.record)) {
      own = true
      continue
    }
    if (!header) header = own ? ownHeader(parsed.record) : headerOf(parsed, unmarked)
    else block.push({ ...parsed, info: { lines: line } })
    if (block.length < BLOCK) continue
    yield [...framed(header!, block), ...skipped.splice(0)]
    block = []
  }
  if (!header) throw new CsvHeaderError('The file has no header line.')
  const last = [...framed(header, block), ...skipped]
  if (last.length > 0) yield last
}

type Header = { names: string[]; unmarked: Dialect; dialect: Dialect | null }

function headerOf({ record, raw }: Parsed, unmarked: Dialect): Header {
  const bytes = Buffer.byteLength(raw)
  if (bytes > MAX_HEADER_BYTES) throw new CsvHeaderError(`The header has ${bytes} bytes; ${MAX_HEADER_BYTES} are read.`)
  return { names: checked(record).map((name) => JSON.stringify(name)), unmarked, dialect: null }
}

function framed(header: Header | OwnHeader, block: Parsed[]): Framed[] {
  if ('own' in header) return block.map((parsed) => ownRow(header, parsed))
  header.dialect ??= dialectOf(block.map(({ record }) => record)) ?? header.unmarked
  const { names, dialect } = header
  return block.map(({ record, raw, info: { lines: line } }) =>
    record.length === names.length
      ? { line, raw: Buffer.from(rowOf(names, record, dialect!)), json: null, flaw: '' }
      : { line, raw: Buffer.from(raw.replace(/\r?\n$/, '')), json: null, flaw: 'CSV_CELLS' },
  )
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
