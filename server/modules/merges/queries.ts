import { sql } from 'kysely'
import { heldBy } from '#server/modules/hosts/queries.ts'
import { hostIdsOf } from '#server/modules/hosts/service.ts'
import type { TenantDb } from '#server/platform/tenant.ts'

const SHOWN = [
  'id',
  'hostname',
  'fqdn',
  'client_id',
  'machine_id',
  'os',
  'ip_address',
  'first_seen_at',
  'last_seen_at',
  'merged_into',
] as const
const MOST = 10

/** Hosts that hold `q`; without it those that bear a name or the machine id of the given one. None that is merged. */
export const candidatesFor = (
  db: TenantDb,
  host: { id: number; hostname: string; fqdn: string | null; machine_id: string | null },
  q: string | undefined,
) => {
  const names = [host.hostname, host.fqdn ?? host.hostname].map((name) => sql<string>`lower(${name})`)
  return db
    .selectFrom('host')
    .select(SHOWN)
    .where('merged_into', 'is', null)
    .where('id', '!=', host.id)
    .$if(q !== undefined, (query) => query.where(heldBy(q ?? '')))
    .$if(q === undefined, (query) =>
      query.where((eb) =>
        eb.or([eb('hostname_key', 'in', names), eb('fqdn_key', 'in', names), eb('machine_id', '=', host.machine_id)]),
      ),
    )
    .orderBy('last_seen_at', 'desc')
    .orderBy('id', 'desc')
    .limit(MOST)
    .execute()
}

/** One side of a merge: the host as it is, and what it and those merged into it hold. Undefined when there is none. */
export async function sideOf(db: TenantDb, id: number) {
  const host = await db.selectFrom('host').select(SHOWN).where('id', '=', id).executeTakeFirst()
  if (!host) return undefined
  const ids = host.merged_into === null ? await hostIdsOf(db, id) : [id]
  const held = await db
    .selectFrom('host_artifact')
    .select((eb) => [
      eb.fn.count<number>('artifact').distinct().as('artifacts'),
      sql<number>`coalesce(sum(rows), 0)::bigint`.as('rows'),
    ])
    .where('host_id', 'in', ids)
    .executeTakeFirstOrThrow()
  const { labels } = await db
    .selectFrom('host_label')
    .select(sql<string[]>`coalesce(array_agg(distinct label order by label), '{}')`.as('labels'))
    .where('host_id', 'in', ids)
    .where('removed_at', 'is', null)
    .executeTakeFirstOrThrow()
  return { ...host, ...held, labels, hosts: ids.length }
}

export type Side = NonNullable<Awaited<ReturnType<typeof sideOf>>>

/** Hosts under one another's merges, from `id` down. */
export const below = async (db: TenantDb, id: number): Promise<number[]> =>
  (
    await sql<{ id: number }>`
      with recursive found as (
        select host_id as id from host_merge where tenant_id = app.tenant_id() and into_id = ${id}
        union
        select m.host_id from host_merge m join found on m.into_id = found.id where m.tenant_id = app.tenant_id())
      select id from found`.execute(db)
  ).rows.map((row) => row.id)
