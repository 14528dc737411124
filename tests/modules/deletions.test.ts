import { expect, test } from 'vitest'
import { base, newTenant } from '../support/world.ts'

test('a deletion that the engine puts off because parts beside it go is carried through', async () => {
  const [tenant, other] = await Promise.all([newTenant(), newTenant()])
  const rows = base.telemetry.forTenant(tenant.id)
  const beside = base.telemetry.forTenant(other.id)
  const fill = (of: typeof rows, load: number, count: number) =>
    of.write(`insert into incoming (tenant_id, load_id, seq, raw)
      select ${of.tenantId}, ${load}, number, '{}' from numbers(${count})`)
  await Promise.all([fill(rows, 1, 3_000), fill(beside, 1, 10)])

  let going = true
  const busy = (async () => {
    for (let load = 2; going; load += 1) {
      await fill(beside, load, 10)
      await beside.write(`alter table incoming drop partition (${other.id}, ${load})`)
    }
  })()
  // Slow enough for many parts to go while it runs.
  await rows.remove(
    `alter table incoming delete where tenant_id = ${tenant.id} and not ignore(sleepEachRow(0.001))`,
    {},
    { mutations_sync: '1' },
  )
  going = false
  await busy
  const count = async (of: typeof rows) =>
    (await of.select<{ n: number }>('select count() as n from incoming where tenant_id = {tenant:UInt64}'))[0]!.n
  expect([await count(rows), await count(beside)]).toEqual([0, 10])
})
