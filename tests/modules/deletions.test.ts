import { expect, test } from 'vitest'
import { emptyStaging } from '#server/modules/ingestion/staging.ts'
import type { TenantRows } from '#server/platform/telemetry.ts'
import { base, newTenant } from '../support/world.ts'

const SLOWLY = 'not ignore(sleepEachRow(0.001))'
const LINES = 2000

const stage = (rows: TenantRows, load: number, lines = 1) =>
  rows.write(
    `insert into incoming (tenant_id, load_id, seq, raw) select ${rows.tenantId}, ${load}, number, '{}' from numbers(${lines})`,
  )
const drop = (rows: TenantRows, load: number) =>
  rows.write(`alter table incoming drop partition (${rows.tenantId}, ${load})`)
const count = async (rows: TenantRows, table: string) =>
  (await rows.select<{ n: number }>(`select count() as n from ${table} where tenant_id = {tenant:UInt64}`))[0]!.n

async function twoTenants() {
  const [own, other] = await Promise.all([newTenant(), newTenant()])
  return [base.telemetry.forTenant(own.id), base.telemetry.forTenant(other.id)] as const
}

test('loads that begin and end beside it do not put off the deletion of rows, or of staged lines', async () => {
  const [rows, beside] = await twoTenants()
  await rows.write(`insert into reject (tenant_id, batch_id, line, reason, raw)
    select ${rows.tenantId}, 1, number, 'NOT_JSON', '' from numbers(${LINES})`)
  for (const load of [1, 2]) await stage(rows, load)

  let going = true
  const busy = async () => {
    for (let load = 1; going; load += 1) {
      await stage(beside, load)
      await drop(beside, load)
    }
  }
  const deleting = async () => {
    await emptyStaging(rows)
    await rows.write(`delete from reject where tenant_id = {tenant:UInt64} and ${SLOWLY}`)
  }
  await Promise.all([busy(), deleting().finally(() => (going = false))])
  expect([await count(rows, 'incoming'), await count(rows, 'reject'), await count(beside, 'incoming')]).toEqual([
    0, 0, 0,
  ])
})

test('lines are deleted among staged ones although the engine puts that off when other loads end', async () => {
  const [rows, beside] = await twoTenants()
  const loads = Array.from({ length: 8 }, (_, load) => load)
  await stage(rows, 1, LINES)
  for (const load of loads) await stage(beside, load)
  const ending = async () => {
    for (const load of loads) await drop(beside, load)
  }
  await Promise.all([
    rows.remove(`delete from incoming where tenant_id = {tenant:UInt64} and seq > 0 and ${SLOWLY}`),
    ending(),
  ])
  expect([await count(rows, 'incoming'), await count(beside, 'incoming')]).toEqual([1, 0])
})
