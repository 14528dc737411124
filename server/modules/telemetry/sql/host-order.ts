import { type Merged, survivor } from '#server/modules/hosts/service.ts'
import type { Params } from '#server/platform/telemetry.ts'
import type { Names } from '../queries.ts'

/** What rows are sorted by to stand by their hosts: SQL for the shown name, and for the host that bears it. */
export type HostOrder = { name: string | null; host: string }

export const NAME_OF_HOST = 'name_of_host'

/**
 * Rows by the shown name of their host without its case, then by the host's number, so that hosts of one name stay apart and
 * merged ones together. Names live in PostgreSQL and go with the statement as they are then: rows of a host that is renamed
 * between two pages move. Without names: by number alone.
 */
export function byHost({ names, merged }: { names: Names | null; merged: Merged[] }): {
  by: HostOrder
  params: Params
} {
  const host = survivor(merged)
  if (!names) return { by: { name: null, host: host.sql }, params: host.params }
  const all = [...names]
  return {
    by: { name: `transform(host_id, {host_ids:Array(UInt64)}, ${LOWERED}, 'unknown')`, host: host.sql },
    params: {
      ...host.params,
      host_ids: all.map(([id]) => id),
      host_names: all.map(([, { hostname }]) => hostname),
    },
  }
}

const LOWERED = 'arrayMap(n -> lowerUTF8(n), {host_names:Array(String)})'
