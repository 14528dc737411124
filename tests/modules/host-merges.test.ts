import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { forgetFreshness } from '#server/modules/hosts/service.ts'
import { inTenant } from '#server/platform/tenant.ts'
import { jsonLines, newTenant, pool, type Tenant } from '../support/world.ts'

const row = (client: string, n: number, artifact = 'Test.Merge') => ({
  Artifact: artifact,
  ClientId: client,
  Hostname: `host-${client.slice(2)}`,
  EventTime: `2026-02-${String(n).padStart(2, '0')}T08:00:00Z`,
  n,
})

/** Hosts of clients C.a, C.b, …, each with rows of its own. */
async function hostsOf(tenant: Tenant, ...clients: string[]) {
  await tenant.deliver(jsonLines(clients.flatMap((client, at) => [row(client, at + 1), row(client, at + 10)])))
  const { rows } = await tenant.as('viewer').hosts.list({ sort: 'hostname', dir: 'asc' })
  return rows.map(({ id }) => id)
}

/** What the records say of hosts, but for when a record was last written. */
const snapshot = ({ id }: Tenant) =>
  inTenant(pool, { tenantId: id, accountId: null, requestId: 'snapshot' }, 'read only', async (db) => {
    const tables = ['host', 'host_fact', 'host_artifact', 'host_label', 'host_merge', 'tally'] as const
    const found = await Promise.all(
      tables.map((table) =>
        sql<{ row: object }>`select to_jsonb(t) - 'updated_at' as row from ${sql.table(table)} t
          where tenant_id = app.tenant_id() order by 1`.execute(db),
      ),
    )
    return found.map(({ rows }) => rows.map(({ row }) => row))
  })

const conflict = (message: RegExp) => ({ code: 'CONFLICT', message: expect.stringMatching(message) })

test('hosts that are merged are one in lists, counts and rows, and a split makes them as they were', async () => {
  const tenant = await newTenant()
  const [a, b, c] = (await hostsOf(tenant, 'C.a', 'C.b', 'C.c')) as [number, number, number]
  const user = tenant.as('user')
  await user.hosts.label({ id: b, label: 'spare' })
  const before = await snapshot(tenant)

  await user.merges.merge({ id: a, otherId: b, reason: 'reinstalled' })
  const list = await user.hosts.list({})
  expect([list.total, list.rows.map(({ id }) => id).sort()]).toEqual([2, [a, c].sort()])
  expect((await user.hosts.list({ q: 'host-b' })).rows.map(({ id }) => id)).toEqual([a])
  expect((await user.hosts.list({ label: 'spare' })).rows.map(({ id }) => id)).toEqual([a])
  expect((await user.hosts.page({})).map(({ id }) => id)).toEqual([a, c])
  expect((await user.hosts.get({ id: b })).id).toBe(a)

  const record = await user.hosts.record({ id: b })
  expect(record).toMatchObject({ host: { id: a }, merged: [{ id: b, into_id: a, reason: 'reinstalled' }] })
  expect(record.artifacts).toMatchObject([{ artifact: 'Test.Merge', rows: 4 }])
  expect(record.host.last_seen_at).toEqual(new Date('2026-02-11T08:00:00Z'))
  for (const hostId of [a, b]) {
    const found = await user.telemetry.rows({ hostId })
    expect(found.total).toBe(4)
    expect(new Set(found.rows.map(({ host_id, hostname }) => `${host_id} ${hostname}`))).toEqual(
      new Set([`${a} host-a`]),
    )
    expect((await user.telemetry.ofHost({ hostId })).rows).toHaveLength(4)
  }
  expect(await user.telemetry.artifacts({})).toMatchObject([{ hosts: 2, rows: 6 }])

  await user.merges.split({ id: b })
  expect(await snapshot(tenant)).toEqual(before)
  expect((await user.hosts.list({ q: 'host-b' })).rows.map(({ id }) => id)).toEqual([b])
  expect((await user.telemetry.rows({ hostId: b })).total).toBe(2)
})

test('an artifact is of so many hosts, those merged counted once, also where only one of a pair has it', async () => {
  const tenant = await newTenant()
  const [a, b] = (await hostsOf(tenant, 'C.a', 'C.b', 'C.c')) as [number, number]
  await tenant.deliver(
    jsonLines([row('C.b', 3, 'Test.Spare'), row('C.b', 4, 'Test.Spare'), row('C.c', 5, 'Test.Spare')]),
  )
  const user = tenant.as('user')
  const known = async () =>
    (await user.exploring.artifacts()).map(({ artifact, rows, hosts }) => [artifact, rows, hosts].join(' '))
  expect(await known()).toEqual(['Test.Merge 6 3', 'Test.Spare 3 2'])
  await user.merges.merge({ id: a, otherId: b, reason: 'reinstalled' })
  expect(await known()).toEqual(['Test.Merge 6 2', 'Test.Spare 3 2'])
  await user.merges.split({ id: b })
  expect(await known()).toEqual(['Test.Merge 6 3', 'Test.Spare 3 2'])
})

test('rows that arrive for a merged host are read with its group, and stay its own after a split', async () => {
  const tenant = await newTenant()
  const [a, b] = (await hostsOf(tenant, 'C.a', 'C.b')) as [number, number]
  const user = tenant.as('user')
  await user.merges.merge({ id: a, otherId: b, reason: 'same machine' })
  await tenant.deliver(jsonLines([row('C.b', 25, 'Test.Later')]))
  const record = await user.hosts.record({ id: a })
  expect(record.host.last_seen_at).toEqual(new Date('2026-02-25T08:00:00Z'))
  expect(record.artifacts.map(({ artifact, rows }) => [artifact, rows])).toEqual([
    ['Test.Later', 1],
    ['Test.Merge', 4],
  ])
  expect((await user.telemetry.ofHost({ hostId: a })).rows?.[0]).toMatchObject({ host_id: a, artifact: 'Test.Later' })
  await user.merges.split({ id: b })
  expect((await user.hosts.get({ id: a })).last_seen_at).toEqual(new Date('2026-02-10T08:00:00Z'))
  expect((await user.hosts.get({ id: b })).last_seen_at).toEqual(new Date('2026-02-25T08:00:00Z'))
})

test('a host that stands for others is merged and split with them', async () => {
  const tenant = await newTenant()
  const [a, b, c] = (await hostsOf(tenant, 'C.a', 'C.b', 'C.c')) as [number, number, number]
  const user = tenant.as('user')
  await user.merges.merge({ id: b, otherId: c, reason: 'first' })
  const between = await snapshot(tenant)
  await user.merges.merge({ id: a, otherId: b, reason: 'then' })
  expect((await user.telemetry.rows({ hostId: a })).total).toBe(6)
  expect((await user.hosts.get({ id: c })).id).toBe(a)
  expect((await user.hosts.list({ q: 'C.c' })).rows.map(({ id }) => id)).toEqual([a])
  await user.merges.split({ id: b })
  expect(await snapshot(tenant)).toEqual(between)
  expect((await user.telemetry.rows({ hostId: b })).total).toBe(4)
})

test('what makes no sense is refused with words: itself, twice, into a merged one, in a circle', async () => {
  const tenant = await newTenant()
  const [a, b, c] = (await hostsOf(tenant, 'C.a', 'C.b', 'C.c')) as [number, number, number]
  const user = tenant.as('user')
  const merge = (id: number, otherId: number) => user.merges.merge({ id, otherId, reason: 'why' })
  await expect(user.merges.split({ id: a })).rejects.toMatchObject(conflict(/not merged/))
  await expect(merge(a, a)).rejects.toMatchObject(conflict(/into itself/))
  await merge(a, b)
  await expect(merge(a, b)).rejects.toMatchObject(conflict(/merged into host-a already/))
  await expect(merge(c, b)).rejects.toMatchObject(conflict(/Split it from that one first/))
  await expect(merge(b, c)).rejects.toMatchObject(conflict(/merged into another host itself/))
  await expect(merge(b, a)).rejects.toMatchObject(conflict(/circle/))
  expect((await user.merges.preview({ id: b, otherId: a })).problem).toMatch(/circle/)
  await expect(tenant.as('viewer').merges.merge({ id: a, otherId: c, reason: 'x' })).rejects.toMatchObject({
    code: 'FORBIDDEN',
  })
  expect((await user.hosts.list({})).total).toBe(2)
})

test('two people who merge two hosts at once, either way round, leave one merge', async () => {
  const tenant = await newTenant()
  const [a, b] = (await hostsOf(tenant, 'C.a', 'C.b')) as [number, number]
  const outcomes = await Promise.allSettled([
    tenant.as('user').merges.merge({ id: a, otherId: b, reason: 'one' }),
    tenant.as('lead').merges.merge({ id: b, otherId: a, reason: 'other' }),
  ])
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  expect((await tenant.as('user').hosts.list({})).total).toBe(1)
})

test('a host of another tenant can be neither merged, seen in a preview, split nor labelled', async () => {
  const [mine, other] = [await newTenant(), await newTenant()]
  const [[a], [theirs]] = [await hostsOf(mine, 'C.a'), await hostsOf(other, 'C.a')]
  const user = mine.as('admin')
  const foreign = { code: 'NOT_FOUND', message: 'No such host.' }
  for (const pair of [
    { id: a!, otherId: theirs! },
    { id: theirs!, otherId: a! },
  ]) {
    await expect(user.merges.merge({ ...pair, reason: 'x' })).rejects.toMatchObject(foreign)
    await expect(user.merges.preview(pair)).rejects.toMatchObject(foreign)
  }
  for (const refused of [
    () => user.merges.split({ id: theirs! }),
    () => user.merges.candidates({ id: theirs! }),
    () => user.hosts.record({ id: theirs! }),
    () => user.hosts.label({ id: theirs!, label: 'x' }),
    () => user.hosts.unlabel({ id: theirs!, label: 'x' }),
  ])
    await expect(refused()).rejects.toMatchObject(foreign)
  expect((await user.telemetry.rows({ hostId: theirs! })).total).toBe(0)
  expect(await user.telemetry.ofHost({ hostId: theirs! })).toEqual({ deliveries: [], rows: [] })
})

test('what the records say of a host’s artifacts is what its rows say, also when nothing is dated or all was there', async () => {
  const tenant = await newTenant()
  const dated = jsonLines([row('C.a', 3), row('C.a', 9), { ...row('C.a', 5, 'Test.Undated'), EventTime: undefined }])
  const first = await tenant.deliver(dated)
  await tenant.deliver(dated, { idempotencyKey: 'again' })
  const more = await tenant.deliver(jsonLines([row('C.a', 7)]))
  const { id } = (await tenant.as('viewer').hosts.list({})).rows[0]!
  const { artifacts } = await tenant.as('viewer').hosts.record({ id })
  expect(artifacts).toMatchObject([
    { artifact: 'Test.Merge', rows: 3, last_row_at: new Date('2026-02-09T08:00:00Z'), batch_id: more.id },
    { artifact: 'Test.Undated', rows: 1, last_row_at: null, batch_id: first.id },
  ])
  const { deliveries } = await tenant.as('viewer').telemetry.ofHost({ hostId: id })
  expect(deliveries.map((batch) => batch.id)).toEqual([more.id, first.id])
})

test('retention leaves figures of what is left, and those of rows that came meanwhile', async () => {
  const tenant = await newTenant()
  const [a, b] = (await hostsOf(tenant, 'C.a', 'C.b')) as [number, number]
  const forget = (rows: number, asOf: Date) =>
    inTenant(pool, { tenantId: tenant.id, accountId: null, requestId: 'forget' }, 'read write', (db) =>
      forgetFreshness(
        db,
        'Test.Merge',
        [{ host_id: a, rows, first_row_at: null, last_row_at: '2026-02-10 08:00:00.000' }],
        asOf,
      ),
    )
  const figures = async (id: number) =>
    (await tenant.as('viewer').hosts.record({ id })).artifacts.map(({ rows }) => rows)
  await forget(1, new Date(0))
  expect([await figures(a), await figures(b)]).toEqual([[2], [2]])
  await forget(1, new Date(Date.now() + 1000))
  expect([await figures(a), await figures(b)]).toEqual([[1], []])
})
