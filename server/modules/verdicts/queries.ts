import { sql } from 'kysely'
import type { VerdictEnd, VerdictKind, VerdictScope } from '#db/types.ts'
import { now } from '#server/platform/clock.ts'
import { type Paging, paginate } from '#server/platform/paginate.ts'
import type { TenantDb } from '#server/platform/tenant.ts'
import type { Ctx } from '#server/platform/trpc.ts'
import type { ObservableType, STATES } from './schema.ts'

/** A typed value with the key it shares with values like it; '' where it has none. */
export type Shaped = { type: string; value: string; shape: string }

export type StoredVerdict = {
  id: number
  type: ObservableType
  value: string
  shape: string
  verdict: VerdictKind
  scope: VerdictScope
  scope_value: string
  reason: string
  owner_id: number | null
  owner_name: string
  decided_at: Date
  expires_at: Date | null
  revoked_at: Date | null
  revoked_by_name: string | null
  ended_how: VerdictEnd | null
  version: number
}

const SHOWN = [
  'id', 'type', 'value', 'shape', 'verdict', 'scope', 'scope_value', 'reason', 'owner_id', 'owner_name', 'decided_at',
  'expires_at', 'revoked_at', 'revoked_by_name', 'ended_how', 'version',
] as const // biome-ignore format: a list to read across

const verdicts = (db: TenantDb) => db.selectFrom('verdict').select(SHOWN).$castTo<StoredVerdict>()
const standing = (db: TenantDb) =>
  verdicts(db)
    .where('revoked_at', 'is', null)
    .where((eb) => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', now())]))

/** One verdict, whatever became of it. */
export const verdictById = (db: TenantDb, id: number) => verdicts(db).where('id', '=', id).executeTakeFirst()

/** Everything that counts now, of some types or of all. */
export const allStanding = (db: TenantDb, types?: readonly string[]) =>
  standing(db)
    .$if(types !== undefined, (query) => query.where('type', 'in', [...types!]))
    .orderBy('id')
    .execute()

/** What counts now for any of these values, by itself or by its shape. */
export async function standingFor(db: TenantDb, observables: Shaped[]): Promise<StoredVerdict[]> {
  const asked = observables.filter(({ value }) => !value.includes('\0'))
  if (asked.length === 0) return []
  const { rows } = await sql<StoredVerdict>`
    with asked as materialized (
      select distinct * from unnest(${asked.map(({ type }) => type)}::text[], ${asked.map(({ value }) => value)}::text[],
        ${asked.map(({ shape }) => shape)}::text[]) as a(type, value, shape)),
    found as (
      select v.id from asked a join verdict v
        on v.tenant_id = app.tenant_id() and v.type = a.type and v.value = a.value
      union
      select v.id from asked a join verdict v
        on v.tenant_id = app.tenant_id() and v.type = a.type and v.shape = a.shape
        and v.scope = 'shape' and v.revoked_at is null
      where a.shape <> '')
    select v.id, v.type, v.value, v.shape, v.verdict, v.scope, v.scope_value, v.reason, v.owner_id, v.owner_name, v.decided_at,
      v.expires_at, v.revoked_at, v.revoked_by_name, v.ended_how, v.version
    from found join verdict v on v.tenant_id = app.tenant_id() and v.id = found.id
    where v.revoked_at is null and (v.expires_at is null or v.expires_at > ${now()})
    order by v.id`.execute(db)
  return rows
}

const MOST_HISTORY = 100

/** What was ever decided about a value, or about all of its shape, the latest first. */
export const historyFor = (db: TenantDb, { type, value, shape }: Shaped) =>
  verdicts(db)
    .where('type', '=', type)
    .where((eb) =>
      shape === ''
        ? eb('value', '=', value)
        : eb.or([eb('value', '=', value), eb.and([eb('scope', '=', 'shape'), eb('shape', '=', shape)])]),
    )
    .orderBy('id', 'desc')
    .limit(MOST_HISTORY)
    .execute()

/** How often what is decided about each of these has changed; a value that is not named here never had a verdict. */
export async function versionsOf(db: TenantDb, observables: Pick<Shaped, 'type' | 'value'>[]) {
  const { rows } = await sql<{ type: string; value: string; version: number }>`
    select v.type, v.value, max(v.version) as version
    from unnest(${observables.map(({ type }) => type)}::text[], ${observables.map(({ value }) => value)}::text[]) as a(type, value)
    join verdict v on v.tenant_id = app.tenant_id() and v.type = a.type and v.value = a.value
    group by v.type, v.value`.execute(db)
  return new Map(rows.map(({ type, value, version }) => [`${type} ${value}`, version]))
}

/** One writer of verdicts per tenant: what is compared stays true until the transaction ends. */
export const oneWriter = (db: TenantDb) =>
  sql`select pg_advisory_xact_lock(hashtextextended('verdict.' || app.tenant_id(), 0))`.execute(db)

export type Ending = { deed: string; how: VerdictEnd; by: { id: number | null; name: string } }

// The next change of what is decided about the value.
const NEXT = sql<number>`(select max(w.version) + 1 from verdict w
  where w.tenant_id = app.tenant_id() and w.type = verdict.type and w.value = verdict.value)`

/** Ends these verdicts, each as a change of its own. */
export const endVerdicts = (db: TenantDb, ids: number[], { deed, how, by }: Ending) =>
  db
    .updateTable('verdict')
    .set({
      revoked_at: now(),
      revoked_by: by.id,
      revoked_by_name: by.name,
      ended_how: how,
      ended_deed: deed,
      version: NEXT,
    })
    .where('id', 'in', ids)
    .execute()

/** Lets verdicts that a deed has ended stand again. */
export const restoreVerdicts = (db: TenantDb, deed: string) =>
  db
    .updateTable('verdict')
    .set({
      revoked_at: null,
      revoked_by: null,
      revoked_by_name: null,
      ended_how: null,
      ended_deed: null,
      version: NEXT,
    })
    .where('ended_deed', '=', deed)
    .returning(['id'])
    .execute()

export type Fresh = Omit<
  StoredVerdict,
  'id' | 'decided_at' | 'revoked_at' | 'revoked_by_name' | 'ended_how' | 'owner_id' | 'owner_name'
>
type Deciding = { deed: string; by: { id: number | null; name: string } }

/** Stores verdicts as one deed. */
export const insertVerdicts = (db: TenantDb, fresh: Fresh[], { deed, by }: Deciding) =>
  db
    .insertInto('verdict')
    .values(fresh.map((one) => ({ ...one, owner_id: by.id, owner_name: by.name, decided_at: now(), deed })))
    .returning('id')
    .execute()

/** Ids of what stands in the way of these: the word on the same value and scope, or on the same shape; expired ones too. */
export async function replacedBy(db: TenantDb, fresh: Fresh[]): Promise<number[]> {
  const [{ scope, scope_value } = { scope: 'all', scope_value: '' }] = fresh
  const { rows } = await sql<{ id: number }>`
    select distinct v.id
    from unnest(${fresh.map(({ type }) => type)}::text[], ${fresh.map(({ value }) => value)}::text[],
      ${fresh.map(({ shape }) => shape)}::text[]) as a(type, value, shape)
    join verdict v on v.tenant_id = app.tenant_id() and v.type = a.type and v.revoked_at is null
      and v.scope = ${scope}::verdict_scope and v.scope_value = ${scope_value}
      and (v.value = a.value or (a.shape <> '' and v.shape = a.shape))`.execute(db)
  return rows.map(({ id }) => id)
}

/** What a deed gave and what it ended. */
export const deedOf = (db: TenantDb, deed: string) =>
  db
    .selectFrom('verdict')
    .select([...SHOWN, 'deed', 'ended_deed', 'revoked_by'])
    .where((eb) => eb.or([eb('deed', '=', deed), eb('ended_deed', '=', deed)]))
    .orderBy('id')
    .execute()

type Filter = {
  q?: string | undefined
  verdict?: VerdictKind | undefined
  type?: string | undefined
  owner?: string | undefined
  state?: (typeof STATES)[number] | undefined
}

/** Decisions, the latest first, one keyset page, with their owners' names. */
export async function verdictPage(ctx: Ctx, input: Paging & Filter) {
  const { q, verdict, type, owner, state } = input
  const like = q ? `%${q.replace(/[\\%_]/g, '\\$&')}%` : ''
  const expired = sql<boolean>`verdict.expires_at is not null and verdict.expires_at <= ${now()}`
  const matching = ctx.db
    .selectFrom('verdict')
    .$if(q !== undefined, (found) =>
      found.where((eb) => eb.or([eb('value', 'ilike', like), eb('reason', 'ilike', like)])),
    )
    .$if(verdict !== undefined, (found) => found.where('verdict.verdict', '=', verdict!))
    .$if(type !== undefined, (found) => found.where('verdict.type', '=', type!))
    .$if(owner !== undefined, (found) => found.where('verdict.owner_name', '=', owner!))
    .$if(state === 'ended', (found) => found.where('verdict.revoked_at', 'is not', null))
    .$if(state === 'expired', (found) => found.where('verdict.revoked_at', 'is', null).where(expired))
    .$if(state === 'standing', (found) =>
      found.where('verdict.revoked_at', 'is', null).where((eb) => eb.not(eb.parens(expired))),
    )
  const page = await paginate(matching.select(SHOWN).$castTo<StoredVerdict>(), 'verdict', input)
  const { total } = await matching.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow()
  return { ...page, total: Number(total), owners: await ownersOf(ctx.db) }
}

// From one name of the list to the next would need an index on names; a tenant has few people.
const ownersOf = async (db: TenantDb): Promise<string[]> =>
  (await db.selectFrom('verdict').select('owner_name').distinct().orderBy('owner_name').limit(200).execute()).map(
    ({ owner_name }) => owner_name,
  )

/** What stands, by id, for the REST bridge. */
export const standingSlice = (
  db: TenantDb,
  { skip, limit, type, value }: { skip: number; limit: number; type?: string | undefined; value?: string | undefined },
) =>
  standing(db)
    .$if(type !== undefined, (query) => query.where('type', '=', type!))
    .$if(value !== undefined, (query) => query.where('value', '=', value!))
    .orderBy('id')
    .offset(skip)
    .limit(limit)
    .execute()
