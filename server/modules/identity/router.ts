import { type Principal, principalOf } from '#server/platform/auth/principal.ts'
import { now } from '#server/platform/clock.ts'
import { AppError } from '#server/platform/errors.ts'
import { Nothing } from '#server/platform/input.ts'
import { missing } from '#server/platform/table.ts'
import { detachedProcedure, router } from '#server/platform/trpc.ts'
import { sessionsOf } from './queries.ts'
import { KeyChoice, Preferences, ProfileEdit, Rename, SessionId } from './schema.ts'
import { changeAccount, editProfile, endSessions, refuseClashes } from './service.ts'

export const identityRouter = router({
  me: detachedProcedure('profile:read', Nothing).query(async ({ ctx }) => {
    const { accountId, tenantId } = ctx.actor
    const principal = accountId ? await principalOf(ctx.pool, accountId, tenantId) : null
    if (!principal) throw new AppError('unauthenticated', 'Sign in first.')
    return asTold(principal)
  }),

  rename: detachedProcedure('profile:write', Rename).mutation(({ ctx, input }) =>
    changeAccount(ctx, { id: ctx.actor.accountId ?? missing('account'), username: input.username, hash: null }),
  ),

  update: detachedProcedure('profile:write', ProfileEdit).mutation(async ({ ctx, input }) =>
    asTold(await editProfile(ctx, input)),
  ),

  preferences: detachedProcedure('profile:write', Preferences).mutation(async ({ ctx, input }) => {
    const id = ctx.actor.accountId ?? missing('account')
    await ctx.pool.updateTable('account').set(input).where('id', '=', id).execute()
  }),

  keys: detachedProcedure('profile:write', KeyChoice).mutation(async ({ ctx, input: { on, acts } }) => {
    const id = ctx.actor.accountId ?? missing('account')
    refuseClashes(acts)
    const keys_off_at = on ? null : now()
    await ctx.pool
      .updateTable('account')
      .set({ keys: JSON.stringify(acts), keys_off_at })
      .where('id', '=', id)
      .execute()
  }),

  sessions: detachedProcedure('profile:read', Nothing).query(({ ctx }) => sessionsOf(ctx.pool, ctx.actor)),

  endSession: detachedProcedure('profile:write', SessionId).mutation(async ({ ctx, input }) => {
    await endSessions(ctx, input.id)
  }),

  endOtherSessions: detachedProcedure('profile:write', Nothing).mutation(({ ctx }) => endSessions(ctx)),
})

// What pages need to draw themselves is theirs alone.
const asTold = ({ epoch: _epoch, keys: _keys, keys_on: _on, zone: _own, tenant_zone: _theirs, ...me }: Principal) => me
