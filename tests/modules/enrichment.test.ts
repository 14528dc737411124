import { randomBytes } from 'node:crypto'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, onTestFinished, test } from 'vitest'
import { setClock } from '#server/platform/clock.ts'
import type { Env } from '#server/platform/env.ts'
import { inTenant, type TenantDb } from '#server/platform/tenant.ts'
import { createCaller } from '#server/router.ts'
import { base, newTenant, pool, type Tenant } from '../support/world.ts'

afterEach(() => setClock())

const newHash = (bytes = 32) => randomBytes(bytes).toString('hex')
const newKey = () => newHash()

type Answer = { status: number; body?: unknown; headers?: Record<string, string> }

/** A small VirusTotal on loopback: answers GET /api/v3/files/{hash} as told, and keeps what it was asked. */
async function virusTotal(answer: (hash: string) => Answer) {
  const asked: { path: string; headers: IncomingHttpHeaders }[] = []
  const server = createServer((request, response) => {
    asked.push({ path: request.url ?? '', headers: request.headers })
    const { status, body, headers } = answer(request.url?.split('/').at(-1) ?? '')
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return { asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v3` }
}

const failing = (status: number, code: string, headers: Record<string, string> = {}): Answer => ({
  status,
  headers,
  body: { error: { code, message: 'said by VirusTotal' } },
})

const report = (hash: string, attributes: object = {}): Answer => ({
  status: 200,
  body: {
    data: {
      id: hash,
      type: 'file',
      attributes: {
        last_analysis_stats: {
          malicious: 57, suspicious: 1, undetected: 9, harmless: 0, timeout: 2, 'confirmed-timeout': 0, failure: 1,
          'type-unsupported': 4,
        },
        meaningful_name: 'invoice.exe',
        names: ['invoice.exe', 'a.exe', 'b\0.exe', ...Array.from({ length: 20 }, (_, n) => `copy-${n}.exe`)],
        sha256: hash,
        sha1: newHash(20),
        md5: newHash(16),
        ...attributes,
      },
    },
  },
}) // biome-ignore format: as VirusTotal's manual prints it

/** A role's caller on an installation that is configured as given. */
const asIn = (tenant: Tenant, role: 'viewer' | 'user' | 'admin', settings: Partial<Env>) =>
  createCaller({
    ...base,
    env: { ...base.env, VIRUSTOTAL_API_KEY: undefined, ...settings },
    actor: tenant.actor(role),
    requestId: 'test-enrichment',
    ip: '127.0.0.1',
  })

const within = <T>({ id }: Tenant, work: (db: TenantDb) => Promise<T>) =>
  inTenant(pool, { tenantId: id, accountId: null, requestId: 'test-enrichment' }, 'read write', work)

/** Lets the answer kept for a hash go stale. */
const age = (tenant: Tenant, hash: string) =>
  within(tenant, (db) =>
    db
      .updateTable('virustotal_report')
      .set({ expires_at: new Date(Date.now() - 1000) })
      .where('hash', '=', hash)
      .execute(),
  )

const minutesKept = async (tenant: Tenant, hash: string) => {
  const kept = await within(tenant, (db) =>
    db.selectFrom('virustotal_report').select('expires_at').where('hash', '=', hash).executeTakeFirst(),
  )
  return kept && Math.round((kept.expires_at.getTime() - Date.now()) / 60_000)
}

test('a known hash gets the counts and names that VirusTotal gives, and the second time from the cache', async () => {
  const { url, asked } = await virusTotal((hash) => report(hash))
  const settings = { VIRUSTOTAL_URL: url, VIRUSTOTAL_API_KEY: newKey() }
  const { enrichment } = asIn(await newTenant(), 'user', settings)
  const hash = newHash()
  const first = await enrichment.lookup({ hash: ` ${hash.toUpperCase()} ` })
  expect(first).toMatchObject({ hash, malicious: 57, suspicious: 1, harmless: 0, undetected: 9, message: null })
  expect(first.names).toHaveLength(10)
  expect(first.names.slice(0, 3)).toEqual(['invoice.exe', 'a.exe', 'b\ufffd.exe'])
  expect(first.cached).toBe(false)
  expect(await enrichment.lookup({ hash })).toEqual({ ...first, cached: true })
  expect(asked).toHaveLength(1)
  expect(asked[0]).toMatchObject({
    path: `/api/v3/files/${hash}`,
    headers: { 'x-apikey': settings.VIRUSTOTAL_API_KEY },
  })
  expect(await enrichment.status()).toEqual({ configured: true, from: 'environment', cached: 1 })
})

test('an MD5 and a SHA-1 are hashes; anything else is refused before VirusTotal is asked', async () => {
  const { url, asked } = await virusTotal((hash) => report(hash, { sha1: hash, md5: hash }))
  const { enrichment } = asIn(await newTenant(), 'user', { VIRUSTOTAL_URL: url, VIRUSTOTAL_API_KEY: newKey() })
  for (const bytes of [16, 20])
    expect(await enrichment.lookup({ hash: newHash(bytes) })).toMatchObject({ malicious: 57 })
  for (const hash of ['', 'abc', newHash(31), `${newHash(31)}zz`, '../users/me', newHash(33)]) {
    await expect(enrichment.lookup({ hash })).rejects.toMatchObject({ code: 'BAD_REQUEST' })
  }
  expect(asked).toHaveLength(2)
})

test('without a key nothing is asked and no verdict is made up', async () => {
  const { url, asked } = await virusTotal((hash) => report(hash))
  const { enrichment } = asIn(await newTenant(), 'user', { VIRUSTOTAL_URL: url })
  const answer = await enrichment.lookup({ hash: newHash() })
  expect(answer).toMatchObject({ malicious: null, suspicious: null, undetected: null, fetched_at: null, cached: false })
  expect(answer.message).toMatch(/^No VirusTotal key is configured\. Set VIRUSTOTAL_API_KEY/)
  expect(await enrichment.status()).toEqual({ configured: false, from: null, cached: 0 })
  expect(asked).toHaveLength(0)
})

test('an unknown hash says so for an hour, a known one is kept for a day', async () => {
  let known = false
  const { url, asked } = await virusTotal((hash) => (known ? report(hash) : failing(404, 'NotFoundError')))
  const tenant = await newTenant()
  const { enrichment } = asIn(tenant, 'user', { VIRUSTOTAL_URL: url, VIRUSTOTAL_API_KEY: newKey() })
  const hash = newHash()
  const unknown = { hash, malicious: null, names: [], message: 'VirusTotal does not know this hash.' }
  expect(await enrichment.lookup({ hash })).toMatchObject({ ...unknown, cached: false })
  expect(await enrichment.lookup({ hash })).toMatchObject({ ...unknown, cached: true })
  expect(await minutesKept(tenant, hash)).toBe(60)

  await age(tenant, hash)
  known = true
  expect(await enrichment.lookup({ hash })).toMatchObject({ malicious: 57, message: null, cached: false })
  expect(await minutesKept(tenant, hash)).toBe(24 * 60)
  expect(asked).toHaveLength(2)

  await age(tenant, hash)
  await enrichment.lookup({ hash: newHash() })
  expect(await minutesKept(tenant, hash)).toBeUndefined()
})

test("an admin's key is sealed, used in place of the installation's, shown by nothing, and can be removed", async () => {
  const { url, asked } = await virusTotal((hash) => report(hash))
  const tenant = await newTenant()
  const [own, shared] = [newKey(), newKey()]
  const admin = asIn(tenant, 'admin', { VIRUSTOTAL_URL: url, VIRUSTOTAL_API_KEY: shared }).enrichment
  const answers: unknown[] = [await admin.setKey({ key: newKey() }), await admin.setKey({ key: `  ${own} ` })]
  answers.push(await admin.status(), await admin.lookup({ hash: newHash() }))
  expect(answers[2]).toMatchObject({ configured: true, from: 'tenant' })
  expect(asked[0]!.headers['x-apikey']).toBe(own)

  const stored = await within(tenant, (db) => db.selectFrom('virustotal_key').selectAll().execute())
  expect(stored).toHaveLength(1)
  expect(JSON.stringify([answers, stored])).not.toContain(own)

  expect(await admin.removeKey()).toEqual({ removed: true })
  expect(await admin.removeKey()).toEqual({ removed: false })
  await admin.lookup({ hash: newHash() })
  expect(asked[1]!.headers['x-apikey']).toBe(shared)
  const { rows: deeds } = await tenant.as('admin').activity.list({})
  expect(deeds.map(({ verb }) => verb)).toEqual([
    'virustotal_key.removed',
    'virustotal_key.saved',
    'virustotal_key.saved',
  ])
  expect(JSON.stringify(deeds)).not.toContain(own)
})

test('a key that was sealed with a lost secret is asked for again, one sealed with the previous secret opens', async () => {
  const { url } = await virusTotal((hash) => report(hash))
  const tenant = await newTenant()
  await asIn(tenant, 'admin', {}).enrichment.setKey({ key: newKey() })
  const renewed = (settings: Partial<Env>) =>
    createCaller({
      ...base,
      auth: { ...base.auth, secret: 'another secret of more than 32 characters' },
      env: { ...base.env, VIRUSTOTAL_URL: url, ...settings },
      actor: tenant.actor('user'),
      requestId: 'test-enrichment',
      ip: '127.0.0.1',
    }).enrichment
  const hash = newHash()
  await expect(renewed({}).lookup({ hash })).rejects.toMatchObject({ code: 'CONFLICT' })
  expect(await renewed({ SECRET_KEY_PREVIOUS: base.auth.secret }).lookup({ hash })).toMatchObject({ malicious: 57 })
})

test('only admins set and remove the key; a viewer may see the status but not ask', async () => {
  const tenant = await newTenant()
  for (const role of ['viewer', 'user'] as const) {
    const { enrichment } = asIn(tenant, role, {})
    await expect(enrichment.setKey({ key: newKey() })).rejects.toMatchObject({ code: 'FORBIDDEN' })
    await expect(enrichment.removeKey()).rejects.toMatchObject({ code: 'FORBIDDEN' })
    expect(await enrichment.status()).toMatchObject({ configured: false })
  }
  const { enrichment } = asIn(tenant, 'viewer', {})
  await expect(enrichment.lookup({ hash: newHash() })).rejects.toMatchObject({ code: 'FORBIDDEN' })
})

test("a tenant has neither another tenant's key nor its answers", async () => {
  const { url, asked } = await virusTotal((hash) => report(hash))
  const [first, second] = [await newTenant(), await newTenant()]
  const hash = newHash()
  const owner = asIn(first, 'admin', { VIRUSTOTAL_URL: url }).enrichment
  await owner.setKey({ key: newKey() })
  expect(await owner.lookup({ hash })).toMatchObject({ malicious: 57 })
  const other = asIn(second, 'admin', { VIRUSTOTAL_URL: url }).enrichment
  expect(await other.status()).toEqual({ configured: false, from: null, cached: 0 })
  expect(await other.lookup({ hash })).toMatchObject({ malicious: null, cached: false })
  expect(await other.removeKey()).toEqual({ removed: false })
  expect(await owner.status()).toEqual({ configured: true, from: 'tenant', cached: 1 })
  expect(asked).toHaveLength(1)
})

test.each([
  [{ 'retry-after': '120' }, 120],
  [{ 'retry-after': 'Sat, 01 Jan 2000 00:00:30 GMT' }, 30],
  [{}, 60],
])('over quota (%j) the key rests for %i s, whoever asks, and what is kept still answers', async (headers, seconds) => {
  let over = false
  const { url, asked } = await virusTotal((hash) => (over ? failing(429, 'QuotaExceededError', headers) : report(hash)))
  const settings = { VIRUSTOTAL_URL: url, VIRUSTOTAL_API_KEY: newKey() }
  const { enrichment } = asIn(await newTenant(), 'user', settings)
  const neighbour = asIn(await newTenant(), 'user', settings).enrichment
  let time = Date.parse('2000-01-01T00:00:00Z')
  setClock(() => new Date(time))
  const hash = newHash()
  await enrichment.lookup({ hash })
  over = true
  const limited = (left: number) => ({ code: 'TOO_MANY_REQUESTS', cause: { retryAfterSeconds: left } })
  await expect(enrichment.lookup({ hash: newHash() })).rejects.toMatchObject(limited(seconds))
  time += (seconds - 1) * 1000
  await expect(neighbour.lookup({ hash: newHash() })).rejects.toMatchObject(limited(1))
  expect(await enrichment.lookup({ hash })).toMatchObject({ malicious: 57, cached: true })
  expect(asked).toHaveLength(2)
  time += 1000
  over = false
  expect(await enrichment.lookup({ hash: newHash() })).toMatchObject({ malicious: 57, cached: false })
})

test.each([401, 403])('a key that VirusTotal refuses with %i is said to be refused', async (status) => {
  const { url } = await virusTotal(() => failing(status, 'WrongCredentialsError'))
  const { enrichment } = asIn(await newTenant(), 'user', { VIRUSTOTAL_URL: url, VIRUSTOTAL_API_KEY: newKey() })
  await expect(enrichment.lookup({ hash: newHash() })).rejects.toMatchObject({
    code: 'CONFLICT',
    message: 'VirusTotal refuses the key. VIRUSTOTAL_API_KEY must be replaced.',
  })
})

const UNSOUND: [string, (hash: string) => Answer][] = [
  ['an error', () => failing(500, 'TransientError')],
  ["a proxy's 404", () => ({ status: 404, body: '<h1>Not found</h1>' })],
  ['a redirect', () => ({ status: 302, headers: { location: 'http://127.0.0.1:1/' } })],
  ['no JSON', () => ({ status: 200, body: 'hello' })],
  ['a report without counts', (hash) => report(hash, { last_analysis_stats: undefined })],
  ['counts that are none', (hash) => report(hash, { last_analysis_stats: { malicious: -1 } })],
  ['a report about another file', () => report(newHash())],
  ['more than 1 MB', (hash) => report(hash, { padding: 'x'.repeat(1024 * 1024) })],
]

test.each(UNSOUND)('%s is no verdict: 502, and nothing is kept', async (_what, answer) => {
  const { url } = await virusTotal(answer)
  const { enrichment } = asIn(await newTenant(), 'user', { VIRUSTOTAL_URL: url, VIRUSTOTAL_API_KEY: newKey() })
  await expect(enrichment.lookup({ hash: newHash() })).rejects.toMatchObject({ code: 'BAD_GATEWAY' })
  expect(await enrichment.status()).toMatchObject({ cached: 0 })
})

test('in production an address on this machine is not asked', async () => {
  const { url, asked } = await virusTotal((hash) => report(hash))
  const settings = { VIRUSTOTAL_URL: url, VIRUSTOTAL_API_KEY: newKey(), NODE_ENV: 'production' as const }
  const { enrichment } = asIn(await newTenant(), 'user', settings)
  await expect(enrichment.lookup({ hash: newHash() })).rejects.toMatchObject({ code: 'BAD_GATEWAY' })
  expect(asked).toHaveLength(0)
})
