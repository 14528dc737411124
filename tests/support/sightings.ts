import { base, type Tenant } from './world.ts'

export type Sighting = { type: string; value: string; shape: string; field: string; rows: number }

/** What is known to have been seen in a tenant's rows of an artifact, in order of type, value and field. */
export const sightingsOf = (tenant: Tenant, artifact: string) =>
  base.telemetry.forTenant(tenant.id).select<Sighting & { host_id: number; batch_id: number; revision: number }>(
    `select type, value, shape, field, toUInt64(rows) as rows, host_id, batch_id, revision from sightings final
     where tenant_id = {tenant:UInt64} and artifact = {artifact:String} order by type, value, field, host_id, batch_id`,
    { artifact },
    { maxRows: 1_000_000 },
  )

type Times = { event: string | null; times: string[] }

/** The times of a tenant's rows of an artifact as text, in the order in which they came. */
export async function timesIn(tenant: Tenant, artifact: string): Promise<Times[]> {
  const found = await base.telemetry
    .forTenant(tenant.id)
    .select<{ event: number | null; at: number[]; labels: string[] }>(
      `select toUnixTimestamp64Milli(event_time) as event, arrayMap(t -> toUnixTimestamp64Milli(t), times) as at,
       time_labels as labels from rows
     where tenant_id = {tenant:UInt64} and artifact = {artifact:String} order by batch_id, line`,
      { artifact },
    )
  const text = (ms: number) => new Date(ms).toISOString().replace('.000Z', 'Z')
  return found.map(({ event, at, labels }) => ({
    event: event === null ? null : text(event),
    times: at.map((ms, index) => `${labels[index]} ${text(ms)}`),
  }))
}
