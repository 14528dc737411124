import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { sightingsOf, timesIn } from '../support/sightings.ts'
import { base, jsonLines, newTenant, type Tenant } from '../support/world.ts'

const OWN = 'Own.Tool/Found'
const row = (n: number) => ({
  ClientId: `C.${n % 3}`,
  Hostname: `h${n % 3}`,
  FirstSeen: '2026-01-01T00:00:00Z',
  Installed: '2026-01-02T00:00:00Z',
  Where: `C:\\Tools\\t${n}.exe`,
  Owner: { Account: 'Alice' },
  ProcessName: 'T.EXE',
  Tags: ['10.0.0.1', '10.0.0.2'],
})

const EDIT = {
  artifact: OWN,
  dates: 'Installed',
  columns: [
    { path: 'FirstSeen', role: 'none' as const },
    { path: 'Installed', role: 'time' as const, label: 'installed' },
    { path: 'Where', role: 'path' as const },
    { path: 'Owner.Account', role: 'user' as const },
    { path: 'ProcessName', role: 'none' as const },
    { path: 'Tags', role: 'ip' as const },
  ],
}

/** Waits until stored rows follow the newest correction; says what it saw on the way. */
async function followed({ as }: Tenant, artifact = OWN, look: () => Promise<void> = async () => {}) {
  for (const until = Date.now() + 120_000; Date.now() < until; await sleep(20)) {
    await look()
    const { following } = await as('viewer').columns.get({ artifact })
    if (following?.error) throw new Error(following.error)
    if (following?.done) return
  }
  throw new Error('Stored rows did not follow within 120 s.')
}

const values = async (tenant: Tenant) => [
  ...new Set((await sightingsOf(tenant, OWN)).map(({ type, value, field }) => `${type} ${value} in ${field}`)),
]

test('a lead corrects a map: a preview first, then new rows and stored rows alike follow it', async () => {
  const tenant = await newTenant()
  await tenant.deliver(jsonLines(Array.from({ length: 60 }, (_, n) => row(n))), { artifact: OWN })
  expect((await timesIn(tenant, OWN))[0]!.event).toBe('2026-01-01T00:00:00Z')
  expect(await values(tenant)).toEqual(['process t.exe in ProcessName'])

  const before = await tenant.as('viewer').columns.get({ artifact: OWN })
  expect(before).toMatchObject({ rows: 60, listed: false, dates: 'FirstSeen', corrected: 0, following: null })
  expect(before.columns.find(({ path }) => path === 'Owner.Account')).toMatchObject({
    values: ['Alice'],
    role: null,
    by: null,
  })
  expect(before.columns.find(({ path }) => path === 'FirstSeen')).toMatchObject({ role: 'time', by: 'name' })

  const preview = await tenant.as('user').columns.preview(EDIT)
  expect(preview).toHaveLength(50)
  expect(preview[0]).toMatchObject({
    hostname: 'h2',
    event: new Date('2026-01-02T00:00:00Z'),
    was: new Date('2026-01-01T00:00:00Z'),
    times: [{ at: new Date('2026-01-02T00:00:00Z'), label: 'installed' }],
  })
  expect(preview[0]!.values.map(({ type, value }) => `${type} ${value}`).sort()).toEqual([
    'ip 10.0.0.1',
    'ip 10.0.0.2',
    'path c:\\tools\\t59.exe',
    'user alice',
  ])
  expect(await values(tenant)).toEqual(['process t.exe in ProcessName'])

  for (const role of ['viewer', 'user'] as const)
    await expect(tenant.as(role).columns.save(EDIT)).rejects.toMatchObject({ code: 'FORBIDDEN' })
  await tenant.as('lead').columns.save(EDIT)
  await followed(tenant)
  await tenant.deliver(jsonLines([row(60)]), { artifact: OWN })
  const times = await timesIn(tenant, OWN)
  expect(times).toHaveLength(61)
  for (const { event, times: all } of times)
    expect({ event, all }).toEqual({ event: '2026-01-02T00:00:00Z', all: ['installed 2026-01-02T00:00:00Z'] })
  const found = await sightingsOf(tenant, OWN)
  expect(found.filter(({ type }) => type === 'process')).toEqual([])
  expect(found.filter(({ type }) => type === 'path')).toHaveLength(61)
  expect(found.filter(({ value }) => value === 'alice').reduce((sum, { rows }) => sum + rows, 0)).toBe(61)
  expect(new Set(found.map(({ revision }) => revision))).toEqual(new Set([1]))
  const after = await tenant.as('viewer').columns.get({ artifact: OWN })
  expect(after).toMatchObject({ dates: 'Installed', corrected: 6, following: { done: true, pct: 100 } })
})

test('while stored rows follow, no value is counted twice and none is away', async () => {
  const tenant = await newTenant()
  for (const part of [0, 1, 2, 3])
    await tenant.deliver(jsonLines(Array.from({ length: 500 }, (_, n) => row(part * 500 + n))), { artifact: OWN })
  const counts = new Set<number>()
  const look = async () => {
    const [found] = await base.telemetry
      .forTenant(tenant.id)
      .select<{ n: number }>(
        `select toUInt64(sum(rows)) as n from sightings final where tenant_id = {tenant:UInt64} and value = 't.exe'`,
      )
    counts.add(found?.n ?? 0)
  }
  await look()
  await tenant.as('admin').columns.save({ artifact: OWN, columns: [{ path: 'Where', role: 'path' }] })
  await followed(tenant, OWN, look)
  await look()
  expect([...counts]).toEqual([2000])
  expect((await sightingsOf(tenant, OWN)).filter(({ type }) => type === 'path')).toHaveLength(2000)
})

test('a first time that is corrected is written over, not joined with the old one', async () => {
  const tenant = await newTenant()
  await tenant.deliver(jsonLines([row(1)]), { artifact: OWN })
  const seen = async () =>
    base.telemetry.forTenant(tenant.id).select<{ first: string; last: string }>(
      `select toString(first_seen) as first, toString(last_seen) as last from sightings final
         where tenant_id = {tenant:UInt64} and value = 't.exe'`,
    )
  expect(await seen()).toEqual([{ first: '2026-01-01 00:00:00.000', last: '2026-01-01 00:00:00.000' }])
  await tenant.as('lead').columns.save({
    artifact: OWN,
    columns: [{ path: 'Installed', role: 'time' }],
    dates: 'Installed',
  })
  await followed(tenant)
  expect(await seen()).toEqual([{ first: '2026-01-02 00:00:00.000', last: '2026-01-02 00:00:00.000' }])
})

test('corrections are taken back: the list holds again, for stored rows too', async () => {
  const tenant = await newTenant()
  const artifact = 'Windows.System.Pslist'
  const process = { Name: 'a.exe', CreateTime: '2026-01-01T00:00:00Z', Other: '2026-01-05T00:00:00Z', Hostname: 'h' }
  await tenant.deliver(jsonLines([process]), { artifact })
  await expect(tenant.as('lead').columns.reset({ artifact })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  await tenant.as('lead').columns.save({
    artifact,
    dates: 'Other',
    columns: [
      { path: 'Other', role: 'time', label: 'seen' },
      { path: 'Name', role: 'none' },
    ],
  })
  await followed(tenant, artifact)
  expect((await timesIn(tenant, artifact))[0]).toEqual({
    event: '2026-01-05T00:00:00Z',
    times: ['seen 2026-01-05T00:00:00Z', 'created 2026-01-01T00:00:00Z'],
  })
  expect(await sightingsOf(tenant, artifact)).toEqual([])
  await tenant.as('lead').columns.reset({ artifact })
  await followed(tenant, artifact)
  expect((await timesIn(tenant, artifact))[0]!.event).toBe('2026-01-01T00:00:00Z')
  expect((await sightingsOf(tenant, artifact)).map(({ value }) => value)).toEqual(['a.exe'])
  expect(await tenant.as('viewer').columns.list()).toMatchObject([{ artifact, listed: true, corrected: 0 }])
})

test("a tenant's correction is its own", async () => {
  const [one, other] = [await newTenant(), await newTenant()]
  for (const { deliver } of [one, other]) await deliver(jsonLines([row(1)]), { artifact: OWN })
  await one.as('lead').columns.save(EDIT)
  await followed(one)
  expect((await timesIn(other, OWN))[0]!.event).toBe('2026-01-01T00:00:00Z')
  expect(await values(other)).toEqual(['process t.exe in ProcessName'])
  expect(await other.as('lead').columns.get({ artifact: OWN })).toMatchObject({ corrected: 0, following: null })
  await one.deliver(jsonLines([{ ...row(1), Secret: 'x' }]), { artifact: 'Only.One' })
  for (const ask of [
    () => other.as('lead').columns.get({ artifact: 'Only.One' }),
    () => other.as('lead').columns.save({ artifact: 'Only.One', columns: [] }),
    () => other.as('lead').columns.reset({ artifact: 'Only.One' }),
  ])
    await expect(ask()).rejects.toMatchObject({ code: 'NOT_FOUND' })
  expect(await other.as('lead').columns.preview({ artifact: 'Only.One', columns: [] })).toEqual([])
})

test('columns that cannot be asked for are refused, hostile ones are only names', async () => {
  const tenant = await newTenant()
  await tenant.deliver(`{"Hostname":"h","a'b\\\\c\`d":"C:\\\\x","x y.z":"eve"}\n`, { artifact: OWN })
  const save = (path: string) => tenant.as('lead').columns.save({ artifact: OWN, columns: [{ path, role: 'path' }] })
  for (const path of ['', 'a..b', 'a.:String', 'a.^b', 'a[]', 'a\u0000b', 'x'.repeat(501)])
    await expect(save(path), path).rejects.toMatchObject({ code: 'BAD_REQUEST' })
  const undated = { artifact: OWN, columns: [], dates: 'x y.z' }
  await expect(tenant.as('lead').columns.save(undated)).rejects.toThrow('Only a time can date the row')
  await tenant.as('lead').columns.save({
    artifact: OWN,
    columns: [
      { path: "a'b\\c`d", role: 'path' },
      { path: 'x y.z', role: 'user' },
      { path: "'); drop table rows; --", role: 'time', label: "'x" },
    ],
  })
  await followed(tenant)
  expect(await values(tenant)).toEqual(["path c:\\x in a'b\\c`d", 'user eve in x y.z'])
})
