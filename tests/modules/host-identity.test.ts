import { expect, test } from 'vitest'
import { type HostSighting, upsertHosts } from '#server/modules/hosts/service.ts'
import { inTenant } from '#server/platform/tenant.ts'
import { jsonLines, newTenant, pool, type Tenant } from '../support/world.ts'

const upsert = async ({ id }: Pick<Tenant, 'id'>, ...sightings: Partial<HostSighting>[]) => {
  const who = { tenantId: id, accountId: null, requestId: 'identity' }
  const whole = sightings.map((sighting, n) => ({ key: `${n}`, client_id: '', hostname: '', ...sighting }))
  const found = await inTenant(pool, who, 'read write', (db) => upsertHosts(db, whole))
  return found.sort((a, b) => Number(a.key) - Number(b.key)).map(({ host_id }) => host_id)
}
const total = async (tenant: Tenant) => (await tenant.as('viewer').hosts.list({})).total

test('offline collections are one host by their machine id, whatever they are named', async () => {
  const tenant = await newTenant()
  const [first] = await upsert(tenant, { machine_id: 'M-1', hostname: 'lab-1' })
  const [renamed, other] = await upsert(
    tenant,
    { machine_id: 'M-1', hostname: 'lab-1-renamed' },
    { machine_id: 'M-2', hostname: 'lab-1' },
  )
  expect(renamed).toBe(first)
  expect(other).not.toBe(first)
  expect(await total(tenant)).toBe(2)
})

test('a machine id takes the host that its name alone has, and leaves a name that two hosts bear', async () => {
  const tenant = await newTenant()
  const [named] = await upsert(tenant, { hostname: 'lab-7' })
  const [found] = await upsert(tenant, { machine_id: 'M-7', hostname: 'LAB-7' })
  expect(found).toBe(named)
  const [one, two] = await upsert(
    tenant,
    { client_id: 'C.a', hostname: 'twin' },
    { client_id: 'C.b', hostname: 'twin' },
  )
  const [third] = await upsert(tenant, { machine_id: 'M-8', hostname: 'twin' })
  expect(new Set([one, two, third]).size).toBe(3)
})

test('a client whose machine was collected offline is the same host by its name', async () => {
  const tenant = await newTenant()
  const [offline] = await upsert(tenant, { machine_id: 'M-9', hostname: 'ws-9' })
  const [enrolled] = await upsert(tenant, { client_id: 'C.9', hostname: 'ws-9' })
  const [again] = await upsert(tenant, { machine_id: 'M-9', hostname: 'another name' })
  expect([enrolled, again]).toEqual([offline, offline])
})

test('200 parallel first sightings of a machine and of a name make one host each', async () => {
  const tenant = await newTenant()
  const ids = new Set<number>()
  for (let wave = 0; wave < 25; wave += 1) {
    const found = await Promise.all(
      Array.from({ length: 8 }, (_, n) =>
        upsert(tenant, n % 2 ? { machine_id: 'M-race', hostname: 'a' } : { hostname: 'b' }),
      ),
    )
    for (const [id] of found) ids.add(id!)
  }
  expect(ids.size).toBe(2)
  expect(await total(tenant)).toBe(2)
})

test('a client id names its org, and the list is narrowed by it', async () => {
  const tenant = await newTenant()
  await upsert(
    tenant,
    { client_id: 'C.00aa', hostname: 'r' },
    { client_id: 'C.00ab-OA1B2', hostname: 's' },
    { hostname: 't' },
  )
  const listed = async (org: string) =>
    (await tenant.as('viewer').hosts.list({ org })).rows.map(({ hostname }) => hostname)
  expect(await listed('OA1B2')).toEqual(['s'])
  expect(await listed('root')).toEqual(['r'])
  expect((await tenant.as('viewer').hosts.list({})).orgs).toEqual(['OA1B2'])
})

test('two tenants with the same client id have a host each', async () => {
  const [a, b] = [await newTenant(), await newTenant()]
  const rows = [{ Artifact: 'Test', ClientId: 'C.same', Hostname: 'ws', EventTime: '2026-01-01T00:00:00Z' }]
  for (const tenant of [a, b]) await tenant.deliver(jsonLines(rows))
  const ids = await Promise.all(
    [a, b].map(async (tenant) => (await tenant.as('viewer').hosts.list({})).rows.map(({ id }) => id)),
  )
  expect(ids.map(({ length }) => length)).toEqual([1, 1])
  expect(ids[0]).not.toEqual(ids[1])
})

test('labels come with reports and by hand, and a report does not bring back what a person took away', async () => {
  const tenant = await newTenant()
  const [id] = await upsert(tenant, { client_id: 'C.l', hostname: 'labelled' })
  const { noteHostFacts } = await import('#server/modules/hosts/service.ts')
  const report = (at: string, ...labels: string[]) =>
    inTenant(pool, { tenantId: tenant.id, accountId: null, requestId: 'labels' }, 'read write', (db) =>
      noteHostFacts(
        db,
        labels.map((value) => ({ host_id: id!, fact: 'label', value, seen_at: new Date(at), batch_id: null })),
      ),
    )
  const labels = async () => (await tenant.as('viewer').hosts.record({ id: id! })).labels.map(({ label }) => label)
  await report('2026-01-05', 'server', 'dmz')
  await tenant.as('user').hosts.label({ id: id!, label: 'crown jewel' })
  expect(await labels()).toEqual(['crown jewel', 'dmz', 'server'])
  await report('2026-01-04', 'old news')
  await report('2026-01-06', 'server')
  expect(await labels()).toEqual(['crown jewel', 'server'])
  await tenant.as('user').hosts.unlabel({ id: id!, label: 'server' })
  await report('2026-01-07', 'server')
  expect(await labels()).toEqual(['crown jewel'])
  await tenant.as('user').hosts.label({ id: id!, label: 'server' })
  expect((await tenant.as('viewer').hosts.list({ label: 'server' })).total).toBe(1)
  expect((await tenant.as('viewer').hosts.list({ label: 'dmz' })).total).toBe(0)
  await expect(tenant.as('user').hosts.label({ id: id!, label: 'server' })).rejects.toMatchObject({ code: 'CONFLICT' })
  await expect(tenant.as('viewer').hosts.label({ id: id!, label: 'x' })).rejects.toMatchObject({ code: 'FORBIDDEN' })
})
