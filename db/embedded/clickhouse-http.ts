import { createHash, randomUUID, timingSafeEqual } from 'node:crypto'
import { mkdirSync, rmSync } from 'node:fs'
import { open, rm, stat } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Done, Engine, Work } from './clickhouse-engine.ts'
import { type Asked, readRequest, saveBody } from './clickhouse-request.ts'
import { insertFromFile, StatementError, selectIntoFile } from './clickhouse-sql.ts'
import { pause } from './folder.ts'

type Exchange = { asked: Asked; request: IncomingMessage; response: ServerResponse; file: string; signal: AbortSignal }

const SEND_WHILE_RUNNING_BYTES = 2 ** 20
const LOOK_AGAIN_MS = 25
const READ_BYTES = 256 * 1024
// As ClickHouse has it: bound parameters stand in the URL unless the client sends them as a form.
const URL_BYTES = 2 ** 20

/** ClickHouse's HTTP interface over the engine. Rows travel through files in this folder: memory stays flat. */
export function serveClickhouse(engine: Engine, password: string, folder: string): Server {
  // Whatever lies there is from a process that was killed.
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const server = createServer({ maxHeaderSize: URL_BYTES }, (request, response) => {
    const file = join(folder, randomUUID())
    const stopping = server.listening ? undefined : new StatementError(202, 'The engine is stopping', 'ABORTED')
    const answered = stopping ? Promise.reject(stopping) : answer(engine, password, request, response, file)
    answered.catch((error: unknown) => refuse(response, error, file)).finally(() => rm(file, { force: true }))
  })
  // An upload may take as long as it takes; the peer is on this machine.
  server.requestTimeout = 0
  server.keepAliveTimeout = 10_000
  return server
}

async function answer(
  engine: Engine,
  password: string,
  request: IncomingMessage,
  response: ServerResponse,
  file: string,
): Promise<void> {
  if (request.url === '/ping') return void response.end('Ok.\n')
  if (!knowsPassword(request, password)) {
    throw new StatementError(516, 'default: Authentication failed', 'AUTHENTICATION_FAILED')
  }
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  const asked = await readRequest(request)
  const exchange = { asked, request, response, file, signal: gone.signal }
  if (asked.statement.kind === 'select') return select(engine, exchange)
  if (asked.statement.kind === 'insert') return insert(engine, exchange)
  const done = await engine.query({ ...workOf(exchange), sql: asked.statement.text })
  writeHead(exchange, done)
  response.end(done.bytes)
}

function knowsPassword({ headers }: IncomingMessage, password: string): boolean {
  const [scheme, credentials = ''] = (headers.authorization ?? '').split(' ', 2)
  const basic = scheme === 'Basic' ? Buffer.from(credentials, 'base64').toString() : ''
  const given = headers['x-clickhouse-key'] ?? basic.slice(basic.indexOf(':') + 1)
  return timingSafeEqual(digest(String(given)), digest(password))
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

function workOf({ asked, signal }: Exchange): Omit<Work, 'sql'> {
  return { settings: asked.settings, database: asked.database, format: asked.defaultFormat, signal }
}

async function insert(engine: Engine, exchange: Exchange): Promise<void> {
  const { asked, request, file } = exchange
  let sql = asked.statement.text
  if (asked.body) {
    await saveBody(request, file)
    sql = insertFromFile(asked.statement, file, asked.body)
  }
  // A whole insert runs to its end even when the client left: it may have been told of by others.
  const done = await engine.insert({ ...workOf(exchange), sql, signal: new AbortController().signal })
  writeHead(exchange, done)
  exchange.response.end()
}

/** A short answer is sent when it is whole, so that every error has its status; a long one while it is made, unless whole is asked. */
async function select(engine: Engine, exchange: Exchange): Promise<void> {
  const { asked, response, file } = exchange
  let done: Done | undefined
  const sql = selectIntoFile(asked.statement, file, asked.defaultFormat)
  const running = engine.query({ ...workOf(exchange), sql }).then((result) => {
    done = result
  })
  // A failure is met below, wherever it is waited for; until then it must not count as unhandled.
  running.catch(() => {})
  try {
    const early = async () => !asked.whole && (await sizeOf(file)) >= SEND_WHILE_RUNNING_BYTES
    while (!done && !(await early())) await Promise.race([running, pause(LOOK_AGAIN_MS)])
    writeHead(exchange, done)
    await pipeline(Readable.from(rowsOf(file, running, () => done !== undefined)), response)
  } finally {
    // The file is removed after this; a query still being killed must not make it anew.
    await running.catch(() => {})
  }
}

async function* rowsOf(file: string, running: Promise<void>, whole: () => boolean): AsyncGenerator<Buffer> {
  const handle = await open(file).catch(() => undefined)
  try {
    while (handle) {
      const complete = whole()
      const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(READ_BYTES), 0, READ_BYTES)
      if (bytesRead > 0) yield buffer.subarray(0, bytesRead)
      else if (complete) return
      else await Promise.race([running, pause(LOOK_AGAIN_MS)])
    }
  } finally {
    await handle?.close()
  }
}

async function sizeOf(file: string): Promise<number> {
  return stat(file).then(
    ({ size }) => size,
    () => 0,
  )
}

function writeHead({ asked, response }: Exchange, done: Done | undefined): void {
  const format = asked.statement.format?.name ?? asked.defaultFormat
  response.writeHead(200, {
    'Content-Type': /^(JSON|JSONCompact|JSONStrings)$/.test(format) ? 'application/json; charset=UTF-8' : 'text/plain',
    'X-ClickHouse-Format': format,
    'X-ClickHouse-Query-Id': asked.queryId,
    'X-ClickHouse-Timezone': 'UTC',
    ...(done && { 'X-ClickHouse-Summary': JSON.stringify(summaryOf(done)) }),
  })
}

function summaryOf(done: Done): Record<string, string> {
  return {
    read_rows: String(done.readRows),
    read_bytes: String(done.readBytes),
    written_rows: String(done.writtenRows),
    written_bytes: String(done.writtenBytes),
  }
}

/** ClickHouse's own statuses for the codes our client may meet. */
const STATUSES: Record<number, number> = {
  6: 400,
  26: 400,
  27: 400,
  36: 400,
  38: 400,
  41: 400,
  43: 400,
  53: 400,
  62: 400,
  72: 400,
  456: 400,
  457: 400,
  46: 404,
  47: 404,
  50: 404,
  56: 404,
  60: 404,
  73: 404,
  81: 404,
  115: 404,
  48: 501,
  57: 400,
  159: 408,
  164: 403,
  202: 503,
  394: 499,
  497: 403,
  516: 401,
}

function refuse(response: ServerResponse, error: unknown, file: string): void {
  if (response.headersSent || response.destroyed) return void response.destroy()
  const said = error instanceof Error ? error.message : String(error)
  const message = said.replaceAll(file, 'the request body')
  const code = Number(/Code: (\d+)/.exec(message)?.[1] ?? 1002)
  const text = /Code: \d+/.test(message) ? message : `Code: ${code}. DB::Exception: ${message}. (UNKNOWN_EXCEPTION)`
  // An unread upload would be taken for the next request.
  const close = response.req.complete ? {} : { Connection: 'close' }
  response.writeHead(STATUSES[code] ?? 500, { 'X-ClickHouse-Exception-Code': String(code), ...close })
  response.end(`${text}\n`)
}
