import { expect, test } from 'vitest'
import { base, newTenant, type Tenant } from '../support/world.ts'

// A mark that is another each time the engine is asked.
const MARKED = 'select count() as n, toString(generateUUIDv4()) as mark'
const ask = async ({ id }: Tenant, from: string) =>
  (
    await base.telemetry
      .forTenant(id)
      .select<{ n: number; mark: string }>(`${MARKED} from ${from} where tenant_id = {tenant:UInt64}`)
  )[0]!
const twice = async (tenant: Tenant, from: string) => {
  const [first, second] = [await ask(tenant, from), await ask(tenant, from)]
  return first.mark === second.mark
}
const facts = { artifact: 'Windows.System.Pslist', hostname: 'WS-1' }

test('what stored rows answer is remembered, for the tenant that asked', async () => {
  const [own, other] = await Promise.all([newTenant(), newTenant()])
  await own.deliver('{"Name":"a.exe"}\n{"Name":"b.exe"}', facts)
  // Other tests bring rows meanwhile, and each makes the engine be asked again.
  await expect.poll(() => twice(own, 'rows')).toBe(true)
  expect([(await ask(own, 'rows')).n, (await ask(other, 'rows')).n]).toEqual([2, 0])
})

test('once rows or sightings come, go or are written anew, they are counted anew', async () => {
  const tenant = await newTenant()
  const rows = base.telemetry.forTenant(tenant.id)
  const seen: number[][] = []
  const look = async () => seen.push([(await ask(tenant, 'rows')).n, (await ask(tenant, 'sightings final')).n])
  await look()
  await tenant.deliver('{"Name":"a.exe"}\n{"Name":"b.exe"}', facts)
  await look()
  await rows.remove(`delete from rows where tenant_id = {tenant:UInt64} and position(rows.raw, 'a.exe') > 0`)
  await look()
  await rows.remove(`delete from sightings where tenant_id = {tenant:UInt64} and value = 'a.exe'`)
  await look()
  await rows.write(
    `insert into sightings select * replace ('c.exe' as value) from sightings where tenant_id = {tenant:UInt64}`,
  )
  await look()
  expect(seen).toEqual([
    [0, 0],
    [2, 2],
    [1, 2],
    [1, 1],
    [1, 2],
  ])
})

test('what changes by itself, and what is not stored rows, is never remembered', async () => {
  const tenant = await newTenant()
  expect(await twice(tenant, 'reject')).toBe(false)
  expect(await twice(tenant, '(select tenant_id, now() as at from rows)')).toBe(false)
})

test('an artifact whose first rows come after another was asked for is found at once, and by its own tenant alone', async () => {
  const [own, other] = await Promise.all([newTenant(), newTenant()])
  const total = async (tenant: Tenant, artifact: string) =>
    (await tenant.as('user').telemetry.rows({ q: `artifact:${artifact}` })).total
  await own.deliver('{"Name":"a.exe"}\n{"Name":"b.exe"}', facts)
  expect([await total(own, facts.artifact), await total(own, 'Linux.Sys.Pslist')]).toEqual([2, 0])
  await own.deliver('{"Name":"c"}', { ...facts, artifact: 'Linux.Sys.Pslist' })
  expect([await total(own, 'Linux.Sys.Pslist'), await total(own, '*.Pslist')]).toEqual([1, 2 + 1])
  expect([await total(other, facts.artifact), await total(other, '*')]).toEqual([0, 0])
})
