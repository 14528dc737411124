import { afterAll, expect, test } from 'vitest'
import { connect } from '../support/second-database.ts'
import { base, installation, jsonLines, newTenant, type Tenant } from '../support/world.ts'

const superuser = await connect(installation.adminUrl)
afterAll(() => superuser.end())

const rowsOf = (artifact: string, count: number, more: object = {}) =>
  jsonLines(
    Array.from({ length: count }, (_, n) => ({ Artifact: artifact, ClientId: 'C.1', Hostname: 'ws-1', n, ...more })),
  )

/** Makes a delivery look as if it had come `days` ago. */
const age = (tenant: Tenant, batch: number, days: number) =>
  superuser.query(`update batch set created_at = created_at - $3 * interval '1 day' where tenant_id = $1 and id = $2`, [
    tenant.id,
    batch,
    days,
  ])

const held = async (tenant: Tenant) => {
  const rows = await base.telemetry
    .forTenant(tenant.id)
    .select<{ artifact: string; n: number }>(
      `select artifact, count() as n from rows where tenant_id = {tenant:UInt64} group by artifact`,
    )
  return Object.fromEntries(rows.map(({ artifact, n }) => [artifact, n]))
}

const applied = async (tenant: Tenant) => {
  await tenant.as('admin').retention.run()
  await expect
    .poll(
      async () =>
        (
          await superuser.query(
            `select from graphile_worker.jobs where task_identifier = 'retention.apply' and queue_name = $1`,
            [`retention.apply:${tenant.id}`],
          )
        ).rowCount,
    )
    .toBe(0)
}

test('a rule takes the rows of its artifact that are older, says how many before, and leaves all others', async () => {
  const [tenant, other] = await Promise.all([newTenant(), newTenant()])
  const old = await tenant.deliver(rowsOf('Old.One', 30) + rowsOf('Kept.One', 20))
  await tenant.deliver(rowsOf('Old.One', 7, { later: true }))
  const foreign = await other.deliver(rowsOf('Old.One', 5))
  await age(tenant, old.id, 31)
  await age(other, foreign.id, 31)
  const admin = tenant.as('admin')

  expect(await admin.retention.preview({ artifact: 'Old.One', days: 30 })).toMatchObject({ rows: 30 })
  expect(await admin.retention.preview({ days: 30 })).toMatchObject({ rows: 50 })
  expect(await admin.retention.preview({ days: 32 })).toMatchObject({ rows: 0 })
  await admin.retention.set({ artifact: 'Old.One', days: 30 })
  expect(await held(tenant)).toEqual({ 'Old.One': 37, 'Kept.One': 20 })
  expect(await admin.retention.list()).toMatchObject([{ artifact: 'Old.One', days: 30, due: 30 }])

  await applied(tenant)
  expect(await held(tenant)).toEqual({ 'Old.One': 7, 'Kept.One': 20 })
  expect(await held(other)).toEqual({ 'Old.One': 5 })
  const counted = `select artifact, rows::int from host_artifact where tenant_id = $1 order by artifact`
  expect((await superuser.query(counted, [tenant.id])).rows).toEqual([
    { artifact: 'Kept.One', rows: 20 },
    { artifact: 'Old.One', rows: 7 },
  ])
  const sighted = await base.telemetry
    .forTenant(tenant.id)
    .select<{ artifact: string }>(
      `select distinct artifact from sightings where tenant_id = {tenant:UInt64} and batch_id = {batch:UInt64}`,
      { batch: old.id },
    )
  expect(sighted.map(({ artifact }) => artifact)).not.toContain('Old.One')
  expect(await admin.retention.list()).toMatchObject([{ due: 0 }])
  const { rows: deeds } = await admin.activity.list({ q: 'retention.applied' })
  expect(deeds).toMatchObject([{ verb: 'retention.applied', detail: { rows: 30, artifact: 'Old.One', days: 30 } }])
})

test('the general rule spares artifacts with a rule of their own, one kept for ever included', async () => {
  const tenant = await newTenant()
  const old = await tenant.deliver(`${rowsOf('Ever.One', 3)}${rowsOf('Long.One', 4)}${rowsOf('Any.One', 5)}{"no":1}\n`)
  await age(tenant, old.id, 100)
  const admin = tenant.as('admin')
  await admin.retention.set({ artifact: 'Ever.One' })
  await admin.retention.set({ artifact: 'Long.One', days: 365 })
  await admin.retention.set({ days: 30 })
  await applied(tenant)
  expect(await held(tenant)).toEqual({ 'Ever.One': 3, 'Long.One': 4 })
  expect((await admin.ingestion.rejects({ id: old.id })).rows).toEqual([])
})

test('a row that had its time can come again, and is stored as new', async () => {
  const tenant = await newTenant()
  const lines = rowsOf('Back.One', 10)
  const first = await tenant.deliver(lines)
  await age(tenant, first.id, 31)
  await tenant.as('admin').retention.set({ artifact: 'Back.One', days: 30 })
  await applied(tenant)
  expect(await held(tenant)).toEqual({})
  expect(await tenant.deliver(lines)).toMatchObject({ stored: 10, duplicate: 0 })
})

test('rules are an admin’s, and a rule taken away takes nothing any more', async () => {
  const tenant = await newTenant()
  await expect(tenant.as('lead').retention.set({ days: 1 })).rejects.toThrow('admin')
  const admin = tenant.as('admin')
  await expect(admin.retention.set({ days: 0 })).rejects.toThrow()
  await admin.retention.set({ days: 30 })
  await admin.retention.set({ days: 60 })
  expect(await admin.retention.list()).toMatchObject([{ artifact: '', days: 60 }])
  await admin.retention.remove({})
  expect(await admin.retention.list()).toEqual([])
})
