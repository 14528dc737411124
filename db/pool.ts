import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import type { Tables } from './types.ts'

const INT8 = 20
// Ids are bigint identities and counts; both stay far below 2^53.
pg.types.setTypeParser(INT8, Number)
// inet comes back as its text, without the /32 of a single address.
const INET = 869
pg.types.setTypeParser(INET, (text) => text.replace(/\/(32|128)$/, ''))

export type PoolOptions = { name: string; max: number; statementTimeoutMs?: number }
export type Pool = { db: Kysely<Tables>; raw: pg.Pool; close: () => Promise<void> }

/**
 * A pool whose clients are destroyed, not reused, when they come back inside a transaction: a forgotten COMMIT
 * must never hand one tenant's transaction to the next request. Waiting for a client longer than 2 s throws.
 */
export function openPool(connectionString: string, { name, max, statementTimeoutMs = 5_000 }: PoolOptions): Pool {
  const raw = new pg.Pool({
    connectionString,
    max,
    application_name: name,
    connectionTimeoutMillis: 2_000,
    statement_timeout: statementTimeoutMs,
    lock_timeout: 2_000,
    idle_in_transaction_session_timeout: 10_000,
    keepAlive: true,
  })
  raw.on('error', () => {}) // an idle client died with its server; the next query opens a new one
  // One at work that dies between two statements says so here only: unheard, it would take the process with it.
  raw.on('connect', (client) => client.on('error', () => {}))
  const guarded = { connect: () => raw.connect().then(guard), end: () => raw.end() }
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: guarded as unknown as pg.Pool }) })
  return { db, raw, close: () => db.destroy() }
}

type Client = pg.PoolClient & { getTransactionStatus?: () => string | null }

function guard(client: Client): Client {
  const release = client.release.bind(client)
  client.release = (error) => release(error ?? (client.getTransactionStatus?.() !== 'I' ? true : undefined))
  return client
}
