import { describe, expect, test } from 'vitest'
import { installation, newTenant } from '../support/world.ts'
import { ask, tokenOf } from './client.ts'

const tenant = await newTenant()
const token = await tokenOf(tenant, 'user')
type Flaws = { detail: { type: string; loc: unknown[]; msg: string; input: unknown }[] }

describe('paths and methods', () => {
  test.each(['/auth/me', '/auth/me/', '/v1/auth/me', '/v1/auth/me/'])('%s is the same route', async (path) => {
    const { status, body } = await ask(`GET ${path}`, { token })
    expect([status, body.id]).toEqual([200, tenant.people.user.id])
  })

  test.each(['/nothing', '/users/1/2', '/v1/', '/Users', '/v2/users', '/rows'])('%s does not exist', async (path) => {
    const { status, body } = await ask(`GET ${path}`, { token })
    expect([status, body]).toEqual([404, { detail: 'Not Found' }])
  })

  test('a wrong method is 405 and says which there are', async () => {
    const { status, body, headers } = await ask('PATCH /auth/me/', { token })
    expect([status, body]).toEqual([405, { detail: 'Method Not Allowed' }])
    expect(headers.get('allow')).toBe('GET, HEAD, PUT')
    expect((await ask('OPTIONS /hosts')).status).toBe(405)
  })

  test('a path that cannot be decoded is refused, not a failure', async () => {
    expect((await ask('GET /users/%E0%A4%A', { token })).status).toBe(400)
  })
})

describe('who one is', () => {
  const cases: [string, Record<string, string>, number, string][] = [
    ['nothing', {}, 401, 'Not authenticated'],
    ['another scheme', { authorization: 'Basic YTpi' }, 401, 'Not authenticated'],
    ['an empty bearer', { authorization: 'Bearer ' }, 401, 'Not authenticated'],
    ['no token at all', { authorization: 'Bearer nonsense' }, 401, 'Could not validate credentials'],
    ['an unknown source', { authorization: 'Bearer vcs_nonsense' }, 401, 'Could not validate credentials'],
  ]
  test.each(cases)('%s is 401', async (_name, headers, status, detail) => {
    const answer = await ask('GET /auth/me', { headers })
    expect([answer.status, answer.body]).toEqual([status, { detail }])
    expect(answer.headers.get('www-authenticate')).toBe('Bearer')
  })

  test.each(['bearer', 'BEARER', 'bEaReR'])('the scheme may be written %s', async (scheme) => {
    expect((await ask('GET /auth/me', { headers: { authorization: `${scheme} ${token}` } })).status).toBe(200)
  })

  test('whoever may not call is told so before what is wrong with the body', async () => {
    const viewer = await tokenOf(tenant, 'viewer')
    const { status, body } = await ask('POST /hosts', { token: viewer, json: { hostname: 5 } })
    expect([status, body]).toEqual([403, { detail: 'Insufficient permissions' }])
  })
})

describe('422 says what is wrong, and where', () => {
  test('a missing field', async () => {
    const { status, body } = await ask('POST /auth/login', { json: { username: 'somebody' } })
    expect(status).toBe(422)
    expect(body).toEqual({
      detail: [{ type: 'missing', loc: ['body', 'password'], msg: 'Field required', input: null }],
    })
  })

  test('a wrong type echoes the value, but never a password', async () => {
    const { body, text } = await ask<Flaws>('POST /auth/login', { json: { username: 5, password: ['s3cret-value'] } })
    expect(body.detail).toMatchObject([
      { type: 'string_type', loc: ['body', 'username'], input: 5 },
      { type: 'string_type', loc: ['body', 'password'], input: null },
    ])
    expect(text).not.toContain('s3cret-value')
  })

  test.each([
    ['limit=0', 'greater_than_equal', 0],
    ['limit=1001', 'less_than_equal', 1001],
    ['skip=-1', 'greater_than_equal', -1],
    ['limit=ten', 'int_parsing', 'ten'],
    ['limit=', 'int_parsing', ''],
    ['skip=1e3', 'int_parsing', '1e3'],
    ['sort_by=password', 'enum', 'password'],
    ['sort_desc=perhaps', 'bool_parsing', 'perhaps'],
  ])('query %s', async (query, type, input) => {
    const { status, body } = await ask<Flaws>(`GET /hosts?${query}`, { token })
    expect(status).toBe(422)
    expect(body.detail).toMatchObject([{ type, loc: ['query', query.split('=')[0]] }])
    expect(String(body.detail[0]?.input)).toBe(String(input))
  })

  test.each(['abc', '1.5', '99999999999999999999'])('an id that is no integer: %s', async (id) => {
    const { status, body } = await ask<Flaws>(`GET /hosts/${id}`, { token })
    expect([status, body.detail[0]?.type, body.detail[0]?.loc]).toEqual([422, 'int_parsing', ['path', 'id']])
  })

  const bodies: [string, RequestInit['body'], string, string][] = [
    ['broken JSON', '{"hostname":', 'application/json', 'json_invalid'],
    ['no JSON', 'hostname=a', 'application/x-www-form-urlencoded', 'model_attributes_type'],
    ['bytes that are no UTF-8', new Uint8Array([0x22, 0xff, 0x22]), 'application/json', 'json_invalid'],
    ['a list', '[1]', 'application/json', 'dict_type'],
    ['a nest of 100,000 lists', '['.repeat(100_000), 'application/json', 'json_invalid'],
    ['nothing', '', 'application/json', 'missing'],
  ]
  test.each(bodies)('%s as a body', async (_name, body, type, expected) => {
    for (const path of ['/hosts', '/ingestion/ingest']) {
      const answer = await ask<Flaws>(`POST ${path}`, { token, body, headers: { 'content-type': type } })
      expect([answer.status, answer.body.detail[0]?.type, answer.body.detail[0]?.loc]).toEqual([
        422,
        expected,
        ['body'],
      ])
    }
  })
})

describe('limits', () => {
  test('a body over 1 MB is 413, declared or streamed', async () => {
    const big = JSON.stringify({ hostname: 'a'.repeat(1024 * 1024) })
    const declared = await ask('POST /hosts', { token, body: big, headers: { 'content-type': 'application/json' } })
    expect([declared.status, declared.body]).toEqual([413, { detail: 'The body may have 1 MB at most.' }])
    const stream = new Blob([big]).stream()
    const streamed = await fetch(`${installation.url}/api/hosts`, {
      method: 'POST',
      body: stream,
      duplex: 'half',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    } as RequestInit)
    expect(streamed.status).toBe(413)
  })

  test('a packed body is understood by uploads only', async () => {
    const headers = { 'content-encoding': 'gzip', 'content-type': 'application/json' }
    expect((await ask('POST /hosts', { token, body: '{}', headers })).status).toBe(415)
  })

  test('keys that reach for the prototype change nothing', async () => {
    const body =
      '{"hostname":"proto","__proto__":{"polluted":1},"host_metadata":{"__proto__":{"polluted":1},"constructor":1}}'
    const headers = { 'content-type': 'application/json' }
    const { status, body: host } = await ask('POST /hosts', { token, body, headers })
    expect(status).toBe(201)
    expect(host.polluted).toBeUndefined()
    expect(host.host_metadata as object).not.toHaveProperty('polluted')
  })
})
