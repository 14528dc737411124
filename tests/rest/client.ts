import { createHash, randomBytes } from 'node:crypto'
import type { MemberRole } from '#db/types.ts'
import { base, installation, type newTenant, pool } from '../support/world.ts'

type Tenant = Awaited<ReturnType<typeof newTenant>>
type Asking = {
  token?: string
  cookie?: string
  json?: unknown
  body?: RequestInit['body']
  headers?: Record<string, string>
  signal?: AbortSignal
  url?: string
}
export type Answer<Body = Record<string, unknown>> = { status: number; headers: Headers; text: string; body: Body }

/** One request to the REST bridge as a client makes it; redirects are shown, not followed. */
export async function ask<Body = Record<string, unknown>>(
  line: string,
  { token, cookie, json, body, headers = {}, signal, url = installation.url }: Asking = {},
): Promise<Answer<Body>> {
  const [method, path] = line.split(' ') as [string, string]
  const answer = await fetch(`${url}/api${path}`, {
    method,
    redirect: 'manual',
    signal: signal ?? null,
    body: json === undefined ? (body ?? null) : JSON.stringify(json),
    headers: {
      ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(cookie === undefined ? {} : { cookie, 'sec-fetch-site': 'same-origin' }),
      ...headers,
    },
  })
  const text = await answer.text()
  const isJson = answer.headers.get('content-type')?.startsWith('application/json')
  return { status: answer.status, headers: answer.headers, text, body: (isJson ? JSON.parse(text) : null) as Body }
}

/** An access token of a person, made as the login makes it. */
export const tokenOf = (tenant: Pick<Tenant, 'id' | 'people'>, role: MemberRole) =>
  base.auth.tokens.issue({ accountId: tenant.people[role].id, tenantId: tenant.id, epoch: 1, role })

/** An access token of somebody who runs the installation, as a viewer of this tenant. */
export async function operatorToken(tenantId: number): Promise<string> {
  const account = await pool
    .insertInto('account')
    .values({ username: `operator-${randomBytes(5).toString('hex')}`, operator_at: new Date() })
    .returning('id')
    .executeTakeFirstOrThrow()
  await pool.insertInto('membership').values({ tenant_id: tenantId, account_id: account.id, role: 'viewer' }).execute()
  return base.auth.tokens.issue({ accountId: account.id, tenantId, epoch: 0, role: 'viewer' })
}

/** The session cookie of a person, as a browser sends it. */
export const cookieOf = async (tenant: Pick<Tenant, 'id' | 'people'>, role: MemberRole) => {
  const set = await base.auth.sessions.open(tenant.people[role].id, tenant.id, { ip: null, userAgent: 'test' })
  return set.split(';')[0]!
}

/** A source's token of this tenant. */
export const sourceToken = async (tenant: Tenant, name = 'bridge') => tenant.as('admin').sources.create({ name })

/** The value of a Content-Digest header for these bytes. */
export const digestOf = (bytes: Buffer | string) => `sha-256=:${createHash('sha256').update(bytes).digest('base64')}:`

/** Delivers bytes with facts in the URL. */
export const deliver = <Body = Record<string, unknown>>(
  token: string,
  body: RequestInit['body'],
  { query = 'artifact=Test.Rows&hostname=PC-1', ...more }: Asking & { query?: string } = {},
) => ask<Body>(`POST /ingestion/batches?${query}`, { ...more, token, body: body ?? null })
