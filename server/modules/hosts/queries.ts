import { type Expression, type ExpressionBuilder, type SqlBool, sql } from 'kysely'
import type { z } from 'zod'
import type { Tables } from '#db/types.ts'
import { addLabel, historyOf, labelsOf, removeLabel } from '#server/modules/facts/queries.ts'
import { noteHostFacts } from '#server/modules/facts/service.ts'
import { record } from '#server/platform/activity.ts'
import { paginate } from '#server/platform/paginate.ts'
import { storable } from '#server/platform/storable.ts'
import { missing, tallyOf } from '#server/platform/table.ts'
import type { Ctx } from '#server/platform/trpc.ts'
import type { HostLabel, HostList, HostSlice, NewHost } from './schema.ts'
import { hostIdsOf } from './service.ts'

type Listing = z.infer<typeof HostList>
type Builder = ExpressionBuilder<Tables, 'host'>

const AS_TEXT = { hostname: sql.ref('hostname'), os: sql.ref('os'), ip_address: sql`host(ip_address)` }
const LISTED = [
  'id',
  'hostname',
  'client_id',
  'os',
  'ip_address',
  'first_seen_at',
  'last_seen_at',
  'created_at',
] as const
/** What there is to know; the other columns are for finding it. */
const SHOWN = [
  ...LISTED,
  'org',
  'tenant_id',
  'fqdn',
  'os_release',
  'architecture',
  'client_version',
  'machine_id',
  'host_metadata',
  'updated_at',
] as const

/** The page of hosts that stand for themselves, with what there is to filter by. */
export async function listHosts(ctx: Ctx, input: Listing) {
  const matching = ctx.db.selectFrom('host').where('merged_into', 'is', null).where(meets(input))
  const page = await paginate(matching.select(LISTED), 'host', input)
  const narrowed = input.q || input.os || input.org || input.label
  const total = narrowed ? await countOf(matching.select(sql<number>`count(*)`.as('n'))) : await tallyOf(ctx, 'host')
  return { ...page, total, ...(await choices(ctx)) }
}

const countOf = async (query: { executeTakeFirst: () => Promise<{ n: number } | undefined> }) =>
  (await query.executeTakeFirst())?.n ?? 0

/** Hosts whose names, former ones and those of hosts merged into them included, ids, addresses or systems hold `q`. */
export const heldBy = (q: string) => sql<boolean>`haystack like lower(${`%${q.replace(/[\\%_]/g, '\\$&')}%`})`

const meets =
  ({ q, os, org, label }: Pick<Listing, 'q' | 'os' | 'org' | 'label'>) =>
  (eb: Builder) => {
    const conditions: Expression<SqlBool>[] = []
    if (q) conditions.push(heldBy(q))
    if (os) conditions.push(eb('os', '=', os))
    if (org === 'root') conditions.push(eb('org', 'is', null), eb('client_id', 'is not', null))
    else if (org) conditions.push(eb('org', '=', org))
    if (label) conditions.push(bears(eb, label))
    return eb.and(conditions)
  }

// Itself, or a host merged into it. Two sets that are looked up: a join would be planned by what the tables once were.
function bears(eb: Builder, label: string) {
  const bearers = eb
    .selectFrom('host_label')
    .select('host_id')
    .where('label', '=', label)
    .where('removed_at', 'is', null)
  const merged = eb.selectFrom('host as m').select('m.merged_into').where('m.merged_into', 'is not', null)
  return eb.or([
    eb('id', 'in', bearers),
    eb('id', 'in', merged.where('m.id', 'in', bearers).$castTo<{ merged_into: number }>()),
  ])
}

type Choices = { operatingSystems: string[]; orgs: string[]; labels: string[] }

// From one value of an index to the next: as many steps as there are values, not as there are hosts.
async function choices({ db }: Ctx): Promise<Choices> {
  const { rows } = await sql<Choices>`
    with recursive systems as (
      (select os as v from host where tenant_id = app.tenant_id() and os is not null order by os limit 1)
      union all
      select (select os from host where tenant_id = app.tenant_id() and os > systems.v order by os limit 1)
      from systems where systems.v is not null),
    orgs as (
      (select org as v from host where tenant_id = app.tenant_id() and org is not null order by org limit 1)
      union all
      select (select org from host where tenant_id = app.tenant_id() and org > orgs.v order by org limit 1)
      from orgs where orgs.v is not null),
    labels as (
      (select label as v from host_label where tenant_id = app.tenant_id() and removed_at is null order by label limit 1)
      union all
      select (select label from host_label where tenant_id = app.tenant_id() and removed_at is null and label > labels.v
        order by label limit 1)
      from labels where labels.v is not null)
    select array(select v from systems where v is not null limit 200) as "operatingSystems",
      array(select v from orgs where v is not null limit 200) as orgs,
      array(select v from labels where v is not null limit 200) as labels`.execute(db)
  return rows[0]!
}

/** Hosts by position, for the REST bridge: ties go by id, so that the order is stable. */
export function hostSlice(ctx: Ctx, { skip, limit, sort_by, sort_desc, ...filter }: z.infer<typeof HostSlice>) {
  let query = ctx.db.selectFrom('host').select(SHOWN).where('merged_into', 'is', null)
  for (const column of ['hostname', 'os', 'ip_address'] as const) {
    const text = filter[column]
    if (text) query = query.where(sql<boolean>`${AS_TEXT[column]} ilike ${`%${text.replace(/[\\%_]/g, '\\$&')}%`}`)
  }
  const column = sort_by === 'last_seen' ? 'last_seen_at' : sort_by
  return query
    .orderBy(column, (order) => (sort_desc ? order.desc() : order.asc()).nullsLast())
    .orderBy('id')
    .offset(skip)
    .limit(limit)
    .execute()
}

/** A host; for one that is merged the one it is merged into. Throws `not_found`. */
export const getHost = async ({ db }: Pick<Ctx, 'db'>, id: number) =>
  (await db
    .selectFrom('host')
    .select(SHOWN)
    .where('id', '=', (eb) =>
      eb
        .selectFrom('host as asked')
        .select((asked) => asked.fn.coalesce('asked.merged_into', 'asked.id').as('id'))
        .where('asked.id', '=', id),
    )
    .executeTakeFirst()) ?? missing('host')

/** All the records hold of a host and of those merged into it. */
export async function hostRecord(ctx: Ctx, id: number) {
  const host = await getHost(ctx, id)
  const ids = await hostIdsOf(ctx.db, host.id)
  return {
    host,
    history: await historyOf(ctx.db, ids),
    labels: await labelsOf(ctx.db, ids),
    artifacts: await artifactsOf(ctx, ids),
    merged: ids.length > 1 ? await mergedInto(ctx, ids) : [],
  }
}

const artifactsOf = ({ db }: Ctx, ids: number[]) =>
  db
    .selectFrom('host_artifact')
    .select((eb) => [
      'artifact',
      sql<number>`sum(rows)::bigint`.as('rows'),
      eb.fn.max('last_row_at').as('last_row_at'),
      eb.fn.max('last_received_at').as('last_received_at'),
      sql<number>`max(batch_ids[1])`.as('batch_id'),
    ])
    .where('host_id', 'in', ids)
    .groupBy('artifact')
    .orderBy('artifact')
    .execute()

const mergedInto = ({ db }: Ctx, ids: number[]) =>
  db
    .selectFrom('host_merge as m')
    .innerJoin('host as h', 'h.id', 'm.host_id')
    .innerJoin('host as into', 'into.id', 'm.into_id')
    .select([
      'h.id',
      'h.hostname',
      'h.client_id',
      'h.own_last_seen_at as last_seen_at',
      'm.into_id',
      'into.hostname as into_hostname',
      'm.reason',
      'm.merged_by_name',
      'm.created_at as merged_at',
    ])
    .where('m.host_id', 'in', ids)
    .orderBy('m.created_at', 'desc')
    .orderBy('m.id', 'desc')
    .execute()

/** Adds a host, or fills in the one of that name; what is known is never erased. Of a merged host the one that stands for it. */
export async function upsertHost(ctx: Ctx, { hostname, ip_address, os, host_metadata }: z.infer<typeof NewHost>) {
  const metadata = host_metadata ? storable(JSON.stringify(host_metadata)) : null
  const known = await ctx.db
    .updateTable('host')
    .set({
      host_metadata: sql`coalesce(host_metadata, '{}'::jsonb) || coalesce(${metadata}::jsonb, '{}'::jsonb)`,
      own_last_seen_at: sql<Date>`now()`,
    })
    .where('id', '=', (eb) =>
      eb
        .selectFrom('host as named')
        .select('named.id')
        .where('named.hostname_key', '=', sql<string>`lower(${hostname})`)
        .orderBy('named.own_last_seen_at', 'desc')
        .limit(1),
    )
    .returning('id')
    .executeTakeFirst()
  const id = known?.id ?? (await insertHost(ctx, hostname, metadata))
  const said = { ...(known ? {} : { hostname }), os, address: ip_address }
  const facts = Object.entries(said).flatMap(([fact, value]) => (value ? [{ host_id: id, fact, value }] : []))
  await noteHostFacts(
    ctx.db,
    facts.map((fact) => ({ ...fact, seen_at: null, batch_id: null })),
  )
  await record(ctx, known ? 'host.updated' : 'host.created', { type: 'host', id })
  return getHost(ctx, id)
}

async function insertHost({ db }: Ctx, hostname: string, host_metadata: string | null): Promise<number> {
  const { id } = await db
    .insertInto('host')
    .values({ hostname, host_metadata, own_first_seen_at: sql`now()` })
    // Two pushes of a new host at once: the second one finds the first one's row.
    .onConflict((c) =>
      c
        .columns(['tenant_id', 'hostname_key'])
        .where('client_id', 'is', null)
        .where('machine_id', 'is', null)
        .doUpdateSet({ own_last_seen_at: sql<Date>`now()` }),
    )
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

/** Gives a host a label, by whichever of its ids. Throws `not_found`. */
export const labelHost = async (ctx: Ctx, { id, label }: z.infer<typeof HostLabel>) =>
  addLabel(ctx, { id: (await getHost(ctx, id)).id, label })

/** Takes a label from a host and those merged into it. Throws `not_found`. */
export async function unlabelHost(ctx: Ctx, { id, label }: z.infer<typeof HostLabel>) {
  const host = await getHost(ctx, id)
  return removeLabel(ctx, { id: host.id, ids: await hostIdsOf(ctx.db, host.id), label })
}
