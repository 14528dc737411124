import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { ended, installation, jsonLines, newTenant, pool } from '../support/world.ts'
import { ask, cookieOf, deliver, digestOf, sourceToken, tokenOf } from './client.ts'

const tenant = await newTenant()
const token = await tokenOf(tenant, 'user')
const rows = (count: number, mark: string) => jsonLines(Array.from({ length: count }, (_, n) => ({ n, mark })))
const batch = { artifact: 'Test.Rows', state: 'done', format: 'jsonl' }

/** Files in the spool that no delivery of the ledger needs: what a refusal left behind. */
async function leftInSpool(): Promise<string[]> {
  const names = readdirSync(join(installation.dataDir, 'spool'))
  const known = await pool.selectFrom('batch').select('spool_name').execute()
  return names.filter((name) => !known.some((one) => one.spool_name === name))
}
const refused = { before: [] as string[] }
const nothingIsLeft = async () => {
  for (let tries = 0; tries < 40; tries += 1) {
    const left = (await leftInSpool()).filter((name) => !refused.before.includes(name))
    // Another test may be receiving at this moment; what stays is what counts.
    if (left.length === 0) return
    await sleep(100)
  }
  expect(await leftInSpool()).toEqual(refused.before)
}

describe('a small delivery is answered when it is stored', () => {
  test('201 with counts that add up', async () => {
    const bytes = `${rows(3, 'first')}not json\n`
    const { status, body, headers } = await deliver(token, bytes)
    expect(status).toBe(201)
    expect(Object.keys(body).sort()).toEqual(
      ['id', 'state', 'format', 'artifact', 'received', 'stored', 'duplicate', 'rejected', 'bytes', 'sha256', 'error',
       'same_content_as', 'created_at', 'done_at', 'proposed', 'locked_at', 'repairs'].sort(), // biome-ignore format: two lines of names
    )
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    expect(body).toMatchObject({ ...batch, received: 4, stored: 3, duplicate: 0, rejected: 1, error: null, sha256 })
    expect(body.bytes).toBe(bytes.length)
    expect(body.created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    expect(headers.get('location')).toBe(`/api/ingestion/batches/${body.id}`)
    const again = await ask(`GET ${headers.get('location')?.replace('/api', '')}`, { token })
    expect([again.status, again.body]).toEqual([200, body])
  })

  test('a delivery none of whose lines is a row is 422 with the reason and its id', async () => {
    const { status, body } = await deliver(token, '{broken\n{broken too\n')
    expect(status).toBe(422)
    expect(body.detail).toMatch(/None of the 2 lines could become a row/)
    const kept = await ask(`GET /ingestion/batches/${body.batch_id}`, { token })
    expect(kept.body).toMatchObject({ state: 'failed', error: body.detail })
  })

  test('gzip, declared or not, and CSV', async () => {
    const bytes = gzipSync(rows(5, 'packed'))
    const declared = await deliver(token, bytes, { headers: { 'content-encoding': 'gzip' } })
    expect([declared.status, declared.body.stored]).toEqual([201, 5])
    expect(declared.body.sha256).toBe(createHash('sha256').update(bytes).digest('hex'))
    const silent = await deliver(token, gzipSync(rows(6, 'silently packed')))
    expect([silent.status, silent.body.stored]).toEqual([201, 6])
    const csv = await deliver(token, 'Name,Pid\r\na,1\r\nb,2\r\n')
    expect([csv.status, csv.body.stored, csv.body.format]).toEqual([201, 2, 'csv'])
  })

  test('a large delivery is 202 at once, with where to ask', async () => {
    const line = { text: 'x'.repeat(1000) }
    const bytes = jsonLines(Array.from({ length: 1200 }, (_, n) => ({ ...line, n })))
    const { status, body, headers } = await deliver(token, bytes)
    expect([status, body.state]).toEqual([202, 'spooled'])
    const read = () => ask<{ state: string; stored: number }>(`GET ${headers.get('location')?.slice(4)}`, { token })
    const done = await ended(async () => (await read()).body)
    expect(done).toMatchObject({ state: 'done', stored: 1200 })
  })
})

describe('what is refused leaves nothing', () => {
  test('by what it is', async () => {
    refused.before = await leftInSpool()
    const cases: [RequestInit['body'], Record<string, string>, string, number, RegExp][] = [
      ['', {}, '', 422, /empty/],
      ['  \n\n', {}, '', 422, /white space/],
      ['PK\u0003\u0004 and more', {}, '', 422, /ZIP cannot be opened/],
      [gzipSync('{"a":1}').subarray(0, 12), {}, '', 422, /gzip/],
      ['{"a":1}', { 'content-encoding': 'br' }, '', 415, /Content-Encoding/],
      ['{"a":1}', { 'content-encoding': 'gzip' }, '', 415, /not gzip/],
      ['{"a":1}', {}, 'format=csv', 415, /jsonl/],
      ['{"a":1}', { 'content-digest': digestOf('other') }, '', 400, /does not match/],
      ['{"a":1}', { 'content-digest': 'sha-256=:short:' }, '', 400, /32 bytes/],
      ['{"a":1}', { 'idempotency-key': 'two words' }, '', 422, /visible/],
      ['{"a":1}', {}, `artifact=${'a'.repeat(256)}`, 422, /255/],
    ]
    for (const [body, headers, query, status, words] of cases) {
      const answer = await deliver(token, body, { headers, query })
      expect([answer.status, answer.text]).toEqual([status, expect.stringMatching(words)])
    }
    await nothingIsLeft()
  })

  test('a client that goes away in the middle', async () => {
    refused.before = await leftInSpool()
    const { hostname, port } = new URL(installation.url)
    const socket = connect(Number(port), hostname)
    socket.write(
      `POST /api/ingestion/batches HTTP/1.1\r\nHost: ${hostname}:${port}\r\nAuthorization: Bearer ${token}\r\nContent-Length: 10000000\r\n\r\n`,
    )
    socket.write(rows(1000, 'half'))
    await expect
      .poll(async () => (await leftInSpool()).filter((name) => !refused.before.includes(name)))
      .not.toEqual([])
    socket.destroy()
    await nothingIsLeft()
  })

  test('a form that breaks off', async () => {
    refused.before = await leftInSpool()
    const body = `--x\r\nContent-Disposition: form-data; name="file"; filename="a.jsonl"\r\n\r\n{"a":1}\n`
    const { status } = await deliver(token, body, { headers: { 'content-type': 'multipart/form-data; boundary=x' } })
    expect(status).toBe(400)
    await nothingIsLeft()
  })

  test('a digest that fits is accepted', async () => {
    const bytes = rows(2, 'digest')
    expect((await deliver(token, bytes, { headers: { 'content-digest': digestOf(bytes) } })).status).toBe(201)
  })
})

describe('sending again', () => {
  test('20 at once with one key are one delivery; later it is replayed', async () => {
    const bytes = rows(50, 'race')
    const headers = { 'idempotency-key': 'race-1' }
    const answers = await Promise.all(Array.from({ length: 20 }, () => deliver(token, bytes, { headers })))
    const made = answers.filter(({ status }) => status === 201)
    expect(made).toHaveLength(1)
    for (const other of answers.filter((one) => one !== made[0])) {
      expect([200, 409]).toContain(other.status)
      if (other.status === 409) expect(Number(other.headers.get('retry-after'))).toBeGreaterThan(0)
      else expect(other.body).toEqual(made[0]?.body)
    }
    const replay = await deliver(token, bytes, { headers })
    expect([replay.status, replay.body]).toEqual([200, made[0]?.body])
    expect(replay.headers.get('idempotent-replayed')).toBe('true')
    const listed = await ask<{ sha256: string }[]>('GET /ingestion/batches?limit=1000', { token })
    expect(listed.body.filter(({ sha256 }) => sha256 === made[0]?.body.sha256)).toHaveLength(1)
    refused.before = []
    await nothingIsLeft()
  })

  test('the same key with other bytes is 422; the same bytes with another key say so', async () => {
    const headers = { 'idempotency-key': 'reuse-1' }
    const first = await deliver(token, rows(2, 'reuse'), { headers })
    const other = await deliver(token, rows(3, 'reuse'), { headers })
    expect([other.status, other.text]).toEqual([422, expect.stringContaining('other bytes')])
    const again = await deliver(token, rows(2, 'reuse'), { headers: { 'idempotency-key': 'reuse-2' } })
    expect([again.status, again.body.same_content_as, again.body.duplicate]).toEqual([201, first.body.id, 2])
  })

  test('a key belongs to its tenant', async () => {
    const other = await newTenant()
    const headers = { 'idempotency-key': 'race-1' }
    const { status } = await deliver(await tokenOf(other, 'user'), rows(1, 'other tenant'), { headers })
    expect(status).toBe(201)
  })
})

describe('a form with a file', () => {
  const formOf = (content: string, fields: Record<string, string> = {}) => {
    const form = new FormData()
    for (const [name, value] of Object.entries(fields)) form.set(name, value)
    form.set('file', new Blob([content]), 'rows.jsonl')
    return form
  }

  test('its fields stand for the query', async () => {
    const fields = { artifact: 'Form.Artifact', hostname: 'FORM-1' }
    const { status, body } = await deliver(token, formOf(rows(4, 'form'), fields), { query: '' })
    expect([status, body.artifact, body.stored]).toEqual([201, 'Form.Artifact', 4])
    const { filename, hostname } = await tenant.as('user').ingestion.get({ id: Number(body.id) })
    expect([filename, hostname]).toEqual(['rows.jsonl', 'FORM-1'])
  })

  test('without a file, or with two, it is refused', async () => {
    refused.before = await leftInSpool()
    const none = new FormData()
    none.set('artifact', 'X')
    const missing = await deliver(token, none, { query: '' })
    expect([missing.status, missing.body.detail]).toMatchObject([422, [{ type: 'missing', loc: ['body', 'file'] }]])
    const two = formOf(rows(1, 'one of two'))
    two.append('file', new Blob([rows(1, 'two of two')]), 'second.jsonl')
    expect((await deliver(token, two)).status).toBe(400)
    await nothingIsLeft()
  })

  test('from a page it leads to the delivery, or back with the reason', async () => {
    const cookie = await cookieOf(tenant, 'user')
    const send = (content: string) =>
      ask('POST /ingestion/batches', { cookie, body: formOf(content, { from: 'page', artifact: 'A', hostname: 'H' }) })
    const good = await send(rows(2, 'page'))
    expect([good.status, good.headers.get('location')]).toEqual([303, expect.stringMatching(/^\/deliveries\/\d+$/)])
    const bad = await send('')
    expect([bad.status, bad.headers.get('location')]).toEqual([303, '/deliveries?error=The%20delivery%20is%20empty.'])
  })

  test('50 MB of it pass without filling the memory', async () => {
    if (process.platform !== 'linux') return
    const rss = () =>
      Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${installation.pids.web}/status`, 'utf8'))?.[1] ?? 0)
    const before = rss()
    const line = Buffer.from(`${JSON.stringify({ text: 'y'.repeat(9_980) })}\n`)
    const { status } = await deliver(token, formOf(Buffer.concat(Array.from({ length: 5_000 }, () => line)).toString()))
    expect(status).toBe(202)
    expect(rss() - before).toBeLessThan(40_000)
  })
})

describe('rejected lines', () => {
  test('as a list by position, and whole as a file', async () => {
    const { body } = await deliver(token, `{"a":1}\nfirst bad\n{"a":2}\n"second bad"\n[3]\n`)
    expect(body).toMatchObject({ stored: 2, rejected: 3 })
    const path = `GET /ingestion/batches/${body.id}/rejects`
    const all = await ask<{ line: number; code: string; raw: string; reason: string }[]>(path, { token })
    expect(all.body.map(({ line, code, raw }) => [line, code, raw])).toEqual([
      [2, 'NOT_JSON', 'first bad'],
      [4, 'NOT_AN_OBJECT', '"second bad"'],
      [5, 'NOT_AN_OBJECT', '[3]'],
    ])
    const lines = async (query: string) =>
      (await ask<{ line: number }[]>(`${path}?${query}`, { token })).body.map(({ line }) => line)
    expect(await lines('skip=1&limit=1')).toEqual([4])
    expect(await lines('after=4')).toEqual([5])

    const file = await ask(`${path}?download=1`, { cookie: await cookieOf(tenant, 'user') })
    expect(file.status).toBe(200)
    expect(file.headers.get('content-disposition')).toBe(`attachment; filename="delivery-${body.id}-rejected.jsonl"`)
    expect(file.headers.get('content-type')).toBe('application/x-ndjson; charset=utf-8')
    expect(
      file.text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).raw),
    ).toEqual(['first bad', '"second bad"', '[3]'])
  })
})

describe('whose deliveries', () => {
  test('a source sees its own only, and its use is noted', async () => {
    const source = await sourceToken(tenant, 'first')
    const second = await sourceToken(tenant, 'second')
    const own = await deliver(source.token, rows(1, 'of a source'))
    expect(own.status).toBe(201)
    const listed = await ask<{ id: number }[]>('GET /ingestion/batches', { token: source.token })
    expect(listed.body.map(({ id }) => id)).toEqual([own.body.id])
    for (const path of [`/ingestion/batches/${own.body.id}`, `/ingestion/batches/${own.body.id}/rejects`]) {
      const { status, body } = await ask(`GET ${path}`, { token: second.token })
      expect([status, body]).toEqual([404, { detail: 'Batch not found' }])
    }
    const noted = (await tenant.as('admin').sources.list()).find(({ id }) => id === source.id)
    expect(noted?.last_used_at).toBeInstanceOf(Date)
    await tenant.as('admin').sources.revoke({ id: source.id })
    expect((await deliver(source.token, rows(1, 'revoked'))).status).toBe(401)
  })

  test('the session cookie opens upload, polling and download, and no other route', async () => {
    const cookie = await cookieOf(tenant, 'user')
    const sent = await ask('POST /ingestion/batches?artifact=A&hostname=H', { cookie, body: rows(1, 'cookie') })
    expect(sent.status).toBe(201)
    expect((await ask(`GET /ingestion/batches/${sent.body.id}`, { cookie })).status).toBe(200)
    for (const path of ['/auth/me', '/hosts', '/users', '/tenants', '/ingestion/batches']) {
      expect((await ask(`GET ${path}`, { cookie })).status).toBe(401)
    }
    expect((await ask('POST /hosts', { cookie, json: { hostname: 'h' } })).status).toBe(401)
    // A token that is there counts, even a bad one: the cookie must not stand in for it.
    expect((await ask(`GET /ingestion/batches/${sent.body.id}`, { cookie, token: 'nonsense' })).status).toBe(401)
  })

  test('another site cannot upload with the cookie', async () => {
    const cookie = await cookieOf(tenant, 'user')
    const headers = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
    expect((await ask('POST /ingestion/batches', { cookie, headers, body: rows(1, 'evil') })).status).toBe(403)
  })
})
