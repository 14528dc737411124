import { type Kysely, sql } from 'kysely'
import type { z } from 'zod'
import type { Tables } from '#db/types.ts'
import { changeAccount } from '#server/modules/identity/service.ts'
import { record } from '#server/platform/activity.ts'
import { newToken } from '#server/platform/auth/keys.ts'
import { checkPassword, hashPassword } from '#server/platform/auth/passwords.ts'
import { now } from '#server/platform/clock.ts'
import { AppError } from '#server/platform/errors.ts'
import { acrossTenants } from '#server/platform/tenant.ts'
import type { Ctx, DetachedCtx } from '#server/platform/trpc.ts'
import { getMember } from './queries.ts'
import type { NewUser, RoleChange, UserEdit } from './schema.ts'

type Detached = DetachedCtx & { pool: Kysely<Tables> }

const LINK_HOURS = 48

/** Adds a person to the tenant: a new account, or one that exists in another tenant. Returns the link that lets them set a password. */
export async function addUser({ pool, actor, requestId }: Detached, { username, role }: z.infer<typeof NewUser>) {
  const { tenantId: _own, ...user } = await acrossTenants(
    pool,
    async (tx) => {
      const known = await tx
        .selectFrom('account')
        .select(['id', 'username'])
        .where(sql`lower(username)`, '=', username.toLowerCase())
        .executeTakeFirst()
      const account =
        known ??
        (await tx.insertInto('account').values({ username }).returning(['id', 'username']).executeTakeFirstOrThrow())
      const resetPath = known ? null : await passwordLink(tx, account.id)
      return { ...account, resetPath, tenantId: actor.tenantId }
    },
    async (db, account) => {
      const added = await db
        .insertInto('membership')
        .values({ account_id: account.id, role })
        .onConflict((c) => c.columns(['tenant_id', 'account_id']).doNothing())
        .returning('account_id')
        .executeTakeFirst()
      if (!added)
        throw new AppError('conflict', 'Username already taken', { username: 'Already a member of this tenant.' })
      const subject = { type: 'user', id: account.id }
      await record({ db, actor, requestId }, 'user.created', subject, { username: account.username, role })
    },
    { accountId: actor.accountId, requestId },
  )
  return user
}

/** Changes a member's name, password, role and access, all or nothing. Name and password only of people of this tenant alone. */
export async function editUser(ctx: Detached, { id, username, password, role, is_active }: z.infer<typeof UserEdit>) {
  const member = await ctx.transact('read only', (within) => getMember(within, id))
  if (username || password) await ownAlone(ctx.pool, id)
  const hash = password ? await newHash(ctx, id, username ?? member.username, password) : null
  await changeAccount(ctx, { id, username, hash }, async (db) => {
    const within = { ...ctx, db }
    if (role && role !== member.role) await setRole(within, { id, role })
    if (is_active === false) await deactivate(within, id)
    if (is_active === true) await reactivate(within, id)
  })
  return ctx.transact('read only', (within) => getMember(within, id))
}

async function newHash({ actor }: DetachedCtx, id: number, username: string, password: string): Promise<string> {
  // A stolen admin token must not be enough to keep its owner out.
  if (id === actor.accountId)
    throw new AppError('invalid', 'Your own password is changed where the current one is asked for.', {
      password: 'Change your own password with PUT /api/auth/me and current_password.',
    })
  checkPassword(password, [username])
  return hashPassword(password)
}

/** Gives a member another role. The last active admin keeps theirs. */
export async function setRole(ctx: Ctx, { id, role }: z.infer<typeof RoleChange>) {
  const before = await getMember(ctx, id)
  if (before.role === 'admin' && role !== 'admin') await keepAnAdmin(ctx, id)
  await ctx.db.updateTable('membership').set({ role }).where('account_id', '=', id).execute()
  await record(ctx, 'user.role_changed', { type: 'user', id }, { from: before.role, to: role })
  return getMember(ctx, id)
}

/** Shuts a member out of this tenant, from the next request on. Repeating it changes nothing. */
export async function deactivate(ctx: Ctx, id: number) {
  const member = await getMember(ctx, id)
  if (id === ctx.actor.accountId) throw new AppError('conflict', 'Cannot delete your own account')
  if (!member.is_active) return member
  if (member.role === 'admin') await keepAnAdmin(ctx, id)
  await ctx.db.updateTable('membership').set({ deactivated_at: now() }).where('account_id', '=', id).execute()
  await record(ctx, 'user.deactivated', { type: 'user', id })
  return getMember(ctx, id)
}

/** Lets a deactivated member in again. */
export async function reactivate(ctx: Ctx, id: number) {
  const member = await getMember(ctx, id)
  if (member.is_active) return member
  await ctx.db.updateTable('membership').set({ deactivated_at: null }).where('account_id', '=', id).execute()
  await record(ctx, 'user.reactivated', { type: 'user', id })
  return getMember(ctx, id)
}

/** A link with which the member sets a new password. Only for people of this tenant alone: another's admin must not take them over. */
export async function resetLink(ctx: Detached, id: number) {
  const { actor, requestId } = ctx
  await ctx.transact('read only', (within) => getMember(within, id))
  const { resetPath } = await acrossTenants(
    ctx.pool,
    async (tx) => {
      await ownAlone(tx, id)
      return { tenantId: actor.tenantId, resetPath: await passwordLink(tx, id) }
    },
    (db) => record({ db, actor, requestId }, 'user.reset_link_made', { type: 'user', id }),
    { accountId: actor.accountId, requestId },
  )
  return { id, resetPath, expires_at: new Date(now().getTime() + LINK_HOURS * 3_600_000) }
}

/** Throws `forbidden` when the account belongs to further tenants, whose admins have the same say. */
export async function ownAlone(pool: Kysely<Tables>, accountId: number): Promise<void> {
  const others = await pool
    .selectFrom('membership')
    .select('tenant_id')
    .where('account_id', '=', accountId)
    .limit(2)
    .execute()
  if (others.length > 1) {
    throw new AppError('forbidden', 'This person belongs to several tenants and sets username and password alone.')
  }
}

async function passwordLink(pool: Kysely<Tables>, accountId: number): Promise<string> {
  const { token, hash } = newToken()
  await pool.deleteFrom('auth.password_link').where('account_id', '=', accountId).where('used_at', 'is', null).execute()
  await pool
    .insertInto('auth.password_link')
    .values({ hash, account_id: accountId, expires_at: new Date(now().getTime() + LINK_HOURS * 3_600_000) })
    .execute()
  return `/reset/${token}`
}

async function keepAnAdmin(ctx: Ctx, without: number) {
  // Locked, so that two admins who demote each other at once do not leave the tenant without one.
  const others = await ctx.db
    .selectFrom('membership')
    .select('account_id')
    .where('role', '=', 'admin')
    .where('deactivated_at', 'is', null)
    .orderBy('account_id')
    .forUpdate()
    .execute()
  if (others.every((admin) => admin.account_id === without)) {
    throw new AppError('conflict', 'This is the last admin of the tenant. Make somebody else admin first.')
  }
}
