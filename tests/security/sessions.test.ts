import { createHmac, randomBytes } from 'node:crypto'
import { hash as argon2 } from '@node-rs/argon2'
import { hash as bcrypt } from '@node-rs/bcrypt'
import { afterEach, describe, expect, test } from 'vitest'
import { openBase } from '#server/base.ts'
import { pageContext } from '#server/context.ts'
import { accessTokens } from '#server/platform/auth/access-tokens.ts'
import { derivedKey, hashToken, newToken } from '#server/platform/auth/keys.ts'
import { sessions } from '#server/platform/auth/sessions.ts'
import { setClock } from '#server/platform/clock.ts'
import { readEnv } from '#server/platform/env.ts'
import { leastOf, msOf } from '../support/least.ts'
import { ownServer } from '../support/own-server.ts'
import { callProcedure, callRest, send } from '../support/product-client.ts'
import { secondDatabase } from '../support/second-database.ts'
import { addPerson, base, installation, newTenant, PASSWORD, pool } from '../support/world.ts'

const NEW_PASSWORD = 'a whole new sentence to type'
const MINUTE = 60_000
afterEach(() => setClock())

const doorsFor = async (cookie?: string) =>
  (
    await pageContext(
      { ...base, requestId: 'sessions', ip: `10.0.${Math.floor(Math.random() * 250)}.1` },
      { cookie, nonce: '', origin: installation.url, meta: { ip: null, userAgent: null } },
    )
  ).accounts
const cookieIn = ({ setCookie }: { setCookie: string[] }) => setCookie[0]!.split(';')[0]!
const opens = async (cookie: string) => (await callProcedure('identity.me', { type: 'query', cookie })).status === 200

type Where = { cookie?: string; url?: string; origin?: string }

/** A form sent to a page, as a browser sends it. */
const submit = (
  path: string,
  fields: Record<string, string>,
  { cookie = '', url = installation.url, origin }: Where = {},
) =>
  send(
    path,
    {
      method: 'POST',
      headers: { origin: origin ?? url, cookie, 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(fields).toString(),
    },
    url,
  )
const signIn = (username: string, where: Where = {}) => submit('/login', { username, password: PASSWORD }, where)

const storedHash = async (id: number) =>
  (await pool.selectFrom('auth.password').select('hash').where('account_id', '=', id).executeTakeFirstOrThrow()).hash

describe('stored passwords', () => {
  const STRONG = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$/
  const strength = (hash: string) => hash.match(STRONG)?.slice(1).map(Number) ?? []

  test('every way to set one stores Argon2id with 46 MiB and two passes', async () => {
    const tenant = await newTenant()
    const admin = tenant.as('admin')
    const { id, resetPath } = await admin.users.create({ username: `new-${tenant.id}`, role: 'user' })
    const { changePassword, reset } = await doorsFor(
      (await base.auth.sessions.open(tenant.people.user.id, tenant.id, { ip: null, userAgent: null })).split(';')[0],
    )
    await reset({ token: resetPath!.replace('/reset/', ''), password: NEW_PASSWORD })
    await changePassword({ currentPassword: PASSWORD, newPassword: NEW_PASSWORD })
    await admin.users.update({ id: tenant.people.lead.id, password: NEW_PASSWORD })
    for (const account of [id, tenant.people.user.id, tenant.people.lead.id, tenant.people.viewer.id]) {
      const [m, t, p] = strength(await storedHash(account))
      expect([m! >= 47_104, t! >= 2, p]).toEqual([true, true, 1])
    }
  })

  test.each([
    ['bcrypt, as the earlier version stored it', () => bcrypt(PASSWORD, 10)],
    ['a cheaper Argon2id', () => argon2(PASSWORD, { memoryCost: 19_456, timeCost: 2, parallelism: 1 })],
  ])('a hash of %s signs in once more and is written anew', async (_kind, made) => {
    const tenant = await newTenant()
    const { id, username } = tenant.people.user
    const old = await made()
    await pool.updateTable('auth.password').set({ hash: old }).where('account_id', '=', id).execute()
    await expect((await doorsFor()).signIn({ username, password: 'not the password at all' })).rejects.toMatchObject({
      code: 'unauthenticated',
    })
    expect(await storedHash(id)).toBe(old)
    await (await doorsFor()).signIn({ username, password: PASSWORD })
    expect(strength(await storedHash(id))).toEqual([47_104, 2, 1])
    await (await doorsFor()).signIn({ username, password: PASSWORD })
  })
})

test('of fifty first accounts made at once exactly one becomes admin, and the setup code is asked of each', async () => {
  const second = await secondDatabase()
  const server = await ownServer(second.base, { auth: { setupCode: 'the-code-in-the-log' } })
  const register = (n: number, more: object) =>
    send(
      '/api/auth/register',
      {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ username: `first-${n}`, password: NEW_PASSWORD, ...more }),
      },
      server.url,
    )
  for (const setup_code of [undefined, '', 'wrong', 'THE-CODE-IN-THE-LOG'])
    expect((await register(0, { setup_code })).status).toBe(403)

  const claims = { setup_code: 'the-code-in-the-log', role: 'admin', tenant_id: 1, is_active: false, operator: true }
  const statuses = (await Promise.all(Array.from({ length: 50 }, (_, n) => register(n, claims)))).map(
    ({ status }) => status,
  )
  expect(statuses.filter((status) => status === 201)).toHaveLength(1)
  expect(statuses.filter((status) => status === 403)).toHaveLength(49)
  const { rows } = await second.superuser.query('select role, deactivated_at from membership')
  expect(rows).toEqual([{ role: 'admin', deactivated_at: null }])

  const open = await ownServer(second.base, { env: { REGISTRATION: 'open' } })
  const later = await send(
    '/api/auth/register',
    {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username: 'later', password: NEW_PASSWORD, ...claims, tenant_id: 999 }),
    },
    open.url,
  )
  expect(JSON.parse(later.text)).toMatchObject({ role: 'user', is_active: true })
  const accounts = await second.superuser.query(
    `select operator_at is not null as operator, m.role from account a join membership m on m.account_id = a.id order by a.id`,
  )
  expect(accounts.rows).toEqual([
    { operator: true, role: 'admin' },
    { operator: false, role: 'user' },
  ])
  await Promise.all([server.close(), open.close()])
  await second.close()
})

describe('a session', () => {
  test('cannot be opened with anything the database holds of it', async () => {
    const tenant = await newTenant()
    const cookie = (await signIn(tenant.people.user.username)).headers.getSetCookie()[0]!.split(';')[0]!
    expect(await opens(cookie)).toBe(true)
    const rows = await pool.selectFrom('auth.session').selectAll().where('tenant_id', '=', tenant.id).execute()
    const values = rows
      .flatMap((row) => Object.values(row))
      .filter((value) => value !== null)
      .map(String)
    expect(values.length).toBeGreaterThan(4)
    for (const value of [...values, ...values.map(hashToken)])
      expect(await opens(`sid=${encodeURIComponent(value)}`)).toBe(false)
    expect(Buffer.from(cookie.split('=')[1]!, 'base64url')).toHaveLength(32)
  })

  test('has a cookie that no script reads, no other site sends, and https binds to the host', async () => {
    const tenant = await newTenant()
    const shared = await signIn(tenant.people.user.username)
    expect(shared.headers.getSetCookie().map(attributes)).toEqual([
      ['httponly', 'max-age', 'path=/', 'samesite=lax', 'sid'],
    ])
    const secure = { ...base, auth: { ...base.auth, sessions: sessions(pool, { secure: true }) } }
    const server = await ownServer(secure, { env: { PUBLIC_URL: 'https://hunt.example' } })
    const over = await signIn(tenant.people.user.username, { url: server.url, origin: 'https://hunt.example' })
    expect(over.headers.getSetCookie().map(attributes)).toEqual([
      ['__host-sid', 'httponly', 'max-age', 'path=/', 'samesite=lax', 'secure'],
    ])
    const cookie = over.headers.getSetCookie()[0]!.split(';')[0]!
    const me = (sent: string) =>
      callProcedure('identity.me', { type: 'query', cookie: sent, url: server.url }).then(({ status }) => status)
    expect(await me(cookie)).toBe(200)
    expect(await me(cookie.replace('__Host-', ''))).toBe(401)
    expect(await me(`${cookie}; __Host-sid=planted`)).toBe(401)
    const out = await submit('/logout', {}, { cookie, url: server.url, origin: 'https://hunt.example' })
    expect(out.headers.getSetCookie().map(attributes)).toEqual([
      ['__host-sid', 'httponly', 'max-age=0', 'path=/', 'samesite=lax', 'secure'],
    ])
    expect(await me(cookie)).toBe(401)
    await server.close()
  })

  const attributes = (cookie: string) => {
    expect(cookie.length).toBeLessThan(4096)
    const [pair, ...rest] = cookie.split(';').map((part) => part.trim().toLowerCase())
    return [pair!.split('=')[0]!, ...rest.map((part) => (/^max-age=[1-9]/.test(part) ? 'max-age' : part))].sort()
  }

  test('gets a new id at sign-in, tenant switch and password change, and the old one is dead', async () => {
    const [tenant, other] = await Promise.all([newTenant(), newTenant()])
    const { id, username } = tenant.people.user
    await pool.insertInto('membership').values({ tenant_id: other.id, account_id: id, role: 'viewer' }).execute()
    const planted = `sid=${newToken().token}`
    const first = (await signIn(username, { cookie: planted })).headers.getSetCookie()[0]!.split(';')[0]!
    expect([first === planted, await opens(planted), await opens(first)]).toEqual([false, false, true])

    const second = (await signIn(username, { cookie: first })).headers.getSetCookie()[0]!.split(';')[0]!
    expect([await opens(first), await opens(second)]).toEqual([false, true])

    const third = cookieIn(await (await doorsFor(second)).switchTenant({ tenantId: other.id }))
    expect([await opens(second), await opens(third)]).toEqual([false, true])
    await expect((await doorsFor(third)).switchTenant({ tenantId: (await newTenant()).id })).rejects.toMatchObject({
      code: 'not_found',
    })

    const elsewhere = (await signIn(username)).headers.getSetCookie()[0]!.split(';')[0]!
    const fourth = cookieIn(
      await (await doorsFor(third)).changePassword({ currentPassword: PASSWORD, newPassword: NEW_PASSWORD }),
    )
    expect([await opens(third), await opens(elsewhere), await opens(fourth)]).toEqual([false, false, true])

    await (await doorsFor(fourth)).signOut()
    expect(await opens(fourth)).toBe(false)
  })

  const at = (start: number, minutes: number) => setClock(() => new Date(start + minutes * MINUTE))

  test('ends after thirty idle minutes, and its row is gone', async () => {
    const tenant = await newTenant()
    const cookie = (
      await base.auth.sessions.open(tenant.people.user.id, tenant.id, { ip: null, userAgent: null })
    ).split(';')[0]!
    const start = Date.now()
    for (const minutes of [29, 58, 87]) {
      at(start, minutes)
      expect(await base.auth.sessions.read(cookie)).toMatchObject({ principal: { id: tenant.people.user.id } })
    }
    at(start, 118)
    expect(await base.auth.sessions.read(cookie)).toBeNull()
    expect(await pool.selectFrom('auth.session').selectAll().where('tenant_id', '=', tenant.id).execute()).toEqual([])
    at(start, 0) // a clock that jumps back revives nothing
    expect(await base.auth.sessions.read(cookie)).toBeNull()
  })

  test('ends twelve hours after sign-in, however busy it is', async () => {
    const tenant = await newTenant()
    const cookie = (
      await base.auth.sessions.open(tenant.people.user.id, tenant.id, { ip: null, userAgent: null })
    ).split(';')[0]!
    const start = Date.now()
    for (let minutes = 25; minutes < 12 * 60; minutes += 25) {
      at(start, minutes)
      expect([minutes, await base.auth.sessions.read(cookie)]).toMatchObject([
        minutes,
        { principal: { tenant_id: tenant.id } },
      ])
    }
    at(start, 12 * 60 + 1)
    expect(await base.auth.sessions.read(cookie)).toBeNull()
  })
})

const encode = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
const HEADER = { alg: 'HS256', typ: 'JWT' }

/** Signed with the right key, so that only what is wrong with it can give it away. */
function tokenOf(
  header: unknown,
  claims: unknown,
  { key = derivedKey(installation.secretKey, 'access-token') as Buffer | string, algorithm = 'sha256' } = {},
) {
  const signed = `${encode(header)}.${encode(claims)}`
  return `${signed}.${createHmac(algorithm, key).update(signed).digest('base64url')}`
}

function forged(good: Record<string, unknown>): Record<string, string> {
  const valid = tokenOf(HEADER, good)
  const [head, body, signature] = valid.split('.') as [string, string, string]
  const seconds = Math.floor(Date.now() / 1000)
  const without = (claim: string) => Object.fromEntries(Object.entries(good).filter(([name]) => name !== claim))
  const named = (claims: Record<string, object>) =>
    Object.fromEntries(Object.entries(claims).map(([name, claim]) => [name, tokenOf(HEADER, { ...good, ...claim })]))
  return {
    ...Object.fromEntries(
      ['none', 'None', 'NONE', 'nOnE', ''].map((alg) => [`alg ${alg}`, `${encode({ ...HEADER, alg })}.${body}.`]),
    ),
    'alg none, signed': tokenOf({ ...HEADER, alg: 'none' }, good),
    'alg RS256, keyed with the secret': tokenOf({ ...HEADER, alg: 'RS256' }, good, { key: installation.secretKey }),
    'alg HS512': tokenOf({ ...HEADER, alg: 'HS512' }, good, { algorithm: 'sha512' }),
    'alg HS384': tokenOf({ ...HEADER, alg: 'HS384' }, good, { algorithm: 'sha384' }),
    'alg ES256': tokenOf({ ...HEADER, alg: 'ES256' }, good),
    'no alg': tokenOf({ typ: 'JWT' }, good),
    'the raw secret as key': tokenOf(HEADER, good, { key: installation.secretKey }),
    'an empty key': tokenOf(HEADER, good, { key: '' }),
    'another key': tokenOf(HEADER, good, { key: randomBytes(32) }),
    'the key of another purpose': tokenOf(HEADER, good, { key: derivedKey(installation.secretKey, 'seal') }),
    ...Object.fromEntries(
      ['exp', 'iat', 'iss', 'aud', 'token_use', 'sub', 'tenant_id', 'jti', 'epoch'].map((claim) => [
        `no ${claim}`,
        tokenOf(HEADER, without(claim)),
      ]),
    ),
    ...named({
      expired: { exp: seconds - 1, iat: seconds - 100 },
      'too long a life': { exp: seconds + 86_400 * 365 },
      'not yet': { nbf: seconds + 3_600 },
      'issued tomorrow': { iat: seconds + 86_400, exp: seconds + 86_500 },
      'another issuer': { iss: 'somebody' },
      'another audience': { aud: ['somebody'] },
      'two audiences': { aud: ['velocicompanion-api', 'somebody'] },
      'another purpose': { token_use: 'refresh' },
      'a subject that is no number': { sub: '1 or 1=1' },
      'a subject as number': { sub: Number(good.sub) },
      'an account that is nobody': { sub: '900000000000001' },
      'a foreign tenant': { tenant_id: 900_000_000_000_001 },
      'an old epoch': { epoch: 0 },
    }),
    'unknown crit': tokenOf({ ...HEADER, crit: ['exp'] }, good),
    'kid as a path': tokenOf({ ...HEADER, kid: '../../../dev/null' }, good, { key: '' }),
    'kid as SQL': tokenOf({ ...HEADER, kid: `' union select 'x` }, good),
    'jku elsewhere': tokenOf({ ...HEADER, jku: 'https://evil.example/keys' }, good),
    'no signature': `${head}.${body}`,
    'an empty signature': `${head}.${body}.`,
    'a flipped signature': `${head}.${body}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`,
    'a longer signature': `${valid}A`,
    'a changed body': `${head}.${encode({ ...good, sub: '1' })}.${signature}`,
    'four parts': `${valid}.x`,
    'not base64': `${head}.@@@@.${signature}`,
    'not JSON': `${head}.${encode('{')}.${signature}`,
    'a body that is null': tokenOf(HEADER, null),
    'a deep body': tokenOf(HEADER, JSON.parse(`${'['.repeat(400)}${']'.repeat(400)}`)),
    '10 kB': `${head}.${'A'.repeat(10_000)}.${signature}`,
    '4 MB': `${head}.${'A'.repeat(4_000_000)}.${signature}`,
  }
}

describe('an access token', () => {
  test('that is forged in any of fifty ways is refused, fast, and breaks nothing', async () => {
    const tenant = await newTenant()
    const issued = await base.auth.tokens.issue({
      accountId: tenant.people.admin.id,
      tenantId: tenant.id,
      epoch: 1,
      role: 'admin',
    })
    const good = JSON.parse(Buffer.from(issued.split('.')[1]!, 'base64url').toString()) as Record<string, unknown>
    expect((await callRest('GET', '/auth/me', { token: tokenOf(HEADER, good) })).status).toBe(200)
    const tokens = forged(good)
    expect(Object.keys(tokens).length).toBeGreaterThanOrEqual(50)
    const passed: string[] = []
    for (const [name, token] of Object.entries(tokens)) {
      // What does not fit in a header is cut by Node's parser: 431, or the connection.
      const status = await callRest('GET', '/auth/me', { token }).then(
        (reply) => reply.status,
        () => 431,
      )
      if (status !== (token.length > 16_000 ? 431 : 401)) passed.push(`${name}: ${status}`)
      expect([
        name,
        await base.auth.tokens
          .read(token)
          .then((found) => found !== null && !/^(an? (account|foreign|old))/.test(name)),
      ]).toEqual([name, false])
      if (token.length < 16_000)
        expect([name, (await leastOf(50, () => msOf(() => callRest('GET', '/auth/me', { token })))) < 50]).toEqual([
          name,
          true,
        ])
    }
    expect(passed).toEqual([])
    expect((await callRest('GET', '/auth/me', { token: issued })).status).toBe(200)
  })

  test('expires', async () => {
    const tenant = await newTenant()
    const token = await base.auth.tokens.issue({
      accountId: tenant.people.user.id,
      tenantId: tenant.id,
      epoch: 1,
      role: 'user',
    })
    setClock(() => new Date(Date.now() + 29 * MINUTE))
    expect(await base.auth.tokens.read(token)).not.toBeNull()
    setClock(() => new Date(Date.now() + 31 * MINUTE))
    expect(await base.auth.tokens.read(token)).toBeNull()
  })

  test('of the key before is accepted while the key changes, and signed with the new one', async () => {
    const tenant = await newTenant()
    const [next, third] = [randomBytes(48).toString('base64'), randomBytes(48).toString('base64')]
    const who = { accountId: tenant.people.user.id, tenantId: tenant.id, epoch: 1, role: 'user' }
    const env = readEnv({
      NODE_ENV: 'test',
      APP_DATABASE_URL: installation.loginUrl,
      CLICKHOUSE_URL: installation.clickhouseUrl,
      DATA_DIR: installation.dataDir,
      SECRET_KEY: next,
      SECRET_KEY_PREVIOUS: installation.secretKey,
      LOG_LEVEL: 'silent',
    })
    const rotated = await openBase(env, 'web')
    const server = await ownServer(rotated)
    const me = (token: string) =>
      send('/api/auth/me', { headers: { authorization: `Bearer ${token}` } }, server.url).then(({ status }) => status)
    expect(await me(await base.auth.tokens.issue(who))).toBe(200)
    const fresh = await rotated.auth.tokens.issue(who)
    expect(await me(fresh)).toBe(200)
    expect(await me(await accessTokens([third], 30).issue(who))).toBe(401)
    expect((await callRest('GET', '/auth/me', { token: fresh })).status).toBe(401)
    await server.close()
    await rotated.close()
  })
})

test('someone of two tenants is in one at a time, by session and by token', async () => {
  const [tenant, other] = await Promise.all([newTenant(), newTenant()])
  const person = await addPerson(tenant.id, 'admin')
  await pool.insertInto('membership').values({ tenant_id: other.id, account_id: person.id, role: 'viewer' }).execute()
  const token = await base.auth.tokens.issue({ accountId: person.id, tenantId: other.id, epoch: 1, role: 'admin' })
  expect((await callRest('GET', '/users', { token })).status).toBe(403)
  expect(JSON.parse((await callRest('GET', '/auth/me', { token })).text)).toMatchObject({
    tenant_id: other.id,
    role: 'viewer',
  })
})
