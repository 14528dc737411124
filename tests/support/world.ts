import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, inject } from 'vitest'
import type { MemberRole } from '#db/types.ts'
import { openBase } from '#server/base.ts'
import { hashPassword } from '#server/platform/auth/passwords.ts'
import { readEnv } from '#server/platform/env.ts'
import type { Actor } from '#server/platform/trpc.ts'
import { createCaller } from '#server/router.ts'

export const installation = inject('installation')

/** The server's own pools and doors, on the installation under test. */
export const base = await openBase(
  readEnv({
    NODE_ENV: 'test',
    APP_DATABASE_URL: installation.loginUrl,
    CLICKHOUSE_URL: installation.clickhouseUrl,
    DATA_DIR: installation.dataDir,
    SECRET_KEY: installation.secretKey,
    LOG_LEVEL: 'silent',
  }),
  'worker',
)
export const pool = base.pool
afterAll(() => base.close())

export const PASSWORD = 'correct horse battery staple'
const sharedHash = hashPassword(PASSWORD)
const unique = () => randomBytes(5).toString('hex')

export type Tenant = Awaited<ReturnType<typeof newTenant>>
type Delivering = {
  artifact?: string
  hostname?: string
  client_id?: string
  flow_id?: string
  filename?: string
  idempotencyKey?: string
}

/** A tenant of the test's own, with one person per role. */
export async function newTenant() {
  const { id } = await pool
    .insertInto('tenant')
    .values({ name: `Test ${unique()}` })
    .returning('id')
    .executeTakeFirstOrThrow()
  const people = {} as Record<MemberRole, { id: number; username: string }>
  for (const role of ['viewer', 'user', 'lead', 'admin'] as const) people[role] = await addPerson(id, role)

  const actor = (role: MemberRole): Actor => ({
    accountId: people[role].id,
    sourceId: null,
    sessionId: null,
    name: people[role].username,
    tenantId: id,
    role,
    operator: false,
  })
  const as = (role: MemberRole) => callerFor(actor(role))
  return {
    id,
    people,
    actor,
    as,
    /** The cookie of a session that a person of this role has begun. */
    cookie: async (role: MemberRole) =>
      (await base.auth.sessions.open(people[role].id, id, { ip: null, userAgent: 'test' })).split(';')[0]!,
    /** Delivers bytes as a page would, and returns the ledger once the load has ended. */
    deliver: async (bytes: Buffer | string, facts: Delivering = {}) => {
      const delivered = await base.spool.receive(Readable.from([Buffer.from(bytes)]))
      const { batch } = await callerFor(actor('user'), delivered).ingestion.receive(facts)
      return ended(() => as('user').ingestion.get({ id: batch.id }))
    },
  }
}

/** An account with the test password in a tenant. */
export async function addPerson(tenantId: number, role: MemberRole) {
  const account = await pool
    .insertInto('account')
    .values({ username: `${role}-${unique()}` })
    .returning(['id', 'username'])
    .executeTakeFirstOrThrow()
  await pool
    .insertInto('auth.password')
    .values({ account_id: account.id, hash: await sharedHash })
    .execute()
  await pool.insertInto('membership').values({ tenant_id: tenantId, account_id: account.id, role }).execute()
  return account
}

/** The procedures as `actor` calls them, without HTTP between. */
export const callerFor = (actor: Actor | null, delivered?: { name: string; bytes: number; sha256: string }) =>
  createCaller({ ...base, actor, requestId: `test-${unique()}`, ip: '127.0.0.1', delivered })

/** Waits until a delivery is done, failed, or waits for a person. */
export async function ended<B extends { state: string }>(read: () => Promise<B>, seconds = 150): Promise<B> {
  for (const until = Date.now() + seconds * 1000; Date.now() < until; await sleep(50)) {
    const batch = await read()
    if (['done', 'failed', 'needs_artifact'].includes(batch.state)) return batch
  }
  throw new Error(`The delivery did not end within ${seconds} s.`)
}

/** Rows as JSON lines. */
export const jsonLines = (rows: object[]) => `${rows.map((row) => JSON.stringify(row)).join('\n')}\n`

export const sample = (name: string) => join(import.meta.dirname, '../samples', name)
