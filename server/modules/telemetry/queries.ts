import { sql } from 'kysely'
import { hostIdsOf } from '#server/modules/hosts/service.ts'
import type { TenantDb } from '#server/platform/tenant.ts'

/** By a host's own id: the host that stands for it. */
export type Names = Map<number, { id: number; hostname: string }>

/** Of so many hosts at most the row engine is told the names, to sort by them. */
export const MOST_NAMES = 50_000
const MOST_DELIVERIES = 10
// Ten newest rows lie within the ten artifacts that have the newest ones.
const MOST_ARTIFACTS = 10

/** Under which host the rows of each of these are shown. */
export async function namesOf(db: TenantDb, ids: number[]): Promise<Names> {
  if (ids.length === 0) return new Map()
  const hosts = await db
    .selectFrom('host as h')
    .innerJoin('host as s', (join) => join.on('s.id', '=', sql<number>`coalesce(h.merged_into, h.id)`))
    .select(['h.id as own', 's.id', 's.hostname'])
    .where('h.id', 'in', ids)
    .execute()
  return new Map(hosts.map(({ own, ...host }) => [own, host]))
}

/** Under which host the rows of every host are shown; null for more hosts than one statement is told of. */
export async function everyName(db: TenantDb): Promise<Names | null> {
  // Merged ones are told apart here: the planner knows nothing of coalesce() and may compare each host with every other.
  const hosts = await db
    .selectFrom('host')
    .select(['id', 'hostname', 'merged_into'])
    .limit(MOST_NAMES + 1)
    .execute()
  if (hosts.length > MOST_NAMES) return null
  const byId = new Map(hosts.map((host) => [host.id, host]))
  return new Map(
    hosts.map((host) => {
      const { id, hostname } = byId.get(host.merged_into ?? host.id) ?? host
      return [host.id, { id, hostname }]
    }),
  )
}

/** What is known of a host's rows without asking for one: whose they are, the newest artifacts, the newest deliveries. */
export async function partsOf(db: TenantDb, hostId: number) {
  const ids = await hostIdsOf(db, hostId)
  if (ids.length === 0) return { names: new Map() as Names, artifacts: [], deliveries: [] }
  const artifacts = await db
    .selectFrom('host_artifact')
    .select('artifact')
    .where('host_id', 'in', ids)
    .groupBy('artifact')
    .orderBy(
      (eb) => eb.fn.max('last_row_at'),
      (order) => order.desc().nullsLast(),
    )
    .orderBy((eb) => eb.fn.max('last_received_at'), 'desc')
    .limit(MOST_ARTIFACTS)
    .execute()
  const deliveries = await db
    .selectFrom('batch')
    .select(['id', 'filename', 'artifact', 'created_at', 'stored'])
    .where('id', 'in', (eb) =>
      eb.selectFrom('host_artifact').select(sql<number>`unnest(batch_ids)`.as('id')).where('host_id', 'in', ids),
    )
    .orderBy('id', 'desc')
    .limit(MOST_DELIVERIES)
    .execute()
  return { names: await namesOf(db, ids), artifacts: artifacts.map(({ artifact }) => artifact), deliveries }
}
