import type { Kysely } from 'kysely'
import type { Tables } from '#db/types.ts'
import { AppError } from '../errors.ts'
import type { Actor } from '../trpc.ts'
import type { AccessTokens } from './access-tokens.ts'
import type { Attempts } from './attempts.ts'
import { hashToken } from './keys.ts'
import { actorOf, type Principal, principalOf, sourceActor } from './principal.ts'
import type { LiveSession, Sessions } from './sessions.ts'

/** Everything a request can prove who it is with. Built once, in the composition root. */
export type Auth = {
  pool: Kysely<Tables>
  sessions: Sessions
  tokens: AccessTokens
  attempts: Attempts
  /** Seals what must be readable again (AES-256-GCM). */
  secret: string
  /** Asked for at the first account when the listener is not on loopback. */
  setupCode: string
}

export const SOURCE_TOKEN_PREFIX = 'vcs_'

/** Who a browser is, by its cookie; null when signed out, deactivated, or no longer a member. */
export async function fromCookie(
  { sessions }: Auth,
  header: string | undefined,
): Promise<{ session: LiveSession; principal: Principal; actor: Actor } | null> {
  const session = await sessions.read(header)
  if (!session?.principal.is_active) return null
  return { session, principal: session.principal, actor: actorOf(session.principal, session.id) }
}

/** Who a REST client is, by its Authorization header. Throws AppError `unauthenticated`; `invalid` for a deactivated user. */
export async function fromBearer({ pool, tokens }: Auth, header: string | undefined): Promise<Actor> {
  const token = header?.match(/^bearer +(\S+) *$/i)?.[1]
  if (!token) throw new AppError('unauthenticated', 'Not authenticated')
  if (token.startsWith(SOURCE_TOKEN_PREFIX)) {
    return (await fromSourceToken({ pool }, token)) ?? refuse()
  }
  const bearer = await tokens.read(token)
  if (!bearer) return refuse()
  const principal = await principalOf(pool, bearer.accountId, bearer.tenantId)
  if (!principal || principal.epoch !== bearer.epoch) return refuse()
  if (!principal.is_active) throw new AppError('invalid', 'Inactive user')
  return actorOf(principal)
}

/** Which source a forwarder is, by its token alone; null for any other text. */
export const fromSourceToken = async ({ pool }: Pick<Auth, 'pool'>, token: string): Promise<Actor | null> =>
  token.startsWith(SOURCE_TOKEN_PREFIX) ? sourceActor(pool, hashToken(token)) : null

const refuse = (): never => {
  throw new AppError('unauthenticated', 'Could not validate credentials')
}
