import type { Kysely } from 'kysely'
import type { Tables } from '#db/types.ts'
import type { Actor } from '#server/platform/trpc.ts'

const SHORT_ID = 16

/** The person's own sessions, newest first. Ids are shortened hashes: enough to name one, useless as a cookie. */
export async function sessionsOf(pool: Kysely<Tables>, { accountId, sessionId }: Actor) {
  const rows = await pool
    .selectFrom('auth.session')
    .select(['id', 'created_at', 'last_seen_at', 'ip', 'user_agent'])
    .where('account_id', '=', accountId ?? 0)
    .orderBy('last_seen_at', 'desc')
    .execute()
  return rows.map(({ id, ...session }) => ({ id: id.slice(0, SHORT_ID), current: id === sessionId, ...session }))
}

/** Deletes one of the person's sessions, or all but the current one. Returns how many. */
export async function deleteSessions(
  pool: Kysely<Tables>,
  { accountId, sessionId }: Actor,
  shortId?: string,
): Promise<number> {
  let query = pool.deleteFrom('auth.session').where('account_id', '=', accountId ?? 0)
  query = shortId ? query.where('id', 'like', `${shortId}%`) : query.where('id', '!=', sessionId ?? '')
  return Number((await query.executeTakeFirst()).numDeletedRows)
}
