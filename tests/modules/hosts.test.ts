import { expect, test } from 'vitest'
import { upsertHosts } from '#server/modules/hosts/service.ts'
import { inTenant } from '#server/platform/tenant.ts'
import { jsonLines, newTenant, pool } from '../support/world.ts'

const row = (client: string, hostname: string, n = 1) => ({
  Artifact: 'Test.Hosts',
  ClientId: client,
  Hostname: hostname,
  n,
})

test('a host is one host across a rename, and a client id adopts the host that only a name knew', async () => {
  const tenant = await newTenant()
  await tenant.as('user').hosts.create({ hostname: 'ws-7', os: 'windows' })
  await tenant.deliver(jsonLines([row('C.1', 'WS-7')]))
  await tenant.deliver(jsonLines([row('C.1', 'WS-7-NEW')]))
  const { rows } = await tenant.as('viewer').hosts.list({})
  expect(rows).toMatchObject([{ hostname: 'WS-7-NEW', client_id: 'C.1', os: 'windows' }])
})

test('200 parallel first sightings of a client make one host, and another tenant has its own', async () => {
  const [a, b] = [await newTenant(), await newTenant()]
  const seen = [{ key: 'C.race', client_id: 'C.race', hostname: 'WS-RACE', first_seen: null, last_seen: null }]
  const upsert = (tenantId: number) =>
    inTenant(pool, { tenantId, accountId: null, requestId: 'race' }, 'read write', (db) => upsertHosts(db, seen))
  const ids = new Set<number>()
  for (let wave = 0; wave < 50; wave += 1) {
    for (const [found] of await Promise.all(Array.from({ length: 4 }, () => upsert(a.id)))) ids.add(found!.host_id)
  }
  await upsert(b.id)
  expect(ids.size).toBe(1)
  expect((await a.as('viewer').hosts.list({})).total).toBe(1)
  expect((await b.as('viewer').hosts.list({})).total).toBe(1)
})

test('pages of hosts meet no host twice and miss none, both ways', async () => {
  const tenant = await newTenant()
  await tenant.deliver(
    jsonLines(Array.from({ length: 95 }, (_, n) => row(`C.${n}`, `WS-${String(n).padStart(3, '0')}`))),
  )
  for (const sort of ['hostname', 'last_seen_at', 'created_at'] as const) {
    const names: string[] = []
    let back: string | null = null
    for (let cursor: string | undefined; ; ) {
      const page = await tenant.as('viewer').hosts.list({ sort, dir: 'asc', limit: 10, cursor })
      names.push(...page.rows.map(({ hostname }) => hostname))
      expect(page.total).toBe(95)
      back = page.prev
      if (!page.next) break
      cursor = page.next
    }
    expect(new Set(names).size).toBe(95)
    const before = await tenant.as('viewer').hosts.list({ sort, dir: 'asc', limit: 10, cursor: back! })
    expect(before.rows.map(({ hostname }) => hostname)).toEqual(names.slice(80, 90))
  }
})

test('a cursor that is not ours is refused with words, not with an error', async () => {
  const tenant = await newTenant()
  for (const cursor of ['x', 'W10', Buffer.from('["after","not a time",1]').toString('base64url')]) {
    await expect(tenant.as('viewer').hosts.list({ cursor })).rejects.toMatchObject({ code: 'UNPROCESSABLE_CONTENT' })
  }
})

test('a search for a sign of the pattern language finds that sign only', async () => {
  const tenant = await newTenant()
  for (const hostname of ['a%b', 'a_b', 'a\\b', 'axb']) await tenant.as('user').hosts.create({ hostname })
  for (const q of ['%', '_', '\\']) expect((await tenant.as('viewer').hosts.list({ q })).total).toBe(1)
})

test('hosts of a tenant do not exist for another', async () => {
  const [a, b] = [await newTenant(), await newTenant()]
  const host = await a.as('user').hosts.create({ hostname: 'secret' })
  await expect(b.as('admin').hosts.get({ id: host.id })).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: 'No such host.',
  })
  expect((await b.as('admin').hosts.list({})).rows).toEqual([])
})
