import { hostsSeen, type Merged, survivor } from '#server/modules/hosts/service.ts'
import { eventsOf, type Narrowing } from '#server/modules/timeline/rows.ts'
import type { TenantRows } from '#server/platform/telemetry.ts'

export type RareValue = {
  type: string
  value: string
  shape: string
  hosts: number
  shape_hosts: number
  first_ms: number | null
  last_ms: number | null
  artifacts: string[]
}

const OWN = 'tenant_id = {tenant:UInt64}'
const SECONDS = 20
export const RAREST = 25
export const EACH_TYPE = 6

type Asked = { hosts: number[]; merged: Merged[]; type: string | undefined }

/**
 * The values on a host that the fewest hosts have: first by the hosts of their shape (where they have one, so that a name
 * only this host can have is not rare for that), then by their own, then by type and value. At most 25; of one type at
 * most 6 unless it is the one asked for.
 */
export function rarest(rows: TenantRows, { hosts, merged, type }: Asked): Promise<RareValue[]> {
  const ofType = type ? 'and type = {type:String}' : ''
  const own = `from sightings where ${OWN} ${ofType} and host_id in {hosts:Array(UInt64)}`
  const host = survivor(merged)
  return rows.select<RareValue>(
    `select type, value, shape, hosts, if(shape = '', hosts, shapes.near) as shape_hosts, first_ms, last_ms, artifacts
     from (
       select type, value, any(shape) as shape, toUnixTimestamp64Milli(min(first_seen)) as first_ms,
         toUnixTimestamp64Milli(max(last_seen)) as last_ms, arraySort(groupUniqArray(3)(artifact)) as artifacts
       ${own} group by type, value) as mine
     join (
       select type, value, ${hostsSeen(merged)} as hosts from sightings
       where ${OWN} ${ofType} and (type, value) in (select type, value ${own}) group by type, value) as fleet using (type, value)
     left join (
       select type, shape, uniqExact(${host.sql}) as near from sightings
       where ${OWN} ${ofType} and shape != '' and (type, shape) in (select type, shape ${own} and shape != '')
       group by type, shape) as shapes using (type, shape)
     order by shape_hosts, hosts, type, value ${type ? '' : `limit ${EACH_TYPE} by type`} limit ${RAREST}`,
    { hosts, type, ...host.params },
    { seconds: SECONDS },
  )
}

export type Pair = { artifact: string; newest: number; previous: number }
export type Difference = { artifact: string; added: number; gone: number; kept: number }

/** How many different rows of each artifact came to a host, went, and stayed between two deliveries. */
export async function differences(rows: TenantRows, hosts: number[], pairs: Pair[]): Promise<Difference[]> {
  if (pairs.length === 0) return []
  const [newest, previous] = [pairs.map((pair) => pair.newest), pairs.map((pair) => pair.previous)]
  const delivery = (of: 'newest' | 'previous') =>
    `batch_id = transform(toString(artifact), {artifacts:Array(String)}, {${of}:Array(UInt64)}, toUInt64(0))`
  return rows.select<Difference>(
    `select artifact, countIf(is_new and not was) as added, countIf(was and not is_new) as gone, countIf(is_new and was) as kept
     from (
       select artifact, cityHash64(raw) as content, max(${delivery('newest')}) as is_new, max(${delivery('previous')}) as was
       from rows where ${OWN} and artifact in {artifacts:Array(String)} and host_id in {hosts:Array(UInt64)}
         and batch_id in {batches:Array(UInt64)}
       group by artifact, content)
     group by artifact order by artifact`,
    { artifacts: pairs.map(({ artifact }) => artifact), hosts, newest, previous, batches: [...newest, ...previous] },
    { seconds: SECONDS },
  )
}

/** Events per hour since 1970, for the hours that have any. */
export function hourly(rows: TenantRows, narrowing: Narrowing) {
  const { sql, params } = eventsOf(narrowing, '')
  return rows.select<{ hour: number; n: number }>(
    `select toInt64(floor(at / 3600000)) as hour, count() as n from (${sql}) group by hour order by hour`,
    params,
    { seconds: SECONDS },
  )
}

/** When the newest event before a moment was; null where there is none. */
export async function newestEvent(rows: TenantRows, narrowing: Narrowing): Promise<number | null> {
  const { sql, params } = eventsOf(narrowing, '')
  const [found] = await rows.select<{ at: number; n: number }>(
    `select max(at) as at, count() as n from (${sql})`,
    params,
  )
  return found && found.n > 0 ? found.at : null
}
