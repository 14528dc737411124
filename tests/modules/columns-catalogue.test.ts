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
