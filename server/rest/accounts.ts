import { z } from 'zod'
import { Password, SignIn, Username } from '../modules/identity/schema.ts'
import { type Door, register, signIn } from '../modules/identity/service.ts'
import type { Principal } from '../platform/auth/principal.ts'
import { blank } from '../platform/input.ts'
import type { Call } from './route.ts'

/** Role and tenant in the body change nothing: like every field not named here they are ignored. */
export const Register = z.object({
  username: Username,
  password: Password,
  setup_code: z
    .preprocess(blank, z.string().max(100).nullish())
    .meta({ description: 'Asked for at the first account of a server that listens beyond loopback.' }),
})

/** OAuth 2's password grant as a form; a JSON body of the same fields works too. */
export const Login = SignIn.extend({
  grant_type: z.preprocess(blank, z.literal('password').nullish()),
  scope: z.string().max(1000).nullish(),
})

type AnyCall<Body> = Call<unknown, Body>

export async function registerAccount(call: AnyCall<z.output<typeof Register>>) {
  const { username, password, setup_code } = call.body
  return register(doorOf(call), { username, password, setupCode: setup_code ?? undefined })
}

export async function logIn(call: AnyCall<z.output<typeof Login>>) {
  const { username, password } = call.body
  const principal = await signIn(doorOf(call), { username, password })
  return { access_token: await call.base.auth.tokens.issue(bearerOf(principal)), token_type: 'bearer' }
}

const bearerOf = ({ id, tenant_id, epoch, role }: Principal) => ({ accountId: id, tenantId: tenant_id, epoch, role })

const doorOf = ({ base, ip, requestId }: Pick<AnyCall<unknown>, 'base' | 'ip' | 'requestId'>): Door => ({
  ...base.auth,
  registration: base.env.REGISTRATION,
  ip,
  requestId,
})
