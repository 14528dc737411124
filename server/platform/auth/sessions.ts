import { parse as parseCookies } from 'cookie'
import type { Kysely } from 'kysely'
import { type Adapter, type DatabaseSession, type DatabaseUser, Lucia, TimeSpan } from 'lucia'
import type { Tables } from '#db/types.ts'
import { now } from '../clock.ts'
import { hashToken, newToken } from './keys.ts'
import { type Principal, principals } from './principal.ts'

const LIFE = new TimeSpan(12, 'h')
const IDLE_MS = 30 * 60_000
const TOUCH_MS = 60_000

type SessionFacts = { tenantId: number; createdAt: Date; lastSeenAt: Date; ip: string | null; userAgent: string | null }

declare module 'lucia' {
  interface Register {
    UserId: number
    Lucia: Lucia<SessionFacts, { principal: Principal }>
    DatabaseSessionAttributes: SessionFacts
    DatabaseUserAttributes: { principal: Principal }
  }
}

export type SessionMeta = { ip: string | null; userAgent: string | null }
export type LiveSession = { id: string; principal: Principal }
export type Sessions = ReturnType<typeof sessions>

/**
 * Browser sessions: lucia over our table, which holds only hashes. A session ends 12 h after sign-in, or after 30 idle
 * minutes. The cookie is host-bound by its `__Host-` name over https; Safari refuses Secure cookies on plain loopback.
 */
export function sessions(pool: Kysely<Tables>, { secure }: { secure: boolean }) {
  const name = secure ? '__Host-sid' : 'sid'
  const lucia = new Lucia<SessionFacts, { principal: Principal }>(adapter(pool), {
    sessionExpiresIn: LIFE,
    sessionCookie: { name, attributes: { secure, sameSite: 'lax', path: '/' } },
    getSessionAttributes: (facts) => facts,
    getUserAttributes: ({ principal }) => ({ principal }),
  })

  return {
    /** A new session, and the cookie that carries it. */
    async open(accountId: number, tenantId: number, meta: SessionMeta): Promise<string> {
      const { token, hash } = newToken()
      const time = now()
      await lucia.createSession(
        accountId,
        { tenantId, createdAt: time, lastSeenAt: time, ...meta },
        { sessionId: hash },
      )
      return lucia.createSessionCookie(token).serialize()
    },

    /** The session of a Cookie header, or null. Counts as activity, noted at most once a minute. */
    async read(header: string | undefined): Promise<LiveSession | null> {
      const token = tokenIn(header, name)
      if (!token) return null
      const { session, user } = await lucia.validateSession(hashToken(token))
      if (!session) return null
      const time = now().getTime()
      const idle = time - session.lastSeenAt.getTime()
      if (idle > IDLE_MS || time - session.createdAt.getTime() > LIFE.milliseconds()) {
        await lucia.invalidateSession(session.id)
        return null
      }
      if (idle > TOUCH_MS) await touch(pool, session.id)
      return { id: session.id, principal: user.principal }
    },

    close: (id: string) => lucia.invalidateSession(id),
    closeAll: (accountId: number) => lucia.invalidateUserSessions(accountId),
    blankCookie: () => lucia.createBlankSessionCookie().serialize(),
    sweep: () => lucia.deleteExpiredSessions(),
  }
}

/** The value of exactly one cookie of that name. Two are none: one of them was planted. */
function tokenIn(header: string | undefined, name: string): string | null {
  if (!header) return null
  const own = header.split(';').filter((part) => part.trimStart().startsWith(`${name}=`))
  if (own.length !== 1) return null
  return parseCookies(own[0]!.trim())[name] || null
}

const touch = (pool: Kysely<Tables>, id: string) =>
  pool.updateTable('auth.session').set({ last_seen_at: now() }).where('id', '=', id).execute()

function adapter(pool: Kysely<Tables>): Adapter {
  const remove = (column: 'id' | 'account_id', value: string | number) =>
    pool
      .deleteFrom('auth.session')
      .where(column, '=', value as never)
      .execute()

  return {
    // One query for both: every request of a browser begins with it. A session whose membership is gone is none.
    async getSessionAndUser(id): Promise<[DatabaseSession | null, DatabaseUser | null]> {
      const found = await principals(pool)
        .innerJoin('auth.session as s', (join) =>
          join.onRef('s.account_id', '=', 'account.id').onRef('s.tenant_id', '=', 'membership.tenant_id'),
        )
        .select(['s.expires_at', 's.created_at as opened_at', 's.last_seen_at', 's.ip', 's.user_agent'])
        .where('s.id', '=', id)
        .executeTakeFirst()
      if (!found) return [null, null]
      const { expires_at, opened_at, last_seen_at, ip, user_agent, ...principal } = found
      const own = { id, account_id: principal.id, tenant_id: principal.tenant_id }
      const session = fromRow({ ...own, expires_at, created_at: opened_at, last_seen_at, ip, user_agent })
      return [session, { id: principal.id, attributes: { principal } }]
    },
    async getUserSessions(accountId) {
      const rows = await pool.selectFrom('auth.session').selectAll().where('account_id', '=', accountId).execute()
      return rows.map(fromRow)
    },
    async setSession({ id, userId, expiresAt, attributes }) {
      await pool
        .insertInto('auth.session')
        .values({
          id,
          account_id: userId,
          tenant_id: attributes.tenantId,
          expires_at: expiresAt,
          created_at: attributes.createdAt,
          last_seen_at: attributes.lastSeenAt,
          ip: attributes.ip,
          user_agent: attributes.userAgent?.slice(0, 300) ?? null,
        })
        .execute()
    },
    // lucia would let a session in use live for ever; ours end 12 h after sign-in.
    async updateSessionExpiration() {},
    async deleteSession(id) {
      await remove('id', id)
    },
    async deleteUserSessions(accountId) {
      await remove('account_id', accountId)
    },
    async deleteExpiredSessions() {
      await pool.deleteFrom('auth.session').where('expires_at', '<', now()).execute()
    },
  }
}

type SessionRow = {
  id: string
  account_id: number
  tenant_id: number
  expires_at: Date
  created_at: Date
  last_seen_at: Date
  ip: string | null
  user_agent: string | null
}

const fromRow = (row: SessionRow): DatabaseSession => ({
  id: row.id,
  userId: row.account_id,
  expiresAt: row.expires_at,
  attributes: {
    tenantId: row.tenant_id,
    createdAt: row.created_at,
    lastSeenAt: row.last_seen_at,
    ip: row.ip,
    userAgent: row.user_agent,
  },
})
