import { existsSync } from 'node:fs'
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { base, callerFor, ended, jsonLines, newTenant, type Tenant } from '../support/world.ts'

const facts = { artifact: 'Test.Repair', hostname: 'WS-1' }
const good = (n: number) => JSON.stringify({ Pid: n, Name: `p${n}.exe` })
const rowsOf = async (tenant: Tenant) =>
  (await tenant.as('viewer').telemetry.rows({ artifact: 'Test.Repair', limit: 200 })).rows.map(({ raw }) => raw).sort()

/** Delivers bytes that mend another delivery, and waits for the end of the load. */
async function deliverRepair(tenant: Tenant, id: number, bytes: string) {
  const delivered = await base.spool.receive(Readable.from([Buffer.from(bytes)]))
  const { batch } = await callerFor(tenant.actor('user'), delivered).ingestion.receive({ repairs: id })
  return ended(() => tenant.as('user').ingestion.get({ id: batch.id }))
}

test('137 rejected lines, downloaded, mended and sent back, are each stored once, however often they are sent', async () => {
  const tenant = await newTenant()
  const lines = Array.from({ length: 2_000 }, (_, n) => (n % 14 === 0 ? `${good(n)}}` : good(n)))
  const broken = lines.filter((line) => line.endsWith('}}')).length
  const first = await tenant.deliver(lines.join('\n'), facts)
  expect(first).toMatchObject({ stored: 2_000 - broken, rejected: broken })

  const { rows } = await tenant.as('user').ingestion.rejects({ id: first.id, limit: 1000 })
  const mended = jsonLines(rows.map(({ line, code, raw }) => ({ line, reason: code, raw: raw.slice(0, -1) })))
  const repair = await deliverRepair(tenant, first.id, mended)
  expect(repair).toMatchObject({ state: 'done', received: broken, stored: broken, rejected: 0, repairs: first.id })
  expect(await deliverRepair(tenant, first.id, mended)).toMatchObject({ stored: 0, duplicate: broken })

  const found = await tenant.as('viewer').telemetry.rows({ artifact: 'Test.Repair', limit: 1 })
  expect(found.total).toBe(2_000)
  const whole = await tenant.as('viewer').ingestion.delivery({ id: first.id })
  expect(whole.repaired_by.map(({ stored }) => stored)).toEqual([broken, 0])
  expect(await tenant.deliver(Array.from({ length: 2_000 }, (_, n) => good(n)).join('\n'), facts)).toMatchObject({
    stored: 0,
    duplicate: 2_000,
  })
})

test('lines mended in the page are a delivery of their own; lines left as they were are not sent', async () => {
  const tenant = await newTenant()
  const { id } = await tenant.deliver([good(1), '{"Pid":2', '{"Pid":3', good(4)].join('\n'), facts)
  const child = await tenant.as('user').ingestion.repair({
    id,
    lines: [
      { line: 2, raw: '{\r\n "Pid":2}' },
      { line: 3, raw: '{"Pid":3' },
      { line: 4, raw: '{"Pid":"never rejected"}' },
    ],
  })
  const done = await ended(() => tenant.as('user').ingestion.get({ id: child.id }))
  expect(done).toMatchObject({ state: 'done', received: 1, stored: 1, repairs: id, artifact: 'Test.Repair' })
  expect(await rowsOf(tenant)).toEqual([good(1), good(4), '{\n "Pid":2}'].sort())
  await expect(tenant.as('user').ingestion.repair({ id, lines: [{ line: 3, raw: '{"Pid":3' }] })).rejects.toMatchObject(
    { code: 'UNPROCESSABLE_CONTENT', message: expect.stringContaining('No line was changed') },
  )
})

test('lines that lacked their artifact are stored as they are, once somebody names it', async () => {
  const tenant = await newTenant()
  const { id } = await tenant.deliver(
    '{"Hostname":"A","Artifact":"Test.Repair","n":1}\n{"Hostname":"A","n":2}\n{"Hostname":"B","n":3}',
  )
  const lines = [2, 3].map((line) => ({ line, raw: `{"Hostname":"${line === 2 ? 'A' : 'B'}","n":${line}}` }))
  const child = await tenant.as('user').ingestion.repair({ id, lines, artifact: 'Test.Repair' })
  expect(await ended(() => tenant.as('user').ingestion.get({ id: child.id }))).toMatchObject({ stored: 2, rejected: 0 })
  expect(await rowsOf(tenant)).toHaveLength(3)
})

test('a mended row that looks like a downloaded line is unwrapped only where it is sent as a repair', async () => {
  const tenant = await newTenant()
  const line = JSON.stringify({ line: 1, reason: 'NOT_JSON', raw: '{"Pid":1}' })
  expect(await tenant.deliver(line, facts)).toMatchObject({ stored: 1 })
  expect(await rowsOf(tenant)).toEqual([line])
})

test('a failed delivery whose host nobody knew is loaded from its kept file when the host is named', async () => {
  const tenant = await newTenant()
  const failed = await tenant.deliver([good(1), good(2)].join('\n'), { artifact: 'Test.Repair' })
  expect(failed).toMatchObject({ state: 'failed', rejected: 2, kept: true })
  const user = tenant.as('user')
  await user.ingestion.replay({ id: failed.id, hostname: 'WS-1' })
  const done = await ended(() => user.ingestion.get({ id: failed.id }))
  expect(done).toMatchObject({ state: 'done', received: 2, stored: 2, rejected: 0, hostname: 'WS-1', error: null })
  expect((await user.ingestion.rejects({ id: failed.id })).rows).toEqual([])
  await expect(user.ingestion.replay({ id: failed.id })).rejects.toMatchObject({ code: 'CONFLICT' })
})

test('a replay that fails again says so and counts its lines once', async () => {
  const tenant = await newTenant()
  const failed = await tenant.deliver([good(1), good(2), 'no json'].join('\n'), { artifact: 'Test.Repair' })
  const user = tenant.as('user')
  await user.ingestion.replay({ id: failed.id })
  const again = await ended(() => user.ingestion.get({ id: failed.id }))
  expect(again).toMatchObject({ state: 'failed', received: 3, rejected: 3, kept: true })
  expect((await user.ingestion.rejects({ id: failed.id })).rows).toHaveLength(3)
})

test('the kept file of a failed delivery can be removed; then it cannot be loaded again', async () => {
  const tenant = await newTenant()
  const failed = await tenant.deliver(good(1), { artifact: 'Test.Repair' })
  const { spool_name } = await base.pool
    .selectFrom('batch')
    .select('spool_name')
    .where('id', '=', failed.id)
    .executeTakeFirstOrThrow()
  expect(existsSync(base.spool.path(spool_name!))).toBe(true)
  const user = tenant.as('user')
  expect(await user.ingestion.discard({ id: failed.id })).toMatchObject({ state: 'failed', kept: false })
  expect(existsSync(base.spool.path(spool_name!))).toBe(false)
  await expect(user.ingestion.replay({ id: failed.id })).rejects.toMatchObject({
    code: 'CONFLICT',
    message: expect.stringContaining('send it again'),
  })
})

test('a viewer repairs and replays nothing, and the delivery of another tenant cannot be mended', async () => {
  const [tenant, other] = [await newTenant(), await newTenant()]
  const failed = await tenant.deliver('{"Pid":1', facts)
  const lines = [{ line: 1, raw: good(1) }]
  const viewer = tenant.as('viewer')
  await expect(viewer.ingestion.repair({ id: failed.id, lines })).rejects.toMatchObject({ code: 'FORBIDDEN' })
  await expect(viewer.ingestion.replay({ id: failed.id })).rejects.toMatchObject({ code: 'FORBIDDEN' })
  const stranger = other.as('admin')
  for (const attempt of [
    () => stranger.ingestion.repair({ id: failed.id, lines }),
    () => stranger.ingestion.replay({ id: failed.id }),
    () => stranger.ingestion.discard({ id: failed.id }),
    () => deliverRepair(other, failed.id, good(1)),
  ])
    await expect(attempt()).rejects.toMatchObject({ code: 'NOT_FOUND' })
})
