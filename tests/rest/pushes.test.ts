import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { newTenant } from '../support/world.ts'
import { ask, sourceToken, tokenOf } from './client.ts'

const tenant = await newTenant()
const token = await tokenOf(tenant, 'user')
const push = (body: string, as = token) =>
  ask('POST /ingestion/ingest', { token: as, body, headers: { 'content-type': 'application/json' } })
const rawRows = async (artifact: string) => {
  const found = await tenant.as('user').telemetry.rows({ artifact, limit: 200 })
  return found.rows.sort((a, b) => a.line - b.line).map(({ raw }) => raw)
}

describe("one host's data", () => {
  test('results become rows of the artifact, at the host of that name', async () => {
    const { status, body } = await push(
      JSON.stringify({ hostname: 'PUSH-1', data: { artifact: 'Push.One', results: [{ a: 1 }, { a: 2 }] } }),
    )
    expect([status, body]).toEqual([200, { message: 'Data ingested successfully', host_id: expect.any(Number) }])
    const { rows } = await tenant.as('user').telemetry.rows({ hostId: Number(body.host_id) })
    expect(rows.map(({ artifact, hostname }) => [artifact, hostname])).toEqual([
      ['Push.One', 'PUSH-1'],
      ['Push.One', 'PUSH-1'],
    ])
    const again = await push(
      JSON.stringify({ hostname: 'push-1', data: { artifact: 'Push.Two', results: [{ b: 1 }] } }),
    )
    expect(again.body.host_id).toBe(body.host_id)
    // Earlier artifacts stay.
    expect(await rawRows('Push.One')).toEqual(['{"a":1}', '{"a":2}'])
  })

  test('other data describes the host', async () => {
    const { body } = await push('{"hostname":"PUSH-2","data":{"os":"Windows","bad":"nul \\u0000 and \\ud800"}}')
    const host = await ask(`GET /hosts/${body.host_id}`, { token })
    expect(host.body.host_metadata).toEqual({ os: 'Windows', bad: 'nul \ufffd and \ufffd' })
  })

  test('every digit of 64-bit integers and long decimals comes back', async () => {
    const numbers = Array.from({ length: 150 }, (_, n) =>
      n % 2 === 0 ? String(randomBytes(8).readBigInt64LE()) : `0.${BigInt(`0x${randomBytes(14).toString('hex')}`)}`,
    )
    const results = numbers.map((number) => `{"value":${number}}`)
    const { status } = await push(
      `{"hostname":"PUSH-3","data":{"artifact":"Push.Digits","results":[${results.join(',')}]}}`,
    )
    expect(status).toBe(200)
    expect(await rawRows('Push.Digits')).toEqual(results)
  })

  test('keys that reach for the prototype stay what they are: keys of a row', async () => {
    const row = '{"__proto__":{"polluted":true},"constructor":{"prototype":1},"a":1}'
    expect((await push(`{"hostname":"PUSH-4","data":{"artifact":"Push.Proto","results":[${row}]}}`)).status).toBe(200)
    expect(await rawRows('Push.Proto')).toEqual([row])
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
  })

  test('the last of two equal keys wins', async () => {
    const row = '{"a":1,"a":2}'
    expect((await push(`{"hostname":"PUSH-5","data":{"artifact":"Push.Twice","results":[${row}]}}`)).status).toBe(200)
    expect(await rawRows('Push.Twice')).toEqual(['{"a":2}'])
  })

  test('a row that breaks a limit is rejected alone; when all do, the answer says so', async () => {
    const deep = `${'{"a":'.repeat(40)}1${'}'.repeat(40)}`
    const some = await push(`{"hostname":"PUSH-6","data":{"artifact":"Push.Deep","results":[${deep},{"fine":1}]}}`)
    expect(some.status).toBe(200)
    expect(await rawRows('Push.Deep')).toEqual(['{"fine":1}'])
    const all = await push(`{"hostname":"PUSH-6","data":{"artifact":"Push.Deeper","results":[${deep}]}}`)
    expect([all.status, all.body.detail]).toEqual([422, expect.stringMatching(/None of the 1 line/)])
  })

  test("a source's token may push, a viewer may not", async () => {
    const source = await sourceToken(tenant)
    const body = '{"hostname":"PUSH-7","data":{"artifact":"Push.Source","results":[{"a":1}]}}'
    expect((await push(body, source.token)).status).toBe(200)
    expect((await push(body, await tokenOf(tenant, 'viewer'))).status).toBe(403)
  })

  test.each([
    ['{"data":{}}', ['body', 'hostname']],
    ['{"hostname":"","data":{}}', ['body', 'hostname']],
    ['{"hostname":"a"}', ['body', 'data']],
    ['{"hostname":"a","data":[]}', ['body', 'data']],
    ['{"hostname":12345678901234567890,"data":{}}', ['body', 'hostname']],
  ])('%s is 422', async (body, loc) => {
    const answer = await push(body)
    expect([answer.status, answer.body.detail]).toMatchObject([422, [{ loc }]])
  })
})
