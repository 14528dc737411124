import { afterAll, describe, expect, test } from 'vitest'
import { startInstallation } from '../support/product.ts'
import { ask } from './client.ts'

const PASSWORD = 'correct horse battery staple'
const register = (url: string, json: object) => ask('POST /auth/register', { url, json })
const logIn = async (url: string, username: string) => {
  const { body } = await ask('POST /auth/login', { url, json: { username, password: PASSWORD } })
  return String(body.access_token)
}

/** A further, empty installation with settings of its own; it ends with this file. */
async function startProduct(settings: Record<string, string>): Promise<string> {
  const { installation, stop } = await startInstallation(settings)
  afterAll(stop)
  return installation.url
}

describe('an empty installation', async () => {
  const url = await startProduct({})

  test('a password that is short or common makes no account', async () => {
    for (const password of ['admin123', 'passwordpassword', 'velocicompanion123']) {
      const { status, body } = await register(url, { username: 'admin', password, role: 'admin' })
      expect([status, body.detail]).toMatchObject([422, [{ loc: ['body', 'password'], input: null }]])
    }
  })

  test('of 50 first registrations at once exactly one becomes admin', async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) =>
        register(url, {
          username: `first-${n}`,
          password: PASSWORD,
          role: 'viewer',
          tenant_id: 77,
          is_active: false,
          id: 5,
          operator_at: null, // biome-ignore format: what an attacker sends
        }),
      ),
    )
    const made = answers.filter(({ status }) => status === 201)
    expect(made).toHaveLength(1)
    expect(made[0]?.body).toEqual({
      id: expect.any(Number),
      username: expect.stringMatching(/^first-\d+$/),
      role: 'admin',
      tenant_id: expect.any(Number),
      is_active: true,
      created_at: expect.stringMatching(/Z$/),
    })
    for (const { status, body } of answers.filter((answer) => answer !== made[0])) {
      expect([status, body]).toEqual([403, { detail: 'Registration is by invitation' }])
    }
    const token = await logIn(url, String(made[0]?.body.username))
    expect((await ask<unknown[]>('GET /users', { url, token })).body).toHaveLength(1)
    expect((await ask<unknown[]>('GET /tenants', { url, token })).body).toMatchObject([{ name: 'default' }])
    expect((await ask('POST /tenants', { url, token, json: { name: 'Second' } })).status).toBe(201)
  })

  test('CORS is closed: no origin is answered, null and look-alikes neither', async () => {
    for (const origin of ['https://evil.example', 'null', url.replace('127', '128')]) {
      const { headers } = await ask('GET /auth/me', { url, headers: { origin } })
      expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
    }
  })
})

describe('an open installation with a front end of its own and a small limit', async () => {
  const ORIGIN = 'https://hunt.example:8443'
  const url = await startProduct({
    REGISTRATION: 'open',
    CORS_ORIGINS: `${ORIGIN}, https://other.example`,
    MAX_DELIVERY_BYTES: '100000',
  })
  const first = await register(url, { username: 'first', password: PASSWORD })

  test('the first account is admin, later ones are users of the same tenant, whatever they ask for', async () => {
    expect([first.status, first.body.role]).toEqual([201, 'admin'])
    const json = {
      username: 'second',
      password: PASSWORD,
      role: 'admin',
      tenant_id: 99,
      operator_at: new Date(),
      epoch: 9,
    }
    const second = await register(url, json)
    expect(second.body).toMatchObject({ role: 'user', tenant_id: first.body.tenant_id })
    const token = await logIn(url, 'second')
    expect((await ask('GET /users', { url, token })).status).toBe(403)
    expect((await ask('POST /tenants', { url, token, json: { name: 'Mine' } })).status).toBe(403)
  })

  test('a name is taken once, also at once and in capitals', async () => {
    const again = await register(url, { username: 'FIRST', password: PASSWORD })
    expect([again.status, again.body]).toEqual([400, { detail: 'Username already registered' }])
    const race = await Promise.all(
      Array.from({ length: 10 }, () => register(url, { username: 'racer', password: PASSWORD })),
    )
    expect(race.map(({ status }) => status).sort()).toEqual([201, ...Array.from({ length: 9 }, () => 400)])
  })

  test('a delivery over the limit is 413, declared or streamed, and nothing stays', async () => {
    const token = await logIn(url, 'first')
    const line = `${JSON.stringify({ a: 'x'.repeat(990) })}\n`
    const big = line.repeat(200)
    const form = new FormData()
    form.set('file', new Blob([big]), 'big.jsonl')
    const path = 'POST /ingestion/batches?artifact=A&hostname=H'
    const answers = [
      await ask(path, { url, token, body: big }),
      await ask(path, { url, token, body: form }),
      await fetch(`${url}/api/ingestion/batches`, {
        method: 'POST',
        body: new Blob([big]).stream(),
        duplex: 'half',
        headers: { authorization: `Bearer ${token}` },
      } as RequestInit),
    ]
    expect(answers.map(({ status }) => status)).toEqual([413, 413, 413])
    expect(answers[0]).toMatchObject({ body: { detail: expect.stringContaining('100,000') } })
    expect((await ask('GET /ingestion/batches', { url, token })).body).toEqual([])
  })

  test('the listed origins may ask, to the letter, without cookies', async () => {
    const token = await logIn(url, 'first')
    const { status, headers } = await ask('GET /auth/me', { url, token, headers: { origin: ORIGIN } })
    expect([status, headers.get('access-control-allow-origin')]).toEqual([200, ORIGIN])
    expect(headers.get('access-control-allow-credentials')).toBeNull()
    expect(headers.get('vary')).toMatch(/origin/i)
    const preflight = await ask('OPTIONS /ingestion/batches', {
      url,
      headers: {
        origin: ORIGIN,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization',
      },
    })
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get('access-control-allow-methods')).toContain('POST')
    expect(preflight.headers.get('access-control-allow-headers')?.toLowerCase()).toContain('authorization')
    for (const origin of [
      'null',
      'https://hunt.example',
      'https://hunt.example:8443.evil.example',
      'http://hunt.example:8443',
    ]) {
      const answer = await ask('GET /auth/me', { url, token, headers: { origin } })
      expect(answer.headers.get('access-control-allow-origin')).toBeNull()
    }
  })
})
