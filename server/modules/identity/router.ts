import { sql } from 'kysely'
import { record } from '#server/platform/activity.ts'
import { principalOf } from '#server/platform/auth/principal.ts'
import { AppError } from '#server/platform/errors.ts'
import { Nothing } from '#server/platform/input.ts'
import { missing } from '#server/platform/table.ts'
import { detachedProcedure, protectedProcedure, router } from '#server/platform/trpc.ts'
import { endSessions, sessionsOf } from './queries.ts'
import { Preferences, ProfileEdit, Rename, SessionId } from './schema.ts'
import { editProfile } from './service.ts'

export const identityRouter = router({
  me: detachedProcedure('profile:read', Nothing).query(async ({ ctx }) => {
    const { accountId, tenantId } = ctx.actor
    const principal = accountId ? await principalOf(ctx.pool, accountId, tenantId) : null
    if (!principal) throw new AppError('unauthenticated', 'Sign in first.')
    const { epoch: _private, ...me } = principal
    return me
  }),

  rename: protectedProcedure('profile:write', Rename).mutation(async ({ ctx, input }) => {
    const { accountId } = ctx.actor
    if (!accountId) missing('account')
    const taken = await ctx.pool
      .selectFrom('account')
      .select('id')
      .where(sql`lower(username)`, '=', input.username.toLowerCase())
      .where('id', '!=', accountId)
      .executeTakeFirst()
    if (taken) throw new AppError('conflict', 'Username already taken', { username: 'Already taken.' })
    await record(ctx, 'account.renamed', { type: 'account', id: accountId }, { username: input.username })
    await ctx.pool.updateTable('account').set({ username: input.username }).where('id', '=', accountId).execute()
  }),

  update: detachedProcedure('profile:write', ProfileEdit).mutation(async ({ ctx, input }) => {
    const { epoch: _private, ...me } = await editProfile(ctx, input)
    return me
  }),

  preferences: protectedProcedure('profile:write', Preferences).mutation(async ({ ctx, input }) => {
    if (!ctx.actor.accountId) missing('account')
    await ctx.pool.updateTable('account').set(input).where('id', '=', ctx.actor.accountId).execute()
  }),

  sessions: detachedProcedure('profile:read', Nothing).query(({ ctx }) => sessionsOf(ctx.pool, ctx.actor)),

  endSession: protectedProcedure('profile:write', SessionId).mutation(async ({ ctx, input }) => {
    if ((await endSessions(ctx.pool, ctx.actor, input.id)) === 0) missing('session')
    await record(ctx, 'session.ended', { type: 'session', id: input.id })
  }),

  endOtherSessions: protectedProcedure('profile:write', Nothing).mutation(async ({ ctx }) => {
    const count = await endSessions(ctx.pool, ctx.actor)
    await record(ctx, 'session.ended', { type: 'session', id: 'others' }, { count })
    return { count }
  }),
})
