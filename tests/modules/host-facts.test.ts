import { expect, test } from 'vitest'
import { type HostFact, noteHostFacts, upsertHosts } from '#server/modules/hosts/service.ts'
import { inTenant, type TenantDb } from '#server/platform/tenant.ts'
import { jsonLines, newTenant, pool, type Tenant } from '../support/world.ts'

const within = <T>({ id }: Pick<Tenant, 'id'>, work: (db: TenantDb) => Promise<T>) =>
  inTenant(pool, { tenantId: id, accountId: null, requestId: 'facts' }, 'read write', work)

const day = (n: number) => new Date(`2026-03-${String(n).padStart(2, '0')}T12:00:00Z`)
const said = (host_id: number, fact: HostFact['fact'], value: string, at: number, batch_id: number | null = null) => ({
  host_id,
  fact,
  value,
  seen_at: day(at),
  batch_id,
})

const note = (tenant: Tenant, facts: HostFact[]) => within(tenant, (db) => noteHostFacts(db, facts))

async function historyOf(tenant: Tenant, id: number, fact: string) {
  const { history } = await tenant.as('viewer').hosts.record({ id })
  return history
    .filter((entry) => entry.fact === fact)
    .sort((a, b) => a.first_seen_at.getTime() - b.first_seen_at.getTime())
    .map(({ value, first_seen_at, last_seen_at }) => [value, first_seen_at.getUTCDate(), last_seen_at.getUTCDate()])
}

const newHost = async (tenant: Tenant) => {
  const [found] = await within(tenant, (db) => upsertHosts(db, [{ key: 'k', client_id: 'C.1', hostname: 'ws-1' }]))
  return found!.host_id
}

test('the history of a fact is the same in whatever order it is told', async () => {
  const told = [
    ['alpha', 1],
    ['alpha', 3],
    ['beta', 5],
    ['beta', 9],
    ['alpha', 11],
    ['gamma', 7],
  ] as const
  const orders = [told, [...told].reverse(), [told[5], told[0], told[4], told[2], told[1], told[3]]]
  for (const order of orders) {
    const tenant = await newTenant()
    const id = await newHost(tenant)
    for (const [value, at] of order) await note(tenant, [said(id, 'os_release', value!, at!)])
    expect(await historyOf(tenant, id, 'os_release')).toEqual([
      ['alpha', 1, 3],
      ['beta', 5, 5],
      ['gamma', 7, 7],
      ['beta', 9, 9],
      ['alpha', 11, 11],
    ])
    expect((await tenant.as('viewer').hosts.get({ id })).os_release).toBe('alpha')
  }
})

test('a late delivery takes its place in the history and leaves what is newer alone', async () => {
  const tenant = await newTenant()
  const id = await newHost(tenant)
  await note(tenant, [said(id, 'os', 'windows', 20, 7)])
  await note(tenant, [said(id, 'os', 'linux', 10, 8)])
  expect((await tenant.as('viewer').hosts.get({ id })).os).toBe('windows')
  await note(tenant, [said(id, 'os', 'windows', 22, 9), said(id, 'os', 'linux', 8, 9)])
  expect(await historyOf(tenant, id, 'os')).toEqual([
    ['linux', 8, 10],
    ['windows', 20, 22],
  ])
  const { history } = await tenant.as('viewer').hosts.record({ id })
  expect(history.filter(({ fact }) => fact === 'os').map(({ batch_id }) => batch_id)).toEqual([7, 9])
})

test('what was said twice is one entry, and a value told for a moment that has one changes nothing', async () => {
  const tenant = await newTenant()
  const id = await newHost(tenant)
  for (let again = 0; again < 3; again += 1) await note(tenant, [said(id, 'os', 'windows', 4)])
  await note(tenant, [said(id, 'os', 'linux', 4)])
  expect(await historyOf(tenant, id, 'os')).toEqual([['windows', 4, 4]])
})

test('addresses and network cards stand side by side; the newest address that others reach is the host’s', async () => {
  const tenant = await newTenant()
  const id = await newHost(tenant)
  await note(tenant, [said(id, 'address', '10.0.0.7', 2), said(id, 'mac', '02:00:00:00:00:01', 2)])
  await note(tenant, [
    said(id, 'address', 'fe80::1', 4),
    said(id, 'address', '10.0.0.9', 4),
    said(id, 'address', 'not an address', 4),
    said(id, 'mac', '02:00:00:00:00:01', 4),
    said(id, 'mac', '02:00:00:00:00:02', 4),
  ])
  expect((await tenant.as('viewer').hosts.get({ id })).ip_address).toBe('10.0.0.9')
  expect(await historyOf(tenant, id, 'mac')).toEqual([
    ['02:00:00:00:00:01', 2, 4],
    ['02:00:00:00:00:02', 4, 4],
  ])
})

test('a clock ahead of ours, a text that cannot be stored and a host of another tenant do no harm', async () => {
  const [tenant, other] = [await newTenant(), await newTenant()]
  const [id, theirs] = [await newHost(tenant), await newHost(other)]
  const ahead = { ...said(id, 'os', 'from the future', 1), seen_at: new Date('2099-01-01') }
  await note(tenant, [ahead, said(id, 'os_release', `a\0b\ud800${'x'.repeat(900)}`, 1), said(theirs, 'os', 'mine', 1)])
  await note(tenant, [{ ...ahead, value: 'today', seen_at: null }])
  const host = await tenant.as('viewer').hosts.get({ id })
  expect(host.os).toBe('today')
  expect(host.os_release).toMatch(/^a\ufffdb\ufffdx+$/)
  expect(host.os_release).toHaveLength(500)
  expect((await other.as('viewer').hosts.get({ id: theirs })).os).toBeNull()
})

test('a rename is history: the old name is found, and rows that come late do not bring it back', async () => {
  const tenant = await newTenant()
  const row = (name: string, at: number) => ({
    Artifact: 'Test',
    ClientId: 'C.9',
    Fqdn: name,
    EventTime: day(at).toISOString(),
  })
  await tenant.deliver(jsonLines([row('ws-old.corp', 2)]))
  await tenant.deliver(jsonLines([row('ws-new.corp', 6)]))
  await tenant.deliver(jsonLines([row('ws-old.corp', 4)]))
  const { rows } = await tenant.as('viewer').hosts.list({ q: 'WS-OLD' })
  expect(rows).toMatchObject([{ hostname: 'ws-new.corp', client_id: 'C.9' }])
  expect(await historyOf(tenant, rows[0]!.id, 'hostname')).toEqual([
    ['ws-old.corp', 2, 4],
    ['ws-new.corp', 6, 6],
  ])
})

test('a domain behind the name and another case make no other name', async () => {
  const tenant = await newTenant()
  const row = (name: string, at: number) => ({
    Artifact: 'Test',
    ClientId: 'C.9',
    Hostname: name,
    EventTime: day(at).toISOString(),
  })
  for (const [name, at] of [
    ['WS-3', 1],
    ['ws-3', 2],
    ['ws-3.corp.example', 3],
    ['WS-3', 4],
  ] as const)
    await tenant.deliver(jsonLines([row(name, at)]))
  await tenant.deliver(
    jsonLines([{ Artifact: 'Test', Computer: 'WS-3.corp.example', EventTime: day(5).toISOString() }]),
  )
  const { rows, total } = await tenant.as('viewer').hosts.list({})
  expect(total).toBe(1)
  expect(rows).toMatchObject([{ hostname: 'WS-3' }])
  expect(await historyOf(tenant, rows[0]!.id, 'hostname')).toEqual([['WS-3', 1, 5]])
  expect((await tenant.as('viewer').hosts.get({ id: rows[0]!.id })).fqdn).toBe('ws-3.corp.example')
})

test('names with letters beyond ASCII find their host in any case', async () => {
  const tenant = await newTenant()
  await tenant.deliver(
    jsonLines([
      { Artifact: 'Test', Hostname: 'BÜRO-Ä' },
      { Artifact: 'Test', Hostname: 'büro-ä', n: 2 },
    ]),
  )
  expect((await tenant.as('viewer').hosts.list({})).total).toBe(1)
  expect((await tenant.as('viewer').telemetry.rows({})).total).toBe(2)
})

test('what rows and archives tell without a time is as old as the newest row beside it', async () => {
  const tenant = await newTenant()
  const told = (os: string, at: number) =>
    jsonLines([
      {
        Artifact: 'Generic.Client.Info/BasicInformation',
        ClientId: 'C.8',
        Hostname: 'ws-8',
        OS: os,
        Fqdn: 'ws-8.corp',
      },
      { Artifact: 'Test', ClientId: 'C.8', Hostname: 'ws-8', EventTime: day(at).toISOString() },
    ])
  await tenant.deliver(told('windows', 20))
  await tenant.deliver(told('linux', 10))
  const { rows } = await tenant.as('viewer').hosts.list({})
  expect(rows).toMatchObject([{ hostname: 'ws-8', os: 'windows' }])
  expect(await historyOf(tenant, rows[0]!.id, 'os')).toEqual([
    ['linux', 10, 10],
    ['windows', 20, 20],
  ])
})
