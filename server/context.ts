import type { MemberRole } from '#db/types.ts'
import {
  changePassword,
  type Door,
  installation,
  register,
  resetPassword,
  signIn,
  switchTenant,
} from './modules/identity/service.ts'
import { tenantsOf } from './modules/tenants/queries.ts'
import { fromCookie } from './platform/auth/doors.ts'
import type { Principal } from './platform/auth/principal.ts'
import type { SessionMeta } from './platform/auth/sessions.ts'
import { now } from './platform/clock.ts'
import { AppError, fromDatabase } from './platform/errors.ts'
import type { RequestContext } from './platform/trpc.ts'
import { type Api, createCaller } from './router.ts'

/** Who is looking at a page. */
export type Viewer = {
  accountId: number
  username: string
  role: MemberRole
  operator: boolean
  tenantId: number
  tenantName: string
  hostCount: number
  alarmCount: number
  /** How many of the links sent to them in this tenant they have not read. */
  unreadCount: number
  /** How often the tenant's verdicts have changed. */
  verdictRevision: number
  tenants: { id: number; name: string; role: MemberRole }[]
  theme: 'system' | 'light' | 'dark'
  density: 'compact' | 'comfortable'
  /** Act to key, over those we come with; and whether single keys do anything. */
  keys: Record<string, string>
  keysOn: boolean
  /** The IANA time zone in which pages show times: the person's own, where they chose one, else the tenant's. */
  zone: string
  ownZone: string | null
  tenantZone: string
}

type WithCookie = { setCookie: string[] }

/** What works without a session, or changes it. Each answer carries the cookies to set. */
export type AccountDoor = {
  installation: () => Promise<{ empty: boolean; needsSetupCode: boolean; registration: 'invitation' | 'open' }>
  signIn: (input: { username: string; password: string }) => Promise<WithCookie>
  signOut: () => Promise<WithCookie>
  register: (input: { username: string; password: string; setupCode?: string | undefined }) => Promise<WithCookie>
  reset: (input: { token: string; password: string }) => Promise<WithCookie>
  switchTenant: (input: { tenantId: number }) => Promise<WithCookie>
  changePassword: (input: { currentPassword: string; newPassword: string }) => Promise<WithCookie>
}

/** What the server hands to every page through getLoadContext. */
export type PageContext = {
  viewer: Viewer | null
  api: Api
  accounts: AccountDoor
  nonce: string
  requestId: string
  /** Where people reach the product: what links for others are built on. */
  origin: string
  now: Date
}

type Base = Omit<RequestContext, 'actor'>
type Request = {
  cookie: string | undefined
  nonce: string
  origin: string
  meta: SessionMeta
  left?: AbortSignal | undefined
}

/** Reads the session once and builds the page's context on it. */
export async function pageContext(base: Base, { cookie, nonce, origin, meta, left }: Request): Promise<PageContext> {
  const signedIn = await fromCookie(base.auth, cookie)
  return {
    viewer: signedIn ? await viewerOf(base, signedIn.principal) : null,
    api: createCaller({ ...base, left, actor: signedIn?.actor ?? null }),
    accounts: accountDoor(base, meta, signedIn),
    nonce,
    requestId: base.requestId,
    origin,
    now: now(),
  }
}

async function viewerOf({ pool }: Base, principal: Principal): Promise<Viewer> {
  const { id: accountId, tenant_id: tenantId } = principal
  const tenants = await tenantsOf(pool, { accountId, operator: false })
  const here = tenants.find(({ id }) => id === tenantId)
  return {
    accountId,
    tenantId,
    hostCount: here?.host_count ?? 0,
    alarmCount: here?.alarm_count ?? 0,
    unreadCount: here?.unread_count ?? 0,
    verdictRevision: here?.verdict_revision ?? 0,
    username: principal.username,
    role: principal.role,
    operator: principal.operator,
    tenantName: principal.tenant_name,
    tenants: tenants.map(({ id, name, role }) => ({ id, name, role: role ?? 'viewer' })),
    theme: principal.theme,
    density: principal.density,
    keys: principal.keys,
    keysOn: principal.keys_on,
    zone: principal.zone ?? principal.tenant_zone,
    ownZone: principal.zone,
    tenantZone: principal.tenant_zone,
  }
}

function accountDoor(base: Base, meta: SessionMeta, signedIn: Awaited<ReturnType<typeof fromCookie>>): AccountDoor {
  const { auth, env, ip, requestId } = base
  const door: Door = { ...auth, registration: env.REGISTRATION, ip, requestId }
  // Every change of who one is ends the session it was made in: an id planted before it is worth nothing after.
  const enter = async ({ id, tenant_id }: Principal): Promise<WithCookie> => {
    if (signedIn) await auth.sessions.close(signedIn.session.id)
    return { setCookie: [await auth.sessions.open(id, tenant_id, meta)] }
  }
  const self = () => {
    if (!signedIn) throw new AppError('unauthenticated', 'Sign in first.')
    return signedIn.principal
  }
  return {
    installation: said(() => installation(door)),
    signIn: said(async (input) => enter(await signIn(door, input))),
    register: said(async (input) => enter(await register(door, input))),
    reset: said(async (input) => enter(await resetPassword(door, input))),
    switchTenant: said(async ({ tenantId }) => enter(await switchTenant(door, self().id, tenantId))),
    changePassword: said(async (input) => {
      await changePassword(door, self(), input)
      return enter(self())
    }),
    signOut: said(async () => {
      if (signedIn) await auth.sessions.close(signedIn.session.id)
      return { setCookie: [auth.sessions.blankCookie()] }
    }),
  }
}

/** The same; a database that is away or busy is then an AppError, as from a procedure. */
const said =
  <Args extends unknown[], Result>(work: (...args: Args) => Promise<Result>) =>
  (...args: Args): Promise<Result> =>
    work(...args).catch((error: unknown) => {
      throw fromDatabase(error)
    })
