import { randomUUID } from 'node:crypto'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { Session } from 'chdb'
import { literal, StatementError } from './clickhouse-sql.ts'
import { pause } from './folder.ts'

export type Work = {
  sql: string
  /** ClickHouse settings and bound parameters (param_x), as text. */
  settings: ReadonlyMap<string, string>
  database: string | undefined
  format: string
  signal: AbortSignal
}
export type Done = { bytes: Uint8Array; readRows: number; readBytes: number; writtenRows: number; writtenBytes: number }

type Written = { rowsWritten: number; bytesWritten: number }
/** The one call of chdb's native part that its typed surface lacks: any insert, with the count of rows written. */
type Native = {
  InsertRawAsyncConnection: (connection: unknown, sql: string, rest: Buffer, lines: false) => Promise<Written>
}

const QUERIES_AT_ONCE = 8
const INSERTS_AT_ONCE = 4
const WAITING_AT_MOST = 200
const WAIT_MS = 15_000
const KILL_RETRY_MS = 200
/** Threads the engine's calls block while they run, with some to spare for files and kills. */
export const ENGINE_THREADS = QUERIES_AT_ONCE + INSERTS_AT_ONCE + 8

const USUAL_QUERY_SIZE = 60_000
const EVERY_SESSION = { session_timezone: 'UTC', log_queries: '0', max_query_size: String(2 ** 30) }

/** The engine in this process: one session a statement, so that nothing set for one is felt by another. */
export class Engine {
  readonly #path: string
  readonly #root: Session
  readonly #native: Native
  readonly #queries = new Gate(QUERIES_AT_ONCE)
  readonly #inserts = new Gate(INSERTS_AT_ONCE)

  constructor(path: string, configFile: string) {
    this.#path = path
    this.#root = new Session(path, { connectionArgs: [`--config-file=${configFile}`] })
    const require = createRequire(import.meta.url)
    const loader = require(join(dirname(require.resolve('chdb')), 'dist/loader.js')) as { loadNative: () => Native }
    this.#native = loader.loadNative()
  }

  /** Runs anything but an insert; bytes are its answer. When the signal fires the query is killed. */
  query(work: Work): Promise<Done> {
    return this.#run(this.#queries, work, async (session) => {
      const result = await session.queryAsync(work.sql, { format: work.format })
      return { ...NOTHING, bytes: result.bytes(), readRows: result.rowsRead, readBytes: result.bytesRead }
    })
  }

  /** Runs an insert and counts what it wrote. */
  insert(work: Work): Promise<Done> {
    return this.#run(this.#inserts, work, async (session) => {
      const written = await this.#native.InsertRawAsyncConnection(
        session.connection,
        work.sql,
        Buffer.from('\n'),
        false,
      )
      return { ...NOTHING, writtenRows: written.rowsWritten, writtenBytes: written.bytesWritten }
    })
  }

  /** Waits for what runs, then lets the data folder go. */
  async close(): Promise<void> {
    await Promise.all([this.#queries.drained(), this.#inserts.drained()])
    this.#root.close()
  }

  async #run(gate: Gate, work: Work, action: (session: Session) => Promise<Done>): Promise<Done> {
    const leave = await gate.enter(work.signal)
    const session = new Session(this.#path)
    const mark = randomUUID()
    const running = this.#prepare(session, work, mark).then(() => action(session))
    // Closing a session under a running statement would abort the whole engine.
    const ended = running
      .then(
        () => {},
        () => {},
      )
      .finally(() => {
        session.close()
        leave()
      })
    const onAbort = () => void this.#kill(mark, ended)
    work.signal.addEventListener('abort', onAbort, { once: true })
    if (work.signal.aborted) onAbort()
    return running.finally(() => work.signal.removeEventListener('abort', onAbort))
  }

  async #prepare(session: Session, { settings, database }: Work, mark: string): Promise<void> {
    const all = new Map([...Object.entries(EVERY_SESSION), ...settings])
    // The caller's own comment stays in front: it finds its statements by that.
    all.set('log_comment', `${all.get('log_comment') ?? ''}${mark}`)
    const pairs = [...all].map(([name, value]) => `${name} = ${literal(value)}`)
    const statement = `SET ${pairs.join(', ')}`
    // A long statement is only parsed once its length is allowed.
    if (statement.length > USUAL_QUERY_SIZE) {
      await session.queryAsync(`SET max_query_size = ${EVERY_SESSION.max_query_size}`)
    }
    await session.queryAsync(statement)
    if (database) await session.queryAsync(`USE \`${database.replaceAll('`', '``')}\``)
  }

  async #kill(mark: string, ended: Promise<void>): Promise<void> {
    let over = false
    void ended.then(() => {
      over = true
    })
    while (!over) {
      const session = new Session(this.#path)
      await session
        .queryAsync(`KILL QUERY WHERE endsWith(Settings['log_comment'], ${literal(mark)}) ASYNC`)
        .catch(() => {})
      session.close()
      await Promise.race([ended, pause(KILL_RETRY_MS)])
    }
  }
}

const NOTHING: Done = { bytes: new Uint8Array(), readRows: 0, readBytes: 0, writtenRows: 0, writtenBytes: 0 }

/** So many at once, the rest in line; who waits too long is told so. */
class Gate {
  readonly #limit: number
  #inside = 0
  readonly #line: (() => void)[] = []

  constructor(limit: number) {
    this.#limit = limit
  }

  async enter(signal: AbortSignal): Promise<() => void> {
    if (this.#inside >= this.#limit) await this.#wait(signal)
    else this.#inside++
    // The place goes to the next in line directly, so that nobody slips in between.
    return () => {
      const next = this.#line[0]
      if (next) next()
      else this.#inside--
    }
  }

  async drained(): Promise<void> {
    while (this.#inside > 0) await pause(20)
  }

  #wait(signal: AbortSignal): Promise<void> {
    if (this.#line.length >= WAITING_AT_MOST) return Promise.reject(tooMany())
    return new Promise((resolve, reject) => {
      const settle = (action: () => void) => {
        clearTimeout(timer)
        signal.removeEventListener('abort', giveUp)
        const at = this.#line.indexOf(go)
        if (at >= 0) this.#line.splice(at, 1)
        action()
      }
      const go = () => settle(resolve)
      const giveUp = () => settle(() => reject(tooMany()))
      const timer = setTimeout(giveUp, WAIT_MS)
      signal.addEventListener('abort', giveUp, { once: true })
      this.#line.push(go)
    })
  }
}

function tooMany(): StatementError {
  return new StatementError(202, 'Too many simultaneous queries', 'TOO_MANY_SIMULTANEOUS_QUERIES')
}
