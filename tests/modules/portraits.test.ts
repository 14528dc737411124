import { expect, test } from 'vitest'
import { base, jsonLines, newTenant, type Tenant } from '../support/world.ts'

const PSLIST = 'Windows.System.Pslist'
const SERVICES = 'Windows.System.Services'
type Seen = { type: string; value: string; shape: string; host_id: number }

const hostId = async (tenant: Tenant, name: string) =>
  (await tenant.as('viewer').hosts.list({ q: name })).rows.find(({ hostname }) => hostname === name)!.id

/** The rarest of a host, counted by hand from every sighting there is. */
async function byHand(tenant: Tenant, host: number, survivors: Map<number, number>, type?: string) {
  const seen = await base.telemetry
    .forTenant(tenant.id)
    .select<Seen>(`select type, value, shape, host_id from sightings final where tenant_id = {tenant:UInt64}`)
  const sightings = seen.map((one) => ({ ...one, host: survivors.get(one.host_id) ?? one.host_id }))
  const hostsBy = (key: (one: Seen) => string) => {
    const found = new Map<string, Set<number>>()
    for (const one of sightings) found.set(key(one), (found.get(key(one)) ?? new Set()).add(one.host))
    return found
  }
  const byValue = hostsBy(({ type: of, value }) => `${of} ${value}`)
  const byShape = hostsBy(({ type: of, shape }) => `${of} ${shape}`)
  const own = new Map(
    sightings
      .filter((one) => one.host === host && (type === undefined || one.type === type))
      .map((one) => [`${one.type} ${one.value}`, one]),
  )
  const text = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
  const ranked = [...own]
    .map(([key, { type: of, value, shape }]) => {
      const hosts = byValue.get(key)!.size
      return { type: of, value, hosts, shape_hosts: shape === '' ? hosts : byShape.get(`${of} ${shape}`)!.size }
    })
    .sort(
      (a, b) => a.shape_hosts - b.shape_hosts || a.hosts - b.hosts || text(a.type, b.type) || text(a.value, b.value),
    )
  const taken = new Map<string, number>()
  return ranked
    .filter(({ type: of }) => {
      taken.set(of, (taken.get(of) ?? 0) + 1)
      return type !== undefined || taken.get(of)! <= 6
    })
    .slice(0, 25)
}

const asTold = (values: { type: string; value: string; hosts: number; shape_hosts: number }[] | null) =>
  values?.map(({ type, value, hosts, shape_hosts }) => ({ type, value, hosts, shape_hosts }))

test('the rarest things on a host are those an own count of all sightings names, merged hosts counting as one', async () => {
  const tenant = await newTenant()
  for (const [n, host] of ['one', 'two', 'three', 'four'].entries()) {
    const rows = Array.from({ length: 12 }, (_, at) => ({
      Name: at % (n + 2) === 0 ? `tool${at}.exe` : 'svchost.exe',
      Exe: `C:\\Users\\${host}\\AppData\\${at % (n + 1)}\\tool.exe`,
      Username: `CORP\\${host}`,
      CommandLine: `tool.exe -n ${at}`,
    }))
    await tenant.deliver(jsonLines(rows), { artifact: PSLIST, hostname: host })
  }
  const [one, two, four] = [await hostId(tenant, 'one'), await hostId(tenant, 'two'), await hostId(tenant, 'four')]
  const viewer = tenant.as('viewer')
  const before = await viewer.portraits.rarest({ hostId: four })
  expect(before.totalHosts).toBe(4)
  expect(asTold(before.values)).toEqual(await byHand(tenant, four, new Map()))
  expect(before.values!.length).toBeGreaterThan(10)
  const paths = await viewer.portraits.rarest({ hostId: four, type: 'path' })
  expect(asTold(paths.values)).toEqual(await byHand(tenant, four, new Map(), 'path'))

  await tenant.as('lead').merges.merge({ id: one, otherId: two, reason: 'one machine' })
  const kept = (await viewer.hosts.record({ id: one })).host.id
  const survivors = new Map([[kept === one ? two : one, kept]])
  for (const id of [kept, four]) {
    const found = await viewer.portraits.rarest({ hostId: id })
    expect(found.totalHosts).toBe(3)
    expect(asTold(found.values)).toEqual(await byHand(tenant, id, survivors))
  }
  await expect((await newTenant()).as('viewer').portraits.rarest({ hostId: four })).rejects.toMatchObject({
    code: 'NOT_FOUND',
  })
})

test('what changed is told between the last two deliveries of each inventory, of this host alone', async () => {
  const tenant = await newTenant()
  const service = (Name: string, more: object = {}) => ({
    Name,
    State: 'Running',
    PathName: `C:\\${Name}.exe`,
    ...more,
  })
  const send = (names: object[], hostname: string, artifact = SERVICES) =>
    tenant.deliver(jsonLines(names), { artifact, hostname, flow_id: `F.${Math.random()}` })
  await send([service('old'), service('first')], 'ws-01')
  await send([service('a'), service('b'), service('c')], 'ws-01')
  await send([service('b'), service('c', { State: 'Stopped' }), service('d')], 'ws-01')
  await send([service('elsewhere')], 'ws-02')
  await send([{ Name: 'x.exe' }], 'ws-01', PSLIST)
  await send([{ Name: 'y.exe' }], 'ws-01', PSLIST)
  const { changes: found, host } = await tenant
    .as('viewer')
    .portraits.changes({ hostId: await hostId(tenant, 'ws-01') })
  expect(host.hostname).toBe('ws-01')
  expect(found).toMatchObject([{ artifact: SERVICES, added: 2, gone: 2, kept: 1 }])
  expect(found![0]!.newest.id).toBeGreaterThan(found![0]!.previous.id)
  const other = await tenant.as('viewer').portraits.changes({ hostId: await hostId(tenant, 'ws-02') })
  expect(other.changes).toEqual([])
})

test('activity counts every labelled time of a host per hour, over four weeks to its newest, by its clock', async () => {
  const tenant = await newTenant()
  const at = (day: number, hour: number) => new Date(Date.UTC(2026, 0, day, hour, 30)).toISOString()
  const rows = [at(5, 12), at(5, 12), at(6, 3), at(30, 23), '2025-06-01T00:00:00Z'].map((CreateTime) => ({
    CreateTime,
  }))
  await tenant.deliver(jsonLines(rows), { artifact: PSLIST, hostname: 'ws-01' })
  const id = await hostId(tenant, 'ws-01')
  const hours = async () => {
    const { activity: found } = await tenant.as('viewer').portraits.activity({ hostId: id })
    return [
      found!.from?.toISOString().slice(0, 10),
      ...found!.hours.map(({ at: when, n }) => `${when.toISOString().slice(5, 13)} ${n}`),
    ]
  }
  expect(await hours()).toEqual(['2026-01-03', '01-05T12 2', '01-06T03 1', '01-30T23 1'])
  await tenant.as('user').timeline.setClock({ hostId: id, seconds: 1800, reason: 'slow', version: 0 })
  expect(await hours()).toEqual(['2026-01-04', '01-05T13 2', '01-06T04 1', '01-31T00 1'])
})
