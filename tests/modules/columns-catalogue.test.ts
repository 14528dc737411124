import { beforeAll, expect, test } from 'vitest'
import { SAMPLES } from '../support/artifact-samples.ts'
import { sightingsOf, timesIn } from '../support/sightings.ts'
import { jsonLines, newTenant, type Tenant } from '../support/world.ts'

let tenant: Tenant

beforeAll(async () => {
  tenant = await newTenant()
  const rows = SAMPLES.map(({ artifact, row }) => ({ ...row, Artifact: artifact, ClientId: 'C.1', Hostname: 'sample' }))
  const { state, stored } = await tenant.deliver(jsonLines(rows))
  expect({ state, stored }).toEqual({ state: 'done', stored: SAMPLES.length })
})

test('the samples speak of forty artifacts', () => {
  expect(new Set(SAMPLES.map(({ artifact }) => artifact)).size).toBeGreaterThanOrEqual(40)
})

test.each(SAMPLES.map((sample) => [sample.artifact, sample] as const))(
  '%s: its times and the values it was seen with',
  async (artifact, { event, times, seen }) => {
    expect(await timesIn(tenant, artifact)).toEqual([{ event, times }])
    const found = await sightingsOf(tenant, artifact)
    expect(found.map(({ type, value }) => `${type} ${value}`)).toEqual(seen)
    expect(found.every(({ rows, revision }) => rows === 1 && revision === 0)).toBe(true)
  },
)

test('what clients say of themselves in rows becomes facts of their hosts', async () => {
  const own = await newTenant()
  const basic = {
    ClientId: 'C.77',
    Hostname: 'ws-77',
    Fqdn: 'ws-77.corp.example',
    OS: 'windows',
    Platform: 'Windows 11',
    PlatformVersion: '10.0.22631',
    Architecture: 'amd64',
    Version: '0.77.2',
    Labels: ['finance'],
    MACAddresses: ['00:11:22:33:44:55'],
  }
  await own.deliver(jsonLines([basic]), { artifact: 'Generic.Client.Info/BasicInformation' })
  const network = { ClientId: 'C.77', 'Network Info': { IPAddresses: ['10.7.7.7', 'FE80::7'] }, 'Computer Info': {} }
  await own.deliver(jsonLines([network]), { artifact: 'Generic.Client.Info/WindowsInfo' })
  const { rows } = await own.as('viewer').hosts.list({ sort: 'hostname', dir: 'asc', limit: 5 } as never)
  const { host, history, labels } = await own.as('viewer').hosts.record({ id: rows[0]!.id })
  expect(host).toMatchObject({ fqdn: 'ws-77.corp.example', os: 'windows', os_release: 'Windows 11 10.0.22631' })
  expect(labels.map(({ label }) => label)).toEqual(['finance'])
  const facts = history.map(({ fact, value }) => `${fact} ${value}`)
  expect(facts).toEqual(expect.arrayContaining(['address 10.7.7.7', 'address fe80::7', 'mac 00:11:22:33:44:55']))
  expect(facts).toEqual(expect.arrayContaining(['architecture amd64', 'client_version 0.77.2']))
})
