import { createWriteStream } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { Busboy } from '@fastify/busboy'
import { readStatement, type Statement, StatementError } from './clickhouse-sql.ts'

export type Asked = {
  statement: Statement
  settings: Map<string, string>
  database: string | undefined
  defaultFormat: string
  queryId: string
  /** Nothing is sent before all of it is there, so that every error has its status. */
  whole: boolean
  /** How the rows in the body are compressed, in the engine's words; undefined when the body holds no rows. */
  body: string | undefined
}

/** What belongs to HTTP and not to the engine; clients send these along with the settings. */
const NOT_SETTINGS = new Set(
  (
    'query query_id database default_format wait_end_of_query buffer_size compress decompress user password quota_key ' +
    'session_timeout session_check role stacktrace send_progress_in_http_headers enable_http_compression ' +
    'http_headers_progress_interval_ms client_protocol_version'
  ).split(' '),
)
const NAME = /^[A-Za-z_]\w*$/
const TEXT_BYTES = 64 * 1024 ** 2
const COMPRESSIONS: Record<string, string> = {
  gzip: 'gzip',
  'x-gzip': 'gzip',
  br: 'br',
  zstd: 'zstd',
  deflate: 'deflate',
  lz4: 'lz4',
}

/** Reads a request up to the rows in its body. Throws StatementError on what this server does not do. */
export async function readRequest(request: IncomingMessage): Promise<Asked> {
  const url = new URL(request.url ?? '/', 'http://localhost')
  const fields = new Map(url.searchParams)
  const encoding = request.headers['content-encoding'] ?? ''
  const multipart = request.headers['content-type']?.startsWith('multipart/form-data')
  if (multipart) for (const [name, value] of await readForm(request)) fields.set(name, value)
  const inUrl = fields.get('query')
  const sql = inUrl ?? (encoding ? undefined : await readText(request))
  if (sql === undefined) throw new StatementError(48, 'A compressed statement is not supported', 'NOT_IMPLEMENTED')
  if (fields.has('session_id')) throw new StatementError(48, 'Sessions are not supported', 'NOT_IMPLEMENTED')
  const statement = readStatement(sql)
  const rows = inUrl !== undefined && !multipart && statement.kind === 'insert' && hasBody(request)
  return {
    statement,
    settings: settingsOf(fields),
    database: fields.get('database'),
    defaultFormat: nameOf(fields.get('default_format') ?? 'TabSeparated'),
    queryId: fields.get('query_id') ?? '',
    whole: fields.get('wait_end_of_query') === '1',
    body: rows ? compressionOf(encoding) : undefined,
  }
}

/** Writes the body to a file as it came, with a buffer's worth of memory. */
export async function saveBody(request: IncomingMessage, file: string): Promise<void> {
  await pipeline(request, createWriteStream(file, { mode: 0o600 }))
}

function settingsOf(fields: Map<string, string>): Map<string, string> {
  const settings = new Map([...fields].filter(([name]) => !NOT_SETTINGS.has(name)))
  for (const name of settings.keys()) nameOf(name)
  return settings
}

/** Names go into SQL as they are. */
function nameOf(name: string): string {
  if (NAME.test(name)) return name
  throw new StatementError(115, `Unknown setting or format ${JSON.stringify(name)}`, 'UNKNOWN_SETTING')
}

function compressionOf(encoding: string): string {
  const compression = encoding === '' ? 'none' : COMPRESSIONS[encoding]
  if (compression) return compression
  throw new StatementError(48, `Content-Encoding ${encoding} is not supported`, 'NOT_IMPLEMENTED')
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > TEXT_BYTES) throw tooLong()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** The client sends long bound parameters as the fields of a form. */
async function readForm(request: IncomingMessage): Promise<[string, string][]> {
  const fields: [string, string][] = []
  const headers = { ...request.headers, 'content-type': request.headers['content-type'] ?? '' }
  const form = new Busboy({ headers, limits: { fieldSize: TEXT_BYTES, files: 0 } })
  form.on('field', (name, value, _nameCut, cut) => {
    if (cut) form.destroy(tooLong())
    else fields.push([name, value])
  })
  await pipeline(request, form)
  return fields
}

function tooLong(): StatementError {
  return new StatementError(62, `A statement or parameter is longer than ${TEXT_BYTES} bytes`, 'SYNTAX_ERROR')
}
