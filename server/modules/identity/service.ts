import { type Kysely, sql, type Transaction } from 'kysely'
import type { z } from 'zod'
import type { Tables } from '#db/types.ts'
import { type Author, record } from '#server/platform/activity.ts'
import type { Auth } from '#server/platform/auth/doors.ts'
import { hashToken } from '#server/platform/auth/keys.ts'
import { checkPassword, hashPassword, verifyPassword } from '#server/platform/auth/passwords.ts'
import { type Principal, principalOf } from '#server/platform/auth/principal.ts'
import { now } from '#server/platform/clock.ts'
import { AppError, fromDatabase } from '#server/platform/errors.ts'
import { acrossTenants, type TenantDb } from '#server/platform/tenant.ts'
import type { DetachedCtx } from '#server/platform/trpc.ts'
import { deleteSessions } from './queries.ts'
import { PasswordReset, type ProfileEdit, Registration, SignIn } from './schema.ts'

/** What comes before anybody is signed in. `registration` and `ip` are the installation's rule and the caller's address. */
export type Door = Auth & { registration: 'invitation' | 'open'; ip: string; requestId: string }

const WRONG = 'Incorrect username or password'

/** Whether nobody has an account yet, what the first one needs, and who may register later. */
export async function installation({ pool, setupCode, registration }: Door) {
  const anyone = await pool.selectFrom('account').select('id').limit(1).executeTakeFirst()
  return { empty: !anyone, needsSetupCode: !anyone && setupCode !== '', registration }
}

/** The person behind a username and password. Throws AppError: `unauthenticated`, `invalid` (deactivated), `rate_limited`. */
export async function signIn(door: Door, input: z.input<typeof SignIn>): Promise<Principal> {
  const { username, password } = SignIn.parse(input)
  const { pool, attempts, ip } = door
  await attempts.check(username, ip)
  const found = await pool
    .selectFrom('account')
    .leftJoin('auth.password', 'auth.password.account_id', 'account.id')
    .select(['account.id', 'auth.password.hash'])
    .where(sql`lower(account.username)`, '=', username.toLowerCase())
    .executeTakeFirst()
  const { ok, renew } = await verifyPassword(found?.hash ?? null, password)
  if (!found || !ok) {
    await attempts.failed(username, ip)
    throw new AppError('unauthenticated', WRONG)
  }
  await attempts.succeeded(username, ip)
  if (renew) await rehash(pool, found.id, password)
  const principal = await principalOf(pool, found.id)
  if (!principal?.is_active) throw new AppError('invalid', 'Inactive user')
  await noteSignIn(door, principal)
  return principal
}

/** Makes the first account (operator and admin of tenant `default`), or, where registration is open, a further one. */
export async function register(door: Door, input: z.input<typeof Registration>): Promise<Principal> {
  const { username, password, setupCode } = Registration.parse(input)
  const { empty } = await installation(door)
  if (!empty && door.registration !== 'open') throw new AppError('forbidden', 'Registration is by invitation')
  if (empty && door.setupCode && setupCode !== door.setupCode) {
    throw new AppError('forbidden', 'The setup code is wrong. It stands in the server log.', {
      setupCode: 'Wrong code.',
    })
  }
  checkPassword(password, [username])
  const hash = await hashPassword(password)
  const made = await acrossTenants(
    door.pool,
    (tx) => addAccount(tx, { username, hash, first: empty }),
    (db, { id }) => recordOwn(db, { id, username }, 'account.registered', door.requestId),
    { accountId: null, requestId: door.requestId },
  ).catch(nameTaken('Username already registered'))
  const principal = await principalOf(door.pool, made.id)
  if (!principal) throw new Error('A new account is in no tenant.')
  return principal
}

async function addAccount(
  tx: Transaction<Tables>,
  { username, hash, first }: { username: string; hash: string; first: boolean },
) {
  // One at a time, so that of fifty first accounts exactly one becomes admin.
  await sql`select pg_advisory_xact_lock(hashtext('velocicompanion.account'))`.execute(tx)
  const anyone = await tx.selectFrom('account').select('id').limit(1).executeTakeFirst()
  if (first && anyone) throw new AppError('forbidden', 'Registration is by invitation')
  const { id } = await tx
    .insertInto('account')
    .values({ username, operator_at: first ? now() : null })
    .returning('id')
    .executeTakeFirstOrThrow()
  await tx.insertInto('auth.password').values({ account_id: id, hash }).execute()
  const existing = await tx.selectFrom('tenant').select('id').where('name', '=', 'default').executeTakeFirst()
  const tenant =
    existing ?? (await tx.insertInto('tenant').values({ name: 'default' }).returning('id').executeTakeFirstOrThrow())
  await tx
    .insertInto('membership')
    .values({ tenant_id: tenant.id, account_id: id, role: first ? 'admin' : 'user', last_seen_at: now() })
    .execute()
  return { id, tenantId: tenant.id }
}

/** Sets the password that a link invites to; the link works once, and every session and token of the account ends. */
export async function resetPassword(door: Door, input: z.input<typeof PasswordReset>): Promise<Principal> {
  const { token, password } = PasswordReset.parse(input)
  const expired = () => new AppError('invalid', 'This link was used or has expired. Ask an admin for a new one.')
  const link = await door.pool
    .selectFrom('auth.password_link')
    .innerJoin('account', 'account.id', 'auth.password_link.account_id')
    .select(['auth.password_link.hash', 'account.id', 'account.username'])
    .where('auth.password_link.hash', '=', hashToken(token))
    .where('used_at', 'is', null)
    .where('expires_at', '>', now())
    .executeTakeFirst()
  if (!link) throw expired()
  checkPassword(password, [link.username])
  const principal = await principalOf(door.pool, link.id)
  if (!principal?.is_active) throw new AppError('invalid', 'Inactive user')
  const hash = await hashPassword(password)
  await acrossTenants(
    door.pool,
    async (tx) => {
      const used = await tx
        .updateTable('auth.password_link')
        .set({ used_at: now() })
        .where('hash', '=', link.hash)
        .where('used_at', 'is', null)
        .returning('hash')
        .executeTakeFirst()
      if (!used) throw expired()
      await setPassword(tx, link.id, hash)
      return { tenantId: principal.tenant_id }
    },
    (db) => recordOwn(db, principal, 'account.password_reset', door.requestId),
    { accountId: link.id, requestId: door.requestId },
  )
  return principal
}

/** Stores a hash and ends every session and token of the account. */
export async function setPassword(tx: Kysely<Tables>, accountId: number, hash: string): Promise<void> {
  await tx
    .insertInto('auth.password')
    .values({ account_id: accountId, hash })
    .onConflict((c) =>
      c
        .column('account_id')
        .doUpdateSet((eb) => ({ hash, epoch: eb('auth.password.epoch', '+', 1), changed_at: now() })),
    )
    .execute()
  await tx.deleteFrom('auth.session').where('account_id', '=', accountId).execute()
}

/** Changes the person's own password. Throws AppError `invalid` beside the field. */
export async function changePassword(
  { pool, attempts, ip, requestId }: Pick<Door, 'pool' | 'attempts' | 'ip' | 'requestId'>,
  who: Pick<Principal, 'id' | 'username' | 'tenant_id'>,
  { currentPassword, newPassword }: { currentPassword: string; newPassword: string },
): Promise<void> {
  await attempts.check(who.username, ip)
  const stored = await pool
    .selectFrom('auth.password')
    .select('hash')
    .where('account_id', '=', who.id)
    .executeTakeFirst()
  const { ok } = await verifyPassword(stored?.hash ?? null, currentPassword)
  if (!ok) {
    await attempts.failed(who.username, ip)
    throw new AppError('invalid', 'That is not your current password.', {
      currentPassword: 'Not your current password.',
    })
  }
  checkPassword(newPassword, [who.username], 'newPassword')
  const hash = await hashPassword(newPassword)
  const actor = { accountId: who.id, name: who.username, tenantId: who.tenant_id }
  await changeAccount({ pool, actor, requestId }, { id: who.id, username: null, hash })
}

type Editor = DetachedCtx & { pool: Kysely<Tables>; auth: Auth; ip: string }

/** Changes the person's own name, password or both, or nothing at all. A new password ends every session and token. */
export async function editProfile(
  ctx: Editor,
  { username, password, current_password }: z.infer<typeof ProfileEdit>,
): Promise<Principal> {
  const { accountId, tenantId, name } = ctx.actor
  if (!accountId) throw new AppError('not_found', 'No such user.')
  const hash = password ? await ownNewHash(ctx, username ?? name, password, current_password) : null
  await changeAccount(ctx, { id: accountId, username, hash })
  const principal = await principalOf(ctx.pool, accountId, tenantId)
  if (!principal) throw new AppError('unauthenticated', 'Sign in first.')
  return principal
}

async function ownNewHash(
  { auth, ip, actor }: Editor,
  username: string,
  password: string,
  current: string | null | undefined,
): Promise<string> {
  if (!current) throw new AppError('invalid', 'Give your current password too.', { current_password: 'Field required' })
  await auth.attempts.check(actor.name, ip)
  const stored = await auth.pool
    .selectFrom('auth.password')
    .select('hash')
    .where('account_id', '=', actor.accountId)
    .executeTakeFirst()
  const { ok } = await verifyPassword(stored?.hash ?? null, current)
  if (!ok) {
    await auth.attempts.failed(actor.name, ip)
    throw new AppError('invalid', 'That is not your current password.', {
      current_password: 'Not your current password.',
    })
  }
  checkPassword(password, [username])
  return hashPassword(password)
}

/**
 * Changes what belongs to an account itself, and what `further` changes in the acting tenant, in one transaction.
 * Throws AppError `conflict` for a name that is taken.
 */
export async function changeAccount(
  { pool, actor, requestId }: { pool: Kysely<Tables>; actor: Author & { tenantId: number }; requestId: string },
  { id, username, hash }: { id: number; username: string | null | undefined; hash: string | null },
  further: (db: TenantDb) => Promise<void> = async () => {},
): Promise<void> {
  const subject = { type: 'account', id }
  await acrossTenants(
    pool,
    async (tx) => {
      if (username) await tx.updateTable('account').set({ username }).where('id', '=', id).execute()
      if (hash) await setPassword(tx, id, hash)
      return { tenantId: actor.tenantId }
    },
    async (db) => {
      if (username) await record({ db, actor, requestId }, 'account.renamed', subject, { username })
      if (hash) await record({ db, actor, requestId }, 'account.password_changed', subject)
      await further(db)
    },
    { accountId: actor.accountId, requestId },
  ).catch(nameTaken('Username already taken'))
}

const nameTaken =
  (message: string) =>
  (error: unknown): never => {
    const known = fromDatabase(error)
    if (known instanceof AppError && known.fields.username)
      throw new AppError('conflict', message, { username: 'Already taken.' })
    throw error
  }

/** Moves a person to another tenant of theirs. A tenant they are not in does not exist for them. */
export async function switchTenant({ pool }: Door, accountId: number, tenantId: number): Promise<Principal> {
  const principal = await principalOf(pool, accountId, tenantId)
  if (!principal?.is_active) throw new AppError('not_found', 'No such tenant.')
  return principal
}

/** Ends one of the person's sessions (throws `not_found` for no such), or all but the current one. */
export async function endSessions(
  { pool, actor, requestId }: Pick<DetachedCtx, 'actor' | 'requestId'> & { pool: Kysely<Tables> },
  shortId?: string,
): Promise<{ count: number }> {
  const { tenantId, accountId } = actor
  const { count } = await acrossTenants(
    pool,
    async (tx) => ({ tenantId, count: await deleteSessions(tx, actor, shortId) }),
    async (db, ended) => {
      if (shortId && ended.count === 0) throw new AppError('not_found', 'No such session.')
      const subject = { type: 'session', id: shortId ?? 'others' }
      await record({ db, actor, requestId }, 'session.ended', subject, shortId ? {} : { count: ended.count })
    },
    { accountId, requestId },
  )
  return { count }
}

/** Notes in the person's tenant that they signed in. */
async function noteSignIn({ pool, requestId }: Door, principal: Principal) {
  await acrossTenants(
    pool,
    async (tx) => {
      await tx
        .updateTable('membership')
        .set({ last_seen_at: now() })
        .where('tenant_id', '=', principal.tenant_id)
        .where('account_id', '=', principal.id)
        .execute()
      return { tenantId: principal.tenant_id }
    },
    (db) => recordOwn(db, principal, 'account.signed_in', requestId),
    { accountId: principal.id, requestId },
  )
}

const recordOwn = (
  db: TenantDb,
  { id, username }: Pick<Principal, 'id' | 'username'>,
  verb: string,
  requestId: string,
) => record({ db, actor: { accountId: id, name: username }, requestId }, verb, { type: 'account', id })

async function rehash(pool: Kysely<Tables>, accountId: number, password: string) {
  const hash = await hashPassword(password)
  await pool.updateTable('auth.password').set({ hash }).where('account_id', '=', accountId).execute()
}

/** Throws `invalid` beside each act whose key another one has, or which begins with the key of another one. */
export function refuseClashes(acts: Record<string, string>): void {
  const taken = Object.entries(acts).filter(([, keys]) => keys !== '')
  const fields: Record<string, string> = {}
  for (const [act, keys] of taken) {
    const other = taken.find(
      ([name, theirs]) =>
        name !== act && (theirs === keys || theirs.startsWith(`${keys} `) || keys.startsWith(`${theirs} `)),
    )
    if (other) fields[act] = `${keys} clashes with ${other[1]}, the key of ${other[0].replaceAll('-', ' ')}.`
  }
  if (Object.keys(fields).length > 0) throw new AppError('invalid', 'Two acts cannot have the same key.', fields)
}
