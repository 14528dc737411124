import { randomBytes } from 'node:crypto'
import { type Api, DemoError } from './api.ts'

export type Who = {
  username?: string | undefined
  password?: string | undefined
  token?: string | undefined
  tenant?: string | undefined
  setupCode?: string | undefined
}
export type SignedIn = { tenant: string; mayAddHosts: boolean; made: { username: string; password: string } | null }

const SOURCE_TOKEN = 'vcs_'
const FIRST_NAME = 'demo-admin'

/** Signs in as told; on an empty installation it makes the first account. Throws DemoError for what the person must do. */
export async function signIn(api: Api, who: Who): Promise<SignedIn> {
  if (who.token?.startsWith(SOURCE_TOKEN)) return withSourceToken(api, who)
  const made = who.token ? null : await enter(api, who)
  if (who.token) api.carry(who.token)
  const me = await api.ask<{ tenant_id: number; role: string }>('GET', '/auth/me')
  if (me.status !== 200) throw new DemoError(`The server does not accept the token (${me.status}): ${me.detail}`)
  if (me.body.role === 'viewer')
    throw new DemoError('This account may only read. Use one with the role user, lead or admin.')
  const tenants = await api.ask<{ id: number; name: string }[]>('GET', '/tenants?limit=1000')
  const own = tenants.status === 200 ? tenants.body.find(({ id }) => id === me.body.tenant_id) : undefined
  const tenant = own?.name ?? String(me.body.tenant_id)
  refuseOther(who.tenant, [tenant, String(me.body.tenant_id)])
  return { tenant, mayAddHosts: true, made }
}

/** A source's token stands for its tenant and may do nothing but deliver. */
function withSourceToken(api: Api, { token, tenant }: Who): SignedIn {
  if (tenant) throw new DemoError("A source's token delivers into its own tenant: leave --tenant out.")
  api.carry(token!)
  return { tenant: "the source's tenant", mayAddHosts: false, made: null }
}

function refuseOther(wanted: string | undefined, own: string[]) {
  if (wanted === undefined || own.includes(wanted)) return
  throw new DemoError(
    `You are in tenant ${own[0]}, not in ${wanted}. Switch to it in the pages and start again, or use --token with a source's token of ${wanted}.`,
  )
}

async function enter(api: Api, who: Who): Promise<SignedIn['made']> {
  if (who.username && who.password && (await logIn(api, who.username, who.password))) return null
  const account = { username: who.username ?? FIRST_NAME, password: who.password ?? newPassword() }
  const first = await api.ask('POST', '/auth/register', { ...account, setup_code: who.setupCode })
  if (first.status === 201 && (await logIn(api, account.username, account.password))) return account
  throw new DemoError(whyNot(who, first))
}

async function logIn(api: Api, username: string, password: string): Promise<boolean> {
  const { status, body, detail } = await api.ask<{ access_token?: string }>('POST', '/auth/login', {
    username,
    password,
  })
  if (status === 401) return false
  if (status !== 200 || !body.access_token) throw new DemoError(`The server refuses the sign-in (${status}): ${detail}`)
  api.carry(body.access_token)
  return true
}

function whyNot({ username, password }: Who, { status, detail }: { status: number; detail: string }): string {
  if (/setup code/i.test(detail))
    return 'This server listens beyond this machine: add --setup-code, which stands in its log.'
  if (status !== 403 && status !== 400) return `The server refuses the first account (${status}): ${detail}`
  if (username && password) return 'The username or the password is wrong.'
  return 'This installation has accounts already: add --username and --password, or --token.'
}

const newPassword = () => randomBytes(15).toString('base64url')
