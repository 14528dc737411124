import { createHmac, createSign, generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { derivedKey } from '#server/platform/auth/keys.ts'
import { leastOf, msOf } from '../support/least.ts'
import { addPerson, base, installation, newTenant, pool } from '../support/world.ts'
import { ask, cookieOf, sourceToken, tokenOf } from './client.ts'

const tenant = await newTenant()
const key = derivedKey(installation.secretKey, 'access-token')
const seconds = () => Math.floor(Date.now() / 1000)
const encode = (part: unknown) =>
  Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url')
const signed = (header: unknown, claims: unknown, secret: Buffer | string = key, hash = 'sha256') => {
  const text = `${encode(header)}.${encode(claims)}`
  return `${text}.${createHmac(hash, secret).update(text).digest('base64url')}`
}

const HEADER = { alg: 'HS256', typ: 'JWT' }
const claims = (more: object = {}) => ({
  sub: String(tenant.people.admin.id),
  tenant_id: tenant.id,
  role: 'admin',
  epoch: 1,
  token_use: 'access',
  iss: 'velocicompanion',
  aud: ['velocicompanion-api'],
  iat: seconds(),
  exp: seconds() + 1800,
  jti: 'made-by-hand',
  ...more,
})
const without = (name: string) => Object.fromEntries(Object.entries(claims()).filter(([claim]) => claim !== name))

function forged(): [string, string][] {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString()
  const rs = `${encode({ alg: 'RS256', typ: 'JWT' })}.${encode(claims())}`
  const good = signed(HEADER, claims())
  const [head, body, tail] = good.split('.') as [string, string, string]
  const headers: [string, object][] = ['none', 'None', 'NONE', 'HS384', 'HS512', 'hs256', ''].map((alg) => [
    `alg ${alg}`,
    { alg, typ: 'JWT' },
  ])
  const tricks: [string, object][] = [
    ['crit', { ...HEADER, crit: ['exp'] }],
    ['kid with a path', { ...HEADER, kid: '../../../../dev/null' }],
    ['kid with SQL', { ...HEADER, kid: "' union select 'a" }],
    ['jku', { ...HEADER, jku: 'https://evil.example/keys' }],
    ['jwk', { ...HEADER, jwk: { kty: 'oct', k: encode('key') } }],
    ['x5u', { ...HEADER, x5u: 'https://evil.example/cert' }],
    ['typ none', { ...HEADER, typ: 'none' }],
    ['another type', { alg: 'HS256', typ: 'at+jwt' }],
    ['b64 false', { ...HEADER, b64: false }],
  ]
  const wrongs: [string, object][] = [
    ['nobody', claims({ sub: '999999999' })],
    ['a subject that is no number', claims({ sub: 'admin' })],
    ['a subject with SQL', claims({ sub: '1 or 1=1' })],
    ['a number as subject', claims({ sub: tenant.people.admin.id })],
    ['another tenant', claims({ tenant_id: tenant.id + 1_000_000 })],
    ['an older password', claims({ epoch: 0 })],
    ['another use', claims({ token_use: 'refresh' })],
    ['another issuer', claims({ iss: 'evil' })],
    ['another audience', claims({ aud: ['other'] })],
    ['one more audience', claims({ aud: ['velocicompanion-api', 'other'] })],
    ['expired', claims({ iat: seconds() - 3600, exp: seconds() - 1 })],
    ['not yet', claims({ nbf: seconds() + 600 })],
    ['from the future', claims({ iat: seconds() + 600, exp: seconds() + 1200 })],
    ['valid for a year', claims({ exp: seconds() + 31_536_000 })],
    ['expiry as text', claims({ exp: String(seconds() + 1800) })],
    ...['exp', 'iat', 'iss', 'aud', 'sub', 'jti', 'token_use', 'tenant_id', 'epoch'].map((name): [string, object] => [
      `no ${name}`,
      without(name),
    ]),
  ]
  return [
    ...headers.map(([name, header]): [string, string] => [name, signed(header, claims())]),
    ['alg none, no signature', `${encode({ alg: 'none', typ: 'JWT' })}.${body}.`],
    ['HS512, signed so', signed({ alg: 'HS512', typ: 'JWT' }, claims(), key, 'sha512')],
    ['RS256', `${rs}.${createSign('RSA-SHA256').update(rs).sign(privateKey, 'base64url')}`],
    ['HS256 with a public key', signed(HEADER, claims(), pem)],
    ['the secret itself', signed(HEADER, claims(), installation.secretKey)],
    ['the key of another purpose', signed(HEADER, claims(), derivedKey(installation.secretKey, 'seal'))],
    ['an empty key', signed(HEADER, claims(), '')],
    ...tricks.map(([name, header]): [string, string] => [name, signed(header, claims())]),
    ...wrongs.map(([name, said]): [string, string] => [name, signed(HEADER, said)]),
    ['no signature', `${head}.${body}.`],
    ['half a signature', `${head}.${body}.${tail.slice(0, 20)}`],
    ['two parts', `${head}.${body}`],
    ['five parts', `${good}.${head}.${body}`],
    ['bad base64', `${head}.!!!!.${tail}`],
    ['a body that is no JSON', signed(HEADER, 'not json')],
    ['a list as a body', signed(HEADER, [1])],
    ['14 kB of padding', signed(HEADER, claims({ pad: 'x'.repeat(10_000) }))],
  ]
}

describe('forged tokens', () => {
  test('are of forty kinds or more', () => {
    expect(forged().length).toBeGreaterThanOrEqual(40)
  })

  test('the same, made rightly, is accepted', async () => {
    const { status, body } = await ask('GET /auth/me', { token: signed(HEADER, claims()) })
    expect([status, body.id]).toEqual([200, tenant.people.admin.id])
  })

  test.each(forged())('%s', async (_name, token) => {
    const refused = async () => {
      const { status, body } = await ask('GET /users', { token })
      expect([status, body]).toEqual([401, { detail: 'Could not validate credentials' }])
    }
    expect(await leastOf(50, () => msOf(refused))).toBeLessThan(50)
  })

  test('4 MB of header end the request without harm', async () => {
    const answer = await ask('GET /auth/me', { token: 'a'.repeat(4_000_000) }).catch(() => null)
    expect(answer?.status ?? 431).toBe(431)
    expect((await ask('GET /auth/me', { token: signed(HEADER, claims()) })).status).toBe(200)
  })

  test('the role in a token means nothing: the database says it', async () => {
    const token = signed(HEADER, claims({ sub: String(tenant.people.viewer.id), role: 'admin' }))
    expect((await ask('GET /users', { token })).status).toBe(403)
  })
})

describe('revocation is immediate', () => {
  const person = async () => {
    const made = await addPerson(tenant.id, 'user')
    const people = { ...tenant.people, user: made }
    const world = { id: tenant.id, people }
    return { id: made.id, token: await tokenOf(world, 'user'), cookie: await cookieOf(world, 'user') }
  }
  const add = (token: string) => ask('POST /hosts', { token, json: { hostname: 'revoked-1' } })

  test('a role', async () => {
    const { id, token } = await person()
    expect((await add(token)).status).toBe(201)
    await tenant.as('admin').users.setRole({ id, role: 'viewer' })
    expect((await add(token)).status).toBe(403)
  })

  test('a member: 400 with the old token, 401 with the old cookie', async () => {
    const { id, token, cookie } = await person()
    await tenant.as('admin').users.deactivate({ id })
    const { status, body } = await ask('GET /auth/me', { token })
    expect([status, body]).toEqual([400, { detail: 'Inactive user' }])
    expect((await ask('GET /ingestion/batches/1', { cookie })).status).toBe(401)
  })

  test('everything a password stood for', async () => {
    const { id, token } = await person()
    await pool
      .updateTable('auth.password')
      .set((eb) => ({ epoch: eb('epoch', '+', 1) }))
      .where('account_id', '=', id)
      .execute()
    expect((await ask('GET /auth/me', { token })).status).toBe(401)
  })

  test('a session', async () => {
    const { cookie, id } = await person()
    expect((await ask('GET /ingestion/batches/999999999', { cookie })).status).toBe(404)
    await base.auth.sessions.closeAll(id)
    expect((await ask('GET /ingestion/batches/999999999', { cookie })).status).toBe(401)
  })

  test("a source's token", async () => {
    const { id, token } = await sourceToken(tenant)
    expect((await ask('GET /ingestion/batches', { token })).status).toBe(200)
    await tenant.as('admin').sources.revoke({ id })
    const { status, body } = await ask('GET /ingestion/batches', { token })
    expect([status, body]).toEqual([401, { detail: 'Could not validate credentials' }])
  })
})
