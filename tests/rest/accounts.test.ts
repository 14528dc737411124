import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { addPerson, newTenant, PASSWORD, pool } from '../support/world.ts'
import { ask, operatorToken, tokenOf } from './client.ts'

const tenant = await newTenant()
const { people } = tenant
const NEW = 'another correct horse battery'
const form = (fields: Record<string, string>) => new URLSearchParams(fields)
const logIn = (username: string, password = PASSWORD) =>
  ask<{ access_token: string; detail?: unknown }>('POST /auth/login', { body: form({ username, password }) })
const shown = (person: { id: number; username: string }, role: string) => ({
  id: person.id,
  username: person.username,
  role,
  tenant_id: tenant.id,
  is_active: true,
  created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
})

describe('signing in', () => {
  test('with a form, a multipart form or JSON', async () => {
    const fields = {
      username: people.user.username.toUpperCase(),
      password: PASSWORD,
      grant_type: 'password',
      scope: '',
    }
    const multipart = new FormData()
    for (const [name, value] of Object.entries(fields)) multipart.set(name, value)
    const answers = [
      await ask('POST /auth/login', { body: form(fields) }),
      await ask('POST /auth/login', { body: multipart }),
      await ask('POST /v1/auth/login/', { json: fields }),
    ]
    for (const { status, body } of answers) {
      expect([status, body]).toEqual([200, { access_token: expect.any(String), token_type: 'bearer' }])
      const me = await ask('GET /auth/me', { token: String(body.access_token) })
      expect([me.status, me.body]).toEqual([200, shown(people.user, 'user')])
    }
  })

  test('the token says what the contract says', async () => {
    const { body } = await logIn(people.lead.username)
    const parts = body.access_token.split('.').slice(0, 2)
    const [header, claims] = parts.map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()))
    expect(header).toEqual({ alg: 'HS256', typ: 'JWT' })
    expect(claims).toMatchObject({
      sub: String(people.lead.id),
      tenant_id: tenant.id,
      role: 'lead',
      token_use: 'access',
    })
    expect(claims.exp - claims.iat).toBe(30 * 60)
    for (const claim of ['jti', 'iss', 'aud']) expect(claims).toHaveProperty(claim)
  })

  test('unknown, wrong and disabled read the same; only the right password learns of the lock', async () => {
    const gone = await addPerson(tenant.id, 'user')
    await tenant.as('admin').users.deactivate({ id: gone.id })
    const answers = [
      await logIn('nobody-of-this-name', 'wrong'),
      await logIn(people.user.username, 'wrong'),
      await logIn(gone.username, 'wrong'),
    ]
    const visible = answers.map(({ status, text, headers }) => [
      status,
      text,
      [...headers].filter(([name]) => !['date', 'x-request-id', 'content-security-policy'].includes(name)),
    ])
    expect(visible[0]?.slice(0, 2)).toEqual([401, '{"detail":"Incorrect username or password"}'])
    expect(visible[1]).toEqual(visible[0])
    expect(visible[2]).toEqual(visible[0])
    const right = await logIn(gone.username)
    expect([right.status, right.body]).toEqual([400, { detail: 'Inactive user' }])
  })

  test.each([
    [{ password: 'x' }, ['body', 'username']],
    [{ username: 'x' }, ['body', 'password']],
    [{ username: 'x', password: 'y', grant_type: 'client_credentials' }, ['body', 'grant_type']],
    [{ username: 'a\u0000b', password: 'y' }, ['body', 'username']],
  ])('%j is 422', async (fields, loc) => {
    const { status, body } = await ask('POST /auth/login', { body: form(fields as Record<string, string>) })
    expect([status, body.detail]).toMatchObject([422, [{ loc }]])
  })

  test('too many failures are 429 with the time to wait', async () => {
    const person = await addPerson(tenant.id, 'user')
    const answers = []
    for (let n = 0; n < 11; n += 1) answers.push(await logIn(person.username, 'wrong'))
    const last = answers.at(-1)!
    expect(last.status).toBe(429)
    expect(Number(last.headers.get('retry-after'))).toBeGreaterThan(0)
  })

  test('nobody registers here without an invitation', async () => {
    const { status, body } = await ask('POST /auth/register', {
      json: { username: 'mallory', password: NEW, role: 'admin', tenant_id: tenant.id },
    })
    expect([status, body]).toEqual([403, { detail: 'Registration is by invitation' }])
  })
})

describe('oneself', () => {
  test('a name, a password, or both; what is not ours to change is ignored', async () => {
    const person = await addPerson(tenant.id, 'viewer')
    const name = `renamed-${randomBytes(4).toString('hex')}`
    const { access_token: token } = (await logIn(person.username)).body
    const json = { username: name, role: 'admin', is_active: false, tenant_id: 1, id: 1, operator_at: new Date() }
    const renamed = await ask('PUT /auth/me', { token, json })
    expect([renamed.status, renamed.body]).toEqual([200, shown({ id: person.id, username: name }, 'viewer')])

    const unasked = await ask('PUT /auth/me', { token, json: { password: NEW } })
    expect([unasked.status, unasked.body.detail]).toMatchObject([422, [{ loc: ['body', 'current_password'] }]])
    const wrong = await ask('PUT /auth/me', { token, json: { password: NEW, current_password: 'wrong' } })
    expect([wrong.status, wrong.body.detail]).toMatchObject([422, [{ loc: ['body', 'current_password'] }]])
    const short = await ask('PUT /auth/me', { token, json: { password: 'short', current_password: PASSWORD } })
    expect([short.status, short.body.detail]).toMatchObject([422, [{ loc: ['body', 'password'], input: null }]])

    const changed = await ask('PUT /auth/me', { token, json: { password: NEW, current_password: PASSWORD } })
    expect(changed.status).toBe(200)
    expect((await ask('GET /auth/me', { token })).status).toBe(401)
    expect((await logIn(name)).status).toBe(401)
    expect((await logIn(name, NEW)).status).toBe(200)
  })

  test('a name that somebody has is 400, and nothing else of the request happens', async () => {
    const person = await addPerson(tenant.id, 'user')
    const { access_token: token } = (await logIn(person.username)).body
    const json = { username: people.admin.username.toUpperCase(), password: NEW, current_password: PASSWORD }
    const { status, body } = await ask('PUT /auth/me', { token, json })
    expect([status, body]).toEqual([400, { detail: 'Username already taken' }])
    expect((await logIn(person.username)).status).toBe(200)
  })
})

describe('members', async () => {
  const token = await tokenOf(tenant, 'admin')

  test('a list by id, and one of them', async () => {
    const { body } = await ask<{ id: number }[]>('GET /users?limit=4', { token })
    expect(body).toEqual((['viewer', 'user', 'lead', 'admin'] as const).map((role) => shown(people[role], role)))
    expect((await ask('GET /users?skip=1&limit=1', { token })).body).toEqual([shown(people.user, 'user')])
    expect((await ask(`GET /users/${people.lead.id}`, { token })).body).toEqual(shown(people.lead, 'lead'))
  })

  test('everybody may read themselves, and nobody else', async () => {
    const own = await tokenOf(tenant, 'viewer')
    expect((await ask(`GET /users/${people.viewer.id}`, { token: own })).body).toEqual(shown(people.viewer, 'viewer'))
    for (const path of [`/users/${people.user.id}`, '/users', '/users/999999999']) {
      const { status, body } = await ask(`GET ${path}`, { token: own })
      expect([status, body]).toEqual([403, { detail: 'Insufficient permissions' }])
    }
  })

  test('name, password, role and access change together or not at all', async () => {
    const person = await addPerson(tenant.id, 'user')
    const before = (await logIn(person.username)).body.access_token
    const name = `changed-${randomBytes(4).toString('hex')}`
    const json = { username: name, password: NEW, role: 'lead', is_active: true, tenant_id: 1, operator_at: new Date() }
    const changed = await ask(`PUT /users/${person.id}`, { token, json })
    expect([changed.status, changed.body]).toEqual([200, shown({ id: person.id, username: name }, 'lead')])
    expect((await ask('GET /auth/me', { token: before })).status).toBe(401)
    expect((await logIn(name, NEW)).status).toBe(200)

    const taken = await ask(`PUT /users/${person.id}`, {
      token,
      json: { username: people.user.username, role: 'viewer' },
    })
    expect([taken.status, taken.body]).toEqual([400, { detail: 'Username already taken' }])
    expect((await ask(`GET /users/${person.id}`, { token })).body.role).toBe('lead')

    const off = await ask(`PUT /users/${person.id}`, { token, json: { is_active: false } })
    expect([off.status, off.body.is_active]).toEqual([200, false])
    expect((await logIn(name, NEW)).body).toEqual({ detail: 'Inactive user' })
    expect((await ask(`PUT /users/${person.id}`, { token, json: { is_active: true } })).body.is_active).toBe(true)
    const account = await pool
      .selectFrom('account')
      .select('operator_at')
      .where('id', '=', person.id)
      .executeTakeFirst()
    expect(account?.operator_at).toBeNull()
  })

  test('the role of a token is no role for a person', async () => {
    const { status, body } = await ask(`PUT /users/${people.user.id}`, { token, json: { role: 'ingest' } })
    expect([status, body.detail]).toMatchObject([422, [{ type: 'enum', loc: ['body', 'role'] }]])
  })

  test('deleting shuts out, can be repeated, and spares oneself and the last admin', async () => {
    const person = await addPerson(tenant.id, 'user')
    for (let n = 0; n < 2; n += 1) {
      const { status, text } = await ask(`DELETE /users/${person.id}`, { token })
      expect([status, text]).toEqual([204, ''])
    }
    const own = await ask(`DELETE /users/${people.admin.id}`, { token })
    expect([own.status, own.body]).toEqual([400, { detail: 'Cannot delete your own account' }])
    expect((await ask(`PUT /users/${people.admin.id}`, { token, json: { role: 'user' } })).status).toBe(409)
    expect((await ask('DELETE /users/999999999', { token })).body).toEqual({ detail: 'User not found' })
  })

  test('an admin cannot change the name or password of somebody who belongs to another tenant too, nor the own password', async () => {
    const other = await newTenant()
    await pool
      .insertInto('membership')
      .values({ tenant_id: tenant.id, account_id: other.people.user.id, role: 'user' })
      .execute()
    for (const json of [{ password: NEW }, { username: 'taken-over' }]) {
      expect((await ask(`PUT /users/${other.people.user.id}`, { token, json })).status).toBe(403)
    }
    const own = await ask(`PUT /users/${people.admin.id}`, { token, json: { password: NEW } })
    expect([own.status, own.body.detail]).toMatchObject([422, [{ loc: ['body', 'password'] }]])
  })
})

describe('tenants', async () => {
  const token = await tokenOf(tenant, 'admin')

  test('a member sees their own only', async () => {
    const { body } = await ask<{ id: number; name: string }[]>('GET /tenants', { token })
    expect(body).toEqual([{ id: tenant.id, name: expect.any(String), description: null }])
    expect((await ask(`GET /tenants/${tenant.id}`, { token })).body).toEqual(body[0])
    expect((await ask('POST /tenants', { token, json: { name: 'Mine' } })).status).toBe(403)
  })

  test('an operator sees and makes them', async () => {
    const access_token = await operatorToken(tenant.id)
    const name = `Made ${randomBytes(4).toString('hex')}`
    const made = await ask('POST /tenants', { token: access_token, json: { name, description: null } })
    expect([made.status, made.body]).toEqual([201, { id: expect.any(Number), name, description: null }])
    const again = await ask('POST /tenants', { token: access_token, json: { name: name.toUpperCase() } })
    expect([again.status, again.body]).toEqual([400, { detail: 'Tenant name already exists' }])
    expect((await ask(`GET /tenants/${made.body.id}`, { token: access_token })).body).toEqual(made.body)
    const listed = await ask<{ id: number }[]>('GET /tenants?limit=1000', { token: access_token })
    expect(listed.body.map(({ id }) => id)).toContain(made.body.id)
  })
})
