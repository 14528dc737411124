import { expect, test } from 'vitest'
import { jsonLines, newTenant } from '../support/world.ts'

const logon = (more: object) => ({
  Artifact: 'Windows.EventLogs.RDPAuth',
  ClientId: 'C.00000000000000d6',
  EventTime: '2026-02-05T13:57:02Z',
  ...more,
})

test('the computer that an event log names renames no host whose client is known', async () => {
  const tenant = await newTenant()
  await tenant.deliver(jsonLines([logon({ Hostname: 'web-07' })]))
  await tenant.deliver(jsonLines([logon({ Computer: 'DC01.corp.example', EventTime: '2026-02-06T00:00:00Z' })]))
  const { rows } = await tenant.as('viewer').hosts.list({})
  expect(rows.map(({ hostname }) => hostname)).toEqual(['web-07'])
})

test('one line with another name does not rename the host that the others speak of', async () => {
  const tenant = await newTenant()
  const lines = [1, 2, 3].map((n) => logon({ Hostname: 'web-07', n }))
  await tenant.deliver(jsonLines([...lines, logon({ Hostname: 'DC01', EventTime: '2026-02-07T00:00:00Z' })]))
  const { rows } = await tenant.as('viewer').hosts.list({})
  expect(rows.map(({ hostname }) => hostname)).toEqual(['web-07'])
})

test('without a client the computer that the rows name is the host', async () => {
  const tenant = await newTenant()
  const { ClientId: _none, ...nameless } = logon({ Computer: 'DC01.corp.example' })
  await tenant.deliver(jsonLines([nameless]))
  const { rows } = await tenant.as('viewer').hosts.list({})
  expect(rows.map(({ hostname }) => hostname)).toEqual(['DC01.corp.example'])
})
