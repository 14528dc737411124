import { sql } from 'kysely'
import type { SourceKind } from '#db/types.ts'
import { grouped } from '#server/platform/grouped.ts'
import type { TenantDb } from '#server/platform/tenant.ts'
import type { Profile } from './service.ts'

export type Heard = Awaited<ReturnType<typeof sourcesHeard>>[number]

/** How often each source comes: its last delivery, and what the visits of four weeks say of its pauses. */
export async function sourcesHeard(db: TenantDb) {
  const { rows } = await sql<{
    id: number
    name: string
    kind: SourceKind
    revoked: boolean
    expect_every_minutes: number | null
    last_at: Date | null
    since: Date
    visits: number
    pause_minutes: number | null
    known_minutes: number
    lag_seconds: number | null
  }>`
    with gap as (
      select source_id, visited_at,
        extract(epoch from visited_at - lag(visited_at) over (partition by source_id order by visited_at)) / 60 as minutes
      from source_visit where tenant_id = app.tenant_id() and visited_at > now() - interval '28 days'
    ), rhythm as (
      select source_id, count(*) as visits, extract(epoch from max(visited_at) - min(visited_at)) / 60 as known,
        percentile_disc(0.95) within group (order by minutes) filter (where minutes > 15) as pause
      from gap group by source_id
    )
    select source.id, source.name, source.kind, source.revoked_at is not null as revoked,
      source.expect_every_minutes,
      last.created_at as last_at, coalesce(last.created_at, source.created_at) as since,
      coalesce(rhythm.visits, 0)::int as visits, rhythm.pause::float8 as pause_minutes,
      coalesce(rhythm.known, 0)::float8 as known_minutes, lag.seconds::float8 as lag_seconds
    from source
    left join lateral (
      select created_at from batch where tenant_id = app.tenant_id() and source_id = source.id order by id desc limit 1
    ) last on true
    left join lateral (
      select lag_seconds as seconds from source_visit v
      where v.tenant_id = app.tenant_id() and v.source_id = source.id and lag_seconds is not null
      order by visited_at desc limit 1
    ) lag on true
    left join rhythm on rhythm.source_id = source.id
    where source.tenant_id = app.tenant_id()
    order by source.name`.execute(db)
  return rows
}

/** Rows stored per source and day (UTC) of arrival. */
export async function visitsPerDay(db: TenantDb, days: number): Promise<Map<number, Map<string, number>>> {
  const found = await db
    .selectFrom('source_visit')
    .select(['source_id', sql<string>`to_char(visited_at at time zone 'UTC', 'YYYY-MM-DD')`.as('day')])
    .select((eb) => eb.fn.sum<string>('stored').as('stored'))
    .where('visited_at', '>', sql<Date>`now() - make_interval(days => ${days})`)
    .groupBy(['source_id', 'day'])
    .execute()
  const perSource = new Map<number, Map<string, number>>()
  for (const { source_id, day, stored } of found) {
    const perDay = perSource.get(source_id) ?? new Map<string, number>()
    perSource.set(source_id, perDay.set(day, Number(stored)))
  }
  return perSource
}

type Ended = { source_id: number | null; created_at: Date; stored: number; newest: Date | null }

const KEPT_DAYS = 35

/** Adds deliveries to the visits of their sources, and forgets visits that no figure needs any more. */
export async function noteVisits(db: TenantDb, batches: Ended[]): Promise<void> {
  const ofSources = batches.filter(({ source_id }) => source_id !== null)
  if (ofSources.length === 0) return
  await sql`
    insert into source_visit (source_id, visited_at, stored, lag_seconds)
    select source_id, date_bin('5 minutes', at, 'epoch') as visit, sum(stored),
      (array_agg(extract(epoch from at - newest) order by at desc) filter (where newest is not null))[1]
    from unnest(${ofSources.map((one) => one.source_id)}::bigint[], ${ofSources.map((one) => one.created_at)}::timestamptz[],
      ${ofSources.map((one) => one.stored)}::bigint[], ${ofSources.map((one) => one.newest)}::timestamptz[]) seen (source_id, at, stored, newest)
    group by source_id, visit
    on conflict (tenant_id, source_id, visited_at) do update set
      stored = source_visit.stored + excluded.stored, lag_seconds = coalesce(excluded.lag_seconds, source_visit.lag_seconds)`.execute(
    db,
  )
  await db
    .deleteFrom('source_visit')
    .where('visited_at', '<', sql<Date>`now() - make_interval(days => ${KEPT_DAYS})`)
    .execute()
}

/** What each of these artifacts has been seen with. An artifact seen for the first time is not among them. */
export async function profilesOf(db: TenantDb, artifacts: string[]): Promise<Map<string, Profile>> {
  if (artifacts.length === 0) return new Map()
  const profiles = await db
    .selectFrom('artifact_profile')
    .select(['artifact', 'deliveries'])
    .where('artifact', 'in', artifacts)
    .execute()
  const columns = await db
    .selectFrom('artifact_column')
    .select(['artifact', 'name', 'kinds', 'deliveries', 'last_batch_id'])
    .where('artifact', 'in', artifacts)
    .execute()
  const byArtifact = grouped(columns, ({ artifact }) => artifact)
  return new Map(
    profiles.map(({ artifact, deliveries }) => [
      artifact,
      { deliveries, columns: new Map((byArtifact.get(artifact) ?? []).map(({ name, ...column }) => [name, column])) },
    ]),
  )
}

/** Keeps what was learnt, in two statements however many artifacts a delivery holds. */
export async function saveProfiles(db: TenantDb, profiles: Map<string, Profile>): Promise<void> {
  if (profiles.size === 0) return
  const values = [...profiles].map(([artifact, { deliveries }]) => ({ artifact, deliveries }))
  await db
    .insertInto('artifact_profile')
    .values(values)
    .onConflict((c) =>
      c.columns(['tenant_id', 'artifact']).doUpdateSet((eb) => ({ deliveries: eb.ref('excluded.deliveries') })),
    )
    .execute()
  const columns = [...profiles].flatMap(([artifact, profile]) =>
    [...profile.columns].map(([name, column]) => ({ artifact, name, ...column, kinds: column.kinds })),
  )
  // Eleven thousand lines of five values: a statement takes 65,535.
  for (let at = 0; at < columns.length; at += 10_000) {
    await db
      .insertInto('artifact_column')
      .values(columns.slice(at, at + 10_000))
      .onConflict((c) =>
        c.columns(['tenant_id', 'artifact', 'name']).doUpdateSet((eb) => ({
          kinds: eb.ref('excluded.kinds'),
          deliveries: eb.ref('excluded.deliveries'),
          last_batch_id: eb.ref('excluded.last_batch_id'),
        })),
      )
      .execute()
  }
}
