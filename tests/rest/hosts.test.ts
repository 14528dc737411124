import { expect, test } from 'vitest'
import { newTenant } from '../support/world.ts'
import { ask, tokenOf } from './client.ts'

const tenant = await newTenant()
const token = await tokenOf(tenant, 'user')
type Host = { id: number; hostname: string; ip_address: string | null; os: string | null }
const add = (json: object) => ask<Host & Record<string, unknown>>('POST /hosts', { token, json })
const names = async (query: string) =>
  (await ask<Host[]>(`GET /hosts?${query}`, { token })).body.map(({ hostname }) => hostname)

test('a host has the fields of the contract, and null where nothing is known', async () => {
  const { status, body } = await add({
    hostname: 'Alpha',
    ip_address: null,
    os: null,
    host_metadata: null,
    role: 'admin',
  })
  expect(status).toBe(201)
  expect(body).toEqual({
    id: expect.any(Number),
    hostname: 'Alpha',
    ip_address: null,
    os: null,
    tenant_id: tenant.id,
    host_metadata: expect.toSatisfy((value) => value === null || typeof value === 'object'),
    created_at: expect.stringMatching(/Z$/),
    last_seen: expect.stringMatching(/Z$/),
  })
  expect((await ask(`GET /hosts/${body.id}`, { token })).body).toEqual(body)
})

test('a hostname that exists is filled in, not doubled', async () => {
  const first = await add({ hostname: 'Bravo', os: 'Windows 11' })
  const second = await add({ hostname: 'BRAVO', ip_address: '10.0.0.7', host_metadata: { site: 'Bern' } })
  expect(second.status).toBe(201)
  expect(second.body).toMatchObject({
    id: first.body.id,
    os: 'Windows 11',
    ip_address: '10.0.0.7',
    host_metadata: { site: 'Bern' },
  })
})

test('filters match parts, order is stable, paging is by position', async () => {
  await add({ hostname: 'Charlie_1', os: 'Linux', ip_address: '192.168.7.5' })
  await add({ hostname: 'Delta%', os: 'Windows Server', ip_address: '2001:db8::1' })
  expect(await names('')).toEqual(['Alpha', 'Bravo', 'Charlie_1', 'Delta%'])
  expect(await names('skip=1&limit=2')).toEqual(['Bravo', 'Charlie_1'])
  expect(await names('sort_by=hostname&sort_desc=true')).toEqual(['Delta%', 'Charlie_1', 'Bravo', 'Alpha'])
  expect(await names('os=windows')).toEqual(['Bravo', 'Delta%'])
  expect(await names('ip_address=192.168')).toEqual(['Charlie_1'])
  expect(await names('hostname=ALPH')).toEqual(['Alpha'])
  expect(await names('hostname=%25')).toEqual(['Delta%'])
  expect(await names('hostname=_')).toEqual(['Charlie_1'])
  expect(await names('hostname=&os=&unknown=1')).toHaveLength(4)
})

test.each([{ hostname: '' }, { hostname: '  ' }, { hostname: 'a\u0000b' }, { hostname: 'a', ip_address: '300.1.1.1' }])(
  '%j is 422',
  async (json) => {
    expect((await add(json)).status).toBe(422)
  },
)

test('an unknown host is not found', async () => {
  const { status, body } = await ask('GET /hosts/999999999', { token })
  expect([status, body]).toEqual([404, { detail: 'Host not found' }])
})
