import { randomUUID } from 'node:crypto'
import { TimeSpan } from 'oslo'
import { createJWT, validateJWT } from 'oslo/jwt'
import { z } from 'zod'
import { now } from '../clock.ts'
import { derivedKey } from './keys.ts'

const ISSUER = 'velocicompanion'
const AUDIENCE = 'velocicompanion-api'
const MAX_LENGTH = 2_048
const SKEW_SECONDS = 60

// oslo checks neither issuer, audience nor purpose, and takes a token without an expiry: all are asked for here.
const Claims = z.object({
  sub: z.string().regex(/^\d{1,15}$/),
  tenant_id: z.int().positive(),
  epoch: z.int(),
  iss: z.literal(ISSUER),
  aud: z.union([z.literal(AUDIENCE), z.tuple([z.literal(AUDIENCE)])]),
  token_use: z.literal('access'),
  exp: z.number(),
  iat: z.number(),
  jti: z.string(),
})
const Header = z.strictObject({ alg: z.literal('HS256'), typ: z.literal('JWT') })

export type Bearer = { accountId: number; tenantId: number; epoch: number }
export type AccessTokens = ReturnType<typeof accessTokens>

/** JWTs for the REST bridge. Signs with the first secret and accepts all of them, so that a key can be replaced. */
export function accessTokens(secrets: string[], minutes: number) {
  const keys = secrets.map((secret) => derivedKey(secret, 'access-token'))

  return {
    issue: ({ accountId, tenantId, epoch, role }: Bearer & { role: string }): Promise<string> =>
      createJWT(
        'HS256',
        keys[0]!,
        { tenant_id: tenantId, role, epoch, token_use: 'access' },
        {
          subject: String(accountId),
          issuer: ISSUER,
          audiences: [AUDIENCE],
          jwtId: randomUUID(),
          expiresIn: new TimeSpan(minutes, 'm'),
          includeIssuedTimestamp: true,
        },
      ),

    /** Whom a token names, or null when it is forged, expired, or made for something else. Never throws. */
    async read(token: string): Promise<Bearer | null> {
      if (token.length > MAX_LENGTH) return null
      for (const key of keys) {
        const found = await validateJWT('HS256', key, token).catch(() => null)
        const claims = Claims.safeParse(found?.payload)
        if (!found || !claims.success || !Header.safeParse(found.header).success) continue
        const { sub, tenant_id, epoch, iat, exp } = claims.data
        const seconds = now().getTime() / 1000
        const fresh = iat <= seconds + SKEW_SECONDS && exp > seconds && exp - iat <= minutes * 60
        return fresh ? { accountId: Number(sub), tenantId: tenant_id, epoch } : null
      }
      return null
    },
  }
}
