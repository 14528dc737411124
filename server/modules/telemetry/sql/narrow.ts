import type { Condition } from '#server/modules/language/service.ts'
import type { Params } from '#server/platform/telemetry.ts'
import type { RowFilter } from '../schema.ts'

/** A host's rows are those of every host that is one with it; the query is a condition already. */
export type Narrowed = Pick<RowFilter, 'artifact' | 'batchId' | 'from' | 'to'> & {
  hostIds?: number[] | undefined
  condition: Condition | null
}

export const OWN = 'tenant_id = {tenant:UInt64}'

/** A filter as conditions on `rows`, the tenant's own first, to be joined by `and`. */
export function where({ artifact, hostIds, batchId, condition, from, to }: Narrowed): {
  conditions: string[]
  params: Params
} {
  const conditions = [OWN]
  const params: Params = {}
  const add = (condition: string, name: string, value: unknown) => {
    conditions.push(condition)
    params[name] = value
  }
  if (artifact) add('artifact = {artifact:String}', 'artifact', artifact)
  if (hostIds) add('host_id in {hosts:Array(UInt64)}', 'hosts', hostIds)
  if (batchId) add('batch_id = {batch:UInt64}', 'batch', batchId)
  if (from) add('event_time >= fromUnixTimestamp64Milli({from:Int64})', 'from', from.getTime())
  if (to) add('event_time < fromUnixTimestamp64Milli({to:Int64})', 'to', to.getTime())
  if (condition) {
    conditions.push(condition.sql)
    Object.assign(params, condition.params)
  }
  return { conditions, params }
}
