import { record } from '#server/platform/activity.ts'
import { SOURCE_TOKEN_PREFIX } from '#server/platform/auth/doors.ts'
import { newToken } from '#server/platform/auth/keys.ts'
import { now } from '#server/platform/clock.ts'
import { missing } from '#server/platform/table.ts'
import type { TenantDb } from '#server/platform/tenant.ts'
import type { Ctx } from '#server/platform/trpc.ts'

/** The tenant's sources with who made them, newest first. Never the token. */
export const listSources = (ctx: Ctx) =>
  ctx.db
    .selectFrom('source')
    .leftJoin('account', 'account.id', 'source.created_by')
    .select([
      'source.id',
      'source.name',
      'source.token_prefix as prefix',
      'source.last_used_at',
      'source.revoked_at',
      'source.created_at',
    ])
    .select('account.username as created_by_name')
    .orderBy('source.id', 'desc')
    .execute()

/** Makes a source. Its token is in this answer only. */
export async function createSource(ctx: Ctx, name: string) {
  const { token, hash } = newToken(SOURCE_TOKEN_PREFIX)
  const source = await ctx.db
    .insertInto('source')
    .values({ name, token_hash: hash, token_prefix: token.slice(0, 10), created_by: ctx.actor.accountId })
    .returning(['id', 'name'])
    .executeTakeFirstOrThrow()
  await record(ctx, 'source.created', { type: 'source', id: source.id }, { name })
  return { ...source, token }
}

/** Notes that a source's token was used, at most once a minute. */
export const noteUse = (db: TenantDb, id: number) =>
  db
    .updateTable('source')
    .set({ last_used_at: now() })
    .where('id', '=', id)
    .where((eb) => eb.or([eb('last_used_at', 'is', null), eb('last_used_at', '<', new Date(now().getTime() - 60_000))]))
    .execute()

/** Ends a source's token from the next request on. Repeating it changes nothing. */
export async function revokeSource(ctx: Ctx, id: number) {
  const known = await ctx.db.selectFrom('source').select(['id', 'revoked_at']).where('id', '=', id).executeTakeFirst()
  if (!known) missing('source')
  if (known.revoked_at) return { id }
  await ctx.db.updateTable('source').set({ revoked_at: now() }).where('id', '=', id).execute()
  await record(ctx, 'source.revoked', { type: 'source', id })
  return { id }
}
