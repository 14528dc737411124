import { describe, expect, test } from 'vitest'
import type { MemberRole } from '#db/types.ts'
import { ROUTES } from '#server/rest/routes.ts'
import { newTenant } from '../support/world.ts'
import { ask, deliver, operatorToken, sourceToken, tokenOf } from './client.ts'

const CANARY = 'canary-of-the-other-tenant'
const mine = await newTenant()
const theirs = await newTenant()
const source = await sourceToken(mine)
const foreign = await belongings()
const roles = ['viewer', 'user', 'lead', 'admin'] as const
const tokens = {} as Record<MemberRole, string>
for (const role of roles) tokens[role] = await tokenOf(mine, role)

/** What the other tenant has, each with a name to look for in our answers. */
async function belongings() {
  const token = await tokenOf(theirs, 'user')
  const host = await ask<{ id: number }>('POST /hosts', { token, json: { hostname: CANARY, os: CANARY } })
  const batch = await deliver<{ id: number }>(token, `{"a":"${CANARY}"}\nbad ${CANARY}\n`, {
    query: `artifact=${CANARY}&hostname=${CANARY}`,
  })
  return {
    users: theirs.people.user.id,
    tenants: theirs.id,
    hosts: host.body.id,
    ingestion: batch.body.id,
  }
}

const BODIES: Record<string, object> = {
  'PUT /auth/me': {},
  'PUT /users/{id}': {
    role: 'viewer',
    is_active: false,
    username: 'taken-over',
    password: 'correct horse battery staple',
  },
  'POST /tenants': { name: 'Mine too' },
  'POST /hosts': { hostname: 'matrix-1' },
  'POST /ingestion/ingest': { hostname: 'matrix-2', data: {} },
  'POST /verdicts': { observables: [{ type: 'ip', value: '10.0.0.1' }], verdict: 'benign' },
  'POST /vt/lookup': { hash: 'd'.repeat(32) },
}
const lineOf = ({ method, path }: { method: string; path: string }) => `${method.toUpperCase()} ${path}`
const call = (line: string, token: string | undefined, id: number | string = 999_999_999) => {
  const json = BODIES[line]
  return ask(line.replace('{id}', String(id)), { ...(token ? { token } : {}), ...(json ? { json } : {}) })
}
const closed = ROUTES.filter(({ who }) => who !== 'anyone')

describe('what belongs to another tenant does not exist', () => {
  test.each(closed.filter(({ path }) => path.includes('{id}')).map(lineOf))('%s', async (line) => {
    const kind = line.split('/')[1] as keyof typeof foreign
    for (const role of roles) {
      const known = await call(line, tokens[role], foreign[kind])
      const unknown = await call(line, tokens[role])
      expect([role, known.status, known.text]).toEqual([role, unknown.status, unknown.text])
      expect([403, 404]).toContain(known.status)
      expect(known.text).not.toContain(CANARY)
    }
    const admin = await call(line, tokens.admin, foreign[kind])
    expect(admin.body).toEqual({ detail: expect.stringMatching(/^(User|Tenant|Host|Batch) not found$/) })
  })

  test('and it is there for its own tenant, unchanged', async () => {
    const token = await tokenOf(theirs, 'admin')
    const shown = await Promise.all([
      ask(`GET /users/${foreign.users}`, { token }),
      ask(`GET /tenants/${foreign.tenants}`, { token }),
      ask(`GET /hosts/${foreign.hosts}`, { token }),
      ask(`GET /ingestion/batches/${foreign.ingestion}`, { token }),
      ask(`GET /ingestion/batches/${foreign.ingestion}/rejects`, { token }),
    ])
    expect(shown.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
    expect(shown[0]?.body).toMatchObject({ username: theirs.people.user.username, role: 'user', is_active: true })
    expect(shown[4]?.text).toContain(CANARY)
  })

  test.each(['/users', '/tenants', '/hosts', '/ingestion/batches'])('no list shows it: %s', async (path) => {
    const { status, text } = await ask(`GET ${path}?limit=1000`, { token: tokens.admin })
    expect(status).toBe(200)
    for (const mark of [CANARY, theirs.people.user.username, `"tenant_id":${theirs.id}`])
      expect(text).not.toContain(mark)
  })

  test('an operator of the installation sees tenants, and nothing inside them', async () => {
    const token = await operatorToken(mine.id)
    expect((await ask(`GET /tenants/${theirs.id}`, { token })).status).toBe(200)
    expect((await ask(`GET /hosts/${foreign.hosts}`, { token })).status).toBe(404)
    expect((await ask(`GET /ingestion/batches/${foreign.ingestion}`, { token })).status).toBe(404)
    expect((await ask(`GET /users/${foreign.users}`, { token })).status).toBe(403)
  })
})

describe('who may do what', () => {
  const everyone = ['viewer', 'user', 'lead', 'admin', 'source']
  const members = ['viewer', 'user', 'lead', 'admin']
  const hunters = ['user', 'lead', 'admin']
  const deliverers = ['user', 'lead', 'admin', 'source']
  const ALLOWED: Record<string, string[]> = {
    'GET /auth/me': members,
    'PUT /auth/me': members,
    'GET /users': ['admin'],
    'GET /users/{id}': ['admin'],
    'PUT /users/{id}': ['admin'],
    'DELETE /users/{id}': ['admin'],
    'GET /tenants': members,
    'GET /tenants/{id}': members,
    'POST /tenants': [],
    'GET /alarms': members,
    'GET /rows/export': members,
    'GET /hosts': members,
    'GET /hosts/{id}': members,
    'POST /hosts': hunters,
    'GET /verdicts': members,
    'POST /verdicts': hunters,
    'GET /observables': members,
    'POST /ingestion/ingest': deliverers,
    'POST /ingestion/batches': deliverers,
    'GET /ingestion/batches': everyone,
    'GET /ingestion/batches/{id}': everyone,
    'GET /ingestion/batches/{id}/rejects': everyone,
    'POST /vt/lookup': hunters,
  }

  test('every route is in this table', () => {
    expect(closed.map(lineOf).sort()).toEqual(Object.keys(ALLOWED).sort())
  })

  test.each(closed.map(lineOf))('%s', async (line) => {
    for (const role of everyone) {
      const { status, body } = await call(line, role === 'source' ? source.token : tokens[role as MemberRole])
      if (ALLOWED[line]?.includes(role)) expect([role, status]).not.toEqual([role, 403])
      else expect([role, status, body]).toEqual([role, 403, { detail: expect.any(String) }])
    }
    const anonymous = await call(line, undefined)
    expect([anonymous.status, anonymous.body]).toEqual([401, { detail: 'Not authenticated' }])
  })
})
