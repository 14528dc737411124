import { expect, test } from 'vitest'
import { jsonLines, newTenant } from '../support/world.ts'

const process = (pid: number, more: object = {}) => ({
  Pid: pid,
  Name: 'svchost.exe',
  CommandLine: `svchost.exe -k netsvcs -p ${pid}`,
  CreateTime: '2026-02-05T13:57:02.4411Z',
  Artifact: 'Windows.System.Pslist',
  ClientId: 'C.a99f1c2d3e4f5a6b',
  Hostname: 'WS-0412',
  ...more,
})

test('rows of a JSONL delivery are stored under their host and artifact, and the ledger balances', async () => {
  const tenant = await newTenant()
  const batch = await tenant.deliver(jsonLines([process(1), process(2), process(3)]))
  expect(batch).toMatchObject({ state: 'done', format: 'jsonl', received: 3, stored: 3, duplicate: 0, rejected: 0 })

  const { rows } = await tenant.as('viewer').hosts.list({})
  expect(rows).toMatchObject([{ hostname: 'WS-0412', client_id: 'C.a99f1c2d3e4f5a6b' }])
  const found = await tenant
    .as('viewer')
    .telemetry.rows({ artifact: 'Windows.System.Pslist', q: 'netsvcs', columns: ['Pid'] })
  expect(found.total).toBe(3)
  expect(found.rows.map((row) => row.cells.Pid).sort()).toEqual(['1', '2', '3'])
  expect(found.rows[0]?.event_time).toEqual(new Date('2026-02-05T13:57:02.441Z'))
})

test('the same bytes again store nothing and say so', async () => {
  const tenant = await newTenant()
  const lines = jsonLines([process(1), process(1), process(2)])
  expect(await tenant.deliver(lines)).toMatchObject({ received: 3, stored: 3, duplicate: 0 })
  expect(await tenant.deliver(lines)).toMatchObject({ state: 'done', received: 3, stored: 0, duplicate: 3 })
})
