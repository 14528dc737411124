import { describe, expect, test } from 'vitest'
import { ownServer } from '../support/own-server.ts'
import { plant } from '../support/planted.ts'
import { callProcedure, callRest, type Reply, send, wholeOf } from '../support/product-client.ts'
import { raw, rawGet } from '../support/raw-http.ts'
import { base, installation, newTenant, pool } from '../support/world.ts'

const { url } = installation
const { host, port } = new URL(url)
const tenant = await plant(base)
const cookie = await tenant.cookie('admin')

const policyFor = (nonce: string) =>
  `default-src 'none'; script-src 'nonce-${nonce}' 'strict-dynamic'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`

describe('the content security policy', () => {
  const nonceOf = ({ headers }: Reply) =>
    headers.get('content-security-policy')?.match(/'nonce-([\w-]{24})'/)?.[1] ?? ''

  test('is the strict one, with a nonce that no two answers share', async () => {
    const seen = new Set<string>()
    for (const path of ['/login', '/login', '/hosts', '/hosts', '/nope', '/hosts.data', '/api/hosts', '/health']) {
      const reply = await send(path, { headers: { cookie } })
      expect([path, reply.headers.get('content-security-policy')]).toEqual([path, policyFor(nonceOf(reply))])
      seen.add(nonceOf(reply))
    }
    expect(seen.size).toBe(8)
  })

  test('lets every script of a page run, and the nonce is in no data', async () => {
    for (const path of ['/', '/hosts', '/rows', '/deliveries', '/users', '/profile']) {
      const page = await send(path, { headers: { cookie } })
      const scripts = [...page.text.matchAll(/<script\b[^>]*>/g)].map(([tag]) => tag)
      expect([path, page.status, scripts.length > 1]).toEqual([path, 200, true])
      expect([path, scripts.filter((tag) => !tag.includes(`nonce="${nonceOf(page)}"`))]).toEqual([path, []])
      expect(page.text).not.toMatch(/\son\w+="|javascript:|<style|\sstyle="/i)
      const streamed = page.text.replace(/nonce="[^"]*"/g, '')
      expect([path, streamed.includes(nonceOf(page))]).toEqual([path, false])
      const data = await send(path === '/' ? '/_root.data' : `${path}.data`, { headers: { cookie } })
      expect([path, data.status, data.text.includes(nonceOf(data)), /nonce/i.test(data.text)]).toEqual([
        path,
        200,
        false,
        false,
      ])
    }
  })
})

describe('the headers', () => {
  const wrongWith = ({ headers, text }: Reply, { https }: { https: boolean }) => {
    const wanted: Record<string, string | null> = {
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'x-frame-options': 'DENY',
      'x-powered-by': null,
      server: null,
      'access-control-allow-origin': null,
      'strict-transport-security': https ? 'max-age=31536000; includeSubDomains' : null,
    }
    const wrong = Object.entries(wanted)
      .filter(([name, value]) => headers.get(name) !== value)
      .map(([name]) => `${name}: ${headers.get(name)}`)
    const type = headers.get('content-type') ?? ''
    if (
      text !== '' &&
      !/^((text\/\S+|application\/javascript); ?charset=utf-8|application\/json(; charset=utf-8)?|image\/|font\/)/i.test(
        type,
      )
    )
      wrong.push(`content-type: ${type}`)
    if (!headers.get('content-security-policy')) wrong.push('no policy')
    if (!headers.get('x-request-id')) wrong.push('no request id')
    return wrong
  }

  const json = { 'content-type': 'application/json' }
  const everywhere = (own: string): [string, () => Promise<Reply>][] => [
    ...[
      '/',
      '/login',
      '/nope',
      '/hosts',
      '/hosts/abc',
      '/hosts.data',
      '/reset/x',
      '/health',
      '/ready',
      '/metrics',
      '/docs',
      '/redoc',
      '/openapi.json',
      '/api',
      '/api/nope',
      '/api/hosts',
      '/api/trpc/nope',
      '/api/trpc/hosts.list',
      '/assets/nope.js',
      '/favicon.ico',
      '/robots.txt',
      '/%',
      '/%2e%2e/x',
    ].flatMap((path): [string, () => Promise<Reply>][] => [
      [path, () => send(path, {}, own)],
      [`${path}, signed in`, () => send(path, { headers: { cookie } }, own)],
    ]),
    [
      'a form from elsewhere',
      () => send('/login', { method: 'POST', headers: { origin: 'https://evil.example' } }, own),
    ],
    [
      'a form too large',
      () => send('/login', { method: 'POST', headers: { origin: own }, body: 'x'.repeat(1_100_000) }, own),
    ],
    [
      'a form that is none',
      () => send('/login', { method: 'POST', headers: { origin: own, ...json }, body: '{' }, own),
    ],
    [
      'a refused sign-in',
      () => send('/api/auth/login', { method: 'POST', headers: json, body: '{"username":"x","password":"y"}' }, own),
    ],
    [
      'a body that is no JSON',
      () =>
        send('/api/trpc/hosts.create', { method: 'POST', headers: { origin: own, cookie, ...json }, body: '{' }, own),
    ],
    ['a wrong method', () => send('/api/hosts', { method: 'PATCH', headers: { authorization: 'Bearer x' } }, own)],
    ['a wrong host', () => rawReply(own)],
  ]

  async function rawReply(own: string): Promise<Reply> {
    const { status, head, body } = await rawGet('/', ['Host: evil.example'], own)
    const lines = head
      .split('\r\n')
      .slice(1)
      .map((line): [string, string] => [line.split(': ')[0]!, line.split(': ').slice(1).join(': ')])
    return { status, headers: new Headers(lines), text: body }
  }

  test('stand on every answer: pages, errors, redirects, static files, REST', async () => {
    const [, asset] = (await send('/login')).text.match(/(\/assets\/[\w.-]+\.js)/) ?? []
    const wrong: string[] = []
    for (const [name, ask] of [...everywhere(url), [`${asset}`, () => send(asset!)] as const]) {
      const reply = await ask()
      if (reply.status >= 500 || reply.status === 0) wrong.push(`${name}: ${reply.status}`)
      wrong.push(...wrongWith(reply, { https: false }).map((what) => `${name} ${what}`))
      const stays = name === asset || /^\/(favicon|robots)/.test(name)
      if (!stays && reply.headers.get('cache-control') !== 'no-store')
        wrong.push(`${name} ${reply.headers.get('cache-control')}`)
    }
    expect(wrong).toEqual([])
  })

  test('tell a browser to come back by https only, where the address is https', async () => {
    const server = await ownServer(base, { env: { PUBLIC_URL: 'https://hunt.example' } })
    for (const path of ['/login', '/nope', '/hosts', '/api/nope', '/health', '/assets/nope.js']) {
      const reply = await send(path, {}, server.url)
      expect([path, wrongWith(reply, { https: true })]).toEqual([path, []])
      expect(reply.headers.get('content-security-policy')).toMatch(/; upgrade-insecure-requests$/)
    }
    const { headers } = await send('/hosts', {}, server.url)
    expect(headers.get('location')).toMatch(/^(https:\/\/hunt\.example)?\/login/)
    await server.close()
  })
})

describe('a request from another site', () => {
  const FOREIGN: Record<string, Record<string, string>> = {
    'a foreign origin': { origin: 'https://evil.example' },
    'no origin to speak of': { origin: 'null' },
    'our name, another scheme': { origin: `https://${host}` },
    'our name, another port': { origin: `http://127.0.0.1:${Number(port) + 1}` },
    'a name that begins like ours': { origin: `http://127.0.0.1.evil.example:${port}` },
    'cross-site': { 'sec-fetch-site': 'cross-site' },
    'same-site': { 'sec-fetch-site': 'same-site' },
    'an address typed in': { 'sec-fetch-site': 'none' },
    'nothing said': {},
    'our origin, but cross-site': { origin: url, 'sec-fetch-site': 'cross-site' },
    'a referer only': { referer: `${url}/users/new` },
  }
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  const json = { 'content-type': 'application/json' }
  const TARGETS: [string, Record<string, string>, string][] = [
    ['/login', form, 'username=x&password=y'],
    ['/logout', form, ''],
    ['/switch', form, 'tenantId=1'],
    ['/users/new', form, 'username=evil&role=admin'],
    ['/users/new.data', form, 'username=evil&role=admin'],
    ['/users/new?_data=routes%2Fusers%2Fnew', form, 'username=evil&role=admin'],
    ['/nope', form, 'x=y'],
    ['/api/trpc/sources.create', json, '{"name":"evil"}'],
    ['/api/trpc/identity.endOtherSessions', json, ''],
    ['/api/hosts', json, '{"hostname":"evil"}'],
    ['/api/ingestion/batches?artifact=A&hostname=evil', { 'content-type': 'application/x-ndjson' }, '{"a":1}\n'],
    ['/health', form, ''],
  ]

  test('cannot change anything with a cookie, by any method, on any path', async () => {
    const done: string[] = []
    for (const [path, headers, body] of TARGETS)
      for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'])
        for (const [name, from] of Object.entries(FOREIGN)) {
          const { status } = await send(path, { method, headers: { ...headers, ...from, cookie }, body })
          if (status !== 403) done.push(`${name}: ${method} ${path} ${status}`)
        }
    expect(done).toEqual([])
    const made = await pool.selectFrom('account').select('id').where('username', '=', 'evil').execute()
    expect(made).toEqual([])
  })

  test('is let through from our own pages, so that the test above can see', async () => {
    for (const from of [
      { origin: url },
      { origin: url, 'sec-fetch-site': 'same-origin' },
      { 'sec-fetch-site': 'same-origin' },
    ]) {
      const { status } = await send('/api/trpc/identity.preferences', {
        method: 'POST',
        headers: { ...json, ...from, cookie } as HeadersInit,
        body: '{"theme":"dark","density":"compact"}',
      })
      expect(status).toBe(200)
    }
  })

  test('with a token of its own may use REST, where a cookie means nothing', async () => {
    const token = await tenant.jwt('user')
    const headers = { origin: 'https://tool.example', 'sec-fetch-site': 'cross-site' }
    expect((await callRest('POST', '/hosts', { token, body: { hostname: 'by-token' }, headers })).status).toBe(201)
    expect(
      (await callRest('POST', '/hosts', { body: { hostname: 'x' }, headers: { cookie, origin: url } })).status,
    ).toBe(401)
    expect((await callRest('GET', '/hosts', { headers: { cookie } })).status).toBe(401)
    const trpc = await send('/api/trpc/sources.create', {
      method: 'POST',
      headers: { ...json, ...headers, cookie, authorization: `Bearer ${token}` },
      body: '{"name":"x"}',
    })
    expect(trpc.status).toBe(403)
  })

  test('cannot reach procedures by forms, plain text, GET or in crowds', async () => {
    const post = (type: string, body: string) =>
      send('/api/trpc/sources.create', { method: 'POST', headers: { origin: url, cookie, 'content-type': type }, body })
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/octet-stream',
      'text/json',
      '',
    ])
      expect([type, (await post(type, '{"name":"x"}')).status]).toEqual([type, 415])
    expect((await callProcedure('identity.endOtherSessions', { type: 'query', cookie })).status).toBe(405)
    const batch = (n: number) =>
      send(`/api/trpc/${Array(n).fill('identity.me').join(',')}?batch=1`, { headers: { cookie } })
    expect([(await batch(10)).status, (await batch(11)).status]).toEqual([200, 400])
  })
})

describe('the host', () => {
  test.each([
    ['a foreign one', ['Host: evil.example']],
    ['our port, a foreign name', [`Host: evil.example:${port}`]],
    ['loopback, another port', ['Host: 127.0.0.1:1']],
    ['a name that begins like ours', [`Host: 127.0.0.1.evil.example:${port}`]],
    ['a name with a user in it', [`Host: 127.0.0.1:${port}@evil.example`]],
    ['an empty one', ['Host:']],
    ['a path in it', [`Host: ${host}/evil`]],
  ])('%s is refused before anything else', async (_name, headers) => {
    for (const path of ['/login', '/health', '/api/hosts', '/api/trpc/identity.me'])
      expect((await rawGet(path, headers)).status).toBe(400)
  })

  test('is needed, and counts even where the request line names another', async () => {
    expect((await raw('GET /login HTTP/1.0\r\n\r\n')).status).toBe(400)
    expect((await raw('GET /login HTTP/1.1\r\nConnection: close\r\n\r\n')).status).toBe(400)
    for (const target of [
      'http://evil.example/login',
      `http://${host}/login`,
      '//evil.example/login',
      '\\\\evil.example',
    ])
      expect([target, (await rawGet(target, [`Host: ${host}`])).status]).toEqual([target, 400])
    for (const name of [host, `localhost:${port}`, `LOCALHOST:${port}`])
      expect((await rawGet('/health', [`Host: ${name}`])).status).toBe(200)
  })

  test('is never taken from what a client says was forwarded', async () => {
    const claims = [
      'X-Forwarded-Host: evil.example',
      'Forwarded: host=evil.example',
      'X-Forwarded-Proto: https',
      'X-Forwarded-Port: 64999', // hardly a random id says it, as it may 666, and no port that is given out is it
      'X-Original-URL: /metrics',
      'X-HTTP-Method-Override: DELETE',
    ]
    for (const path of ['/hosts', '/login', '/', '/hosts.data', '/nope']) {
      const plain = await rawGet(path, [`Host: ${host}`])
      const claimed = await rawGet(path, [`Host: ${host}`, ...claims])
      expect([path, claimed.status, /evil|64999/.test(claimed.head + claimed.body)]).toEqual([
        path,
        plain.status,
        false,
      ])
    }
    const { resetPath } = await (await newTenant())
      .as('admin')
      .users.create({ username: `host-${port}-${Date.now()}`, role: 'user' })
    expect(resetPath).toMatch(/^\/reset\//)
  })
})

test('nobody can tell by the answer which accounts exist', async () => {
  const people = await newTenant()
  const { username: known } = people.people.user
  await people.as('admin').users.deactivate({ id: people.people.lead.id })
  const names = { known, unknown: known.replace(/^user/, 'resu'), disabled: people.people.lead.username }
  const rest = (username: string) =>
    callRest('POST', '/auth/login', { body: { username, password: 'not the password of anybody' } })
  const page = (username: string) =>
    send('/login.data', {
      method: 'POST',
      headers: { origin: url, 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ username, password: 'not the password of anybody' }).toString(),
    })
  for (const ask of [rest, page]) {
    const answers = []
    for (const name of Object.values(names))
      answers.push(
        wholeOf(await ask(name))
          .replaceAll(name, '…')
          .replace(/content-length: \d+\n/, ''),
      )
    expect(new Set(answers).size).toBe(1)
  }
  const locked = async (username: string) => {
    for (let n = 0; n < 9; n += 1) await rest(username)
    const { status, headers, text } = await rest(username)
    return [status, headers.has('retry-after'), text.replace(/\d+/g, 'n')]
  }
  expect(await locked(names.known)).toEqual(await locked(names.unknown))
  expect((await locked(names.known))[0]).toBe(429)
})
