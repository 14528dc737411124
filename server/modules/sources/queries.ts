import { sql } from 'kysely'
import type { z } from 'zod'
import { record } from '#server/platform/activity.ts'
import { SOURCE_TOKEN_PREFIX } from '#server/platform/auth/doors.ts'
import { newToken } from '#server/platform/auth/keys.ts'
import { now } from '#server/platform/clock.ts'
import { AppError } from '#server/platform/errors.ts'
import { missing } from '#server/platform/table.ts'
import type { TenantDb } from '#server/platform/tenant.ts'
import type { Ctx } from '#server/platform/trpc.ts'
import type { NewSource, SourceEdit } from './schema.ts'

// A forwarder that is refused loses rows: the old token works this much longer, while somebody types the new one in.
const OVERLAP_MS = 24 * 60 * 60_000

const sources = ({ db }: Pick<Ctx, 'db'>) =>
  db
    .selectFrom('source')
    .leftJoin('account', 'account.id', 'source.created_by')
    .select([
      'source.id', 'source.name', 'source.kind', 'source.org', 'source.expect_every_minutes', 'source.last_used_at',
      'source.token_prefix as prefix', 'source.revoked_at', 'source.created_at', 'source.previous_token_ends_at',
    ]) // biome-ignore format: a list to read across
    .select('account.username as created_by_name')

/** The tenant's sources with who made them, newest first. Never the token. */
export const listSources = (ctx: Ctx) => sources(ctx).orderBy('source.id', 'desc').execute()

/** One source. Throws `not_found` for another tenant's. */
export const getSource = async (ctx: Ctx, id: number) =>
  (await sources(ctx).where('source.id', '=', id).executeTakeFirst()) ?? missing('source')

const madeToken = () => {
  const { token, hash } = newToken(SOURCE_TOKEN_PREFIX)
  return { token, stored: { token_hash: hash, token_prefix: token.slice(0, 10) } }
}

/** Makes a source. Its token is in this answer only. */
export async function createSource(ctx: Ctx, { name, kind, org, expect_every_minutes }: z.infer<typeof NewSource>) {
  const { token, stored } = madeToken()
  const source = await ctx.db
    .insertInto('source')
    .values({
      ...stored,
      name,
      kind,
      org: org ?? null,
      expect_every_minutes: expect_every_minutes ?? null,
      created_by: ctx.actor.accountId,
    })
    .returning(['id', 'name', 'kind'])
    .executeTakeFirstOrThrow()
  await record(ctx, 'source.created', { type: 'source', id: source.id }, { name, kind })
  return { ...source, token }
}

/** Changes what a person says of a source. Its token stays. */
export async function updateSource(
  ctx: Ctx,
  { id, name, kind, org, expect_every_minutes }: z.infer<typeof SourceEdit>,
) {
  const said = { name, kind, org: org ?? null, expect_every_minutes: expect_every_minutes ?? null }
  const changed = await ctx.db.updateTable('source').set(said).where('id', '=', id).returning('id').executeTakeFirst()
  if (!changed) missing('source')
  await record(ctx, 'source.updated', { type: 'source', id }, said)
  return getSource(ctx, id)
}

/** Gives a source another token, in this answer only. The one before works a day longer; one before that ends now. */
export async function rotateToken(ctx: Ctx, id: number) {
  const { token, stored } = madeToken()
  const ends = new Date(now().getTime() + OVERLAP_MS)
  const changed = await ctx.db
    .updateTable('source')
    .set({ ...stored, previous_token_hash: sql.ref('token_hash'), previous_token_ends_at: ends })
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .returning(['id', 'name', 'kind'])
    .executeTakeFirst()
  if (!changed) return noToken(ctx, id)
  await record(ctx, 'source.rotated', { type: 'source', id }, { previous_token_ends_at: ends })
  return { ...changed, token }
}

async function noToken(ctx: Ctx, id: number): Promise<never> {
  await getSource(ctx, id)
  throw new AppError('conflict', 'This source is revoked. Create another one.')
}

/** Ends the token before the last change at once. Repeating it changes nothing. */
export async function endPreviousToken(ctx: Ctx, id: number) {
  const { previous_token_ends_at } = await getSource(ctx, id)
  if (previous_token_ends_at === null) return { id }
  await ctx.db
    .updateTable('source')
    .set({ previous_token_hash: null, previous_token_ends_at: null })
    .where('id', '=', id)
    .execute()
  await record(ctx, 'source.previous_token_ended', { type: 'source', id })
  return { id }
}

/** Notes that a source's token was used, at most once a minute. */
export const noteUse = (db: TenantDb, id: number) =>
  db
    .updateTable('source')
    .set({ last_used_at: now() })
    .where('id', '=', id)
    .where((eb) => eb.or([eb('last_used_at', 'is', null), eb('last_used_at', '<', new Date(now().getTime() - 60_000))]))
    .execute()

/** Ends a source's tokens from the next request on. Repeating it changes nothing. */
export async function revokeSource(ctx: Ctx, id: number) {
  const known = await ctx.db.selectFrom('source').select(['id', 'revoked_at']).where('id', '=', id).executeTakeFirst()
  if (!known) missing('source')
  if (known.revoked_at) return { id }
  await ctx.db.updateTable('source').set({ revoked_at: now() }).where('id', '=', id).execute()
  await record(ctx, 'source.revoked', { type: 'source', id })
  return { id }
}
