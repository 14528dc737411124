import { record } from '#server/platform/activity.ts'
import { AppError } from '#server/platform/errors.ts'
import { missing } from '#server/platform/table.ts'
import type { TenantDb } from '#server/platform/tenant.ts'
import type { Ctx, DetachedCtx } from '#server/platform/trpc.ts'
import { catalogued } from './catalogue/all.ts'
import { guessed, type SeenPath } from './catalogue/heuristics.ts'
import { artifactNames, sampledPaths, seenPaths } from './known.ts'
import { correctionsOf, hostNames, putCorrections, type StoredCorrection } from './queries.ts'
import { newestRaw, previewRows, rowsOf, valuesIn } from './rows.ts'
import { type ColumnMapEdit, type Corrections, isPath, type MappedBy, type MappedColumn } from './schema.ts'
import type { ColumnsOf } from './sql/sightings.ts'
import { pathsOf, type TimeRead, timesRead } from './sql/sources.ts'
import { type TimeColumn, type TimesSql, timesSql } from './sql/times.ts'

export { isCarried } from './catalogue/carried.ts'
export type { SeenPath } from './catalogue/heuristics.ts'
export { artifactNames, type SampledPath, sampledPaths, seenPaths } from './known.ts'
export { CANONICAL, cleanSql, keySql, type ObservableType, observableOf } from './sql/canonical.ts'
export { cellPaths, cellTexts, rowTexts, valueIn } from './sql/cells.ts'
export { factsSql, TELLING } from './sql/facts.ts'
export { asciiName } from './sql/network.ts'
export { literal } from './sql/paths.ts'
export { withShape } from './sql/shape.ts'
export type { ColumnsOf } from './sql/sightings.ts'
export { foreignNamesSql, observablesSql, SIGHTINGS_SETTINGS, sightingsSql } from './sql/sightings.ts'
export { sourceOf, type TimeRead, timesRead } from './sql/sources.ts'
export type { TimesSql } from './sql/times.ts'
export { type Typed, typedTexts } from './typed.ts'

export type Mapped = MappedColumn & { by: MappedBy }
/** What an artifact's columns are. `revision`: of the tenant's corrections, 0 when there is none. */
export type ArtifactMap = { columns: Mapped[]; revision: number }
export type Maps = Map<string, ArtifactMap>

/**
 * What the columns of these artifacts are: the catalogue's word, else what their names say, and over both the tenant's.
 * `pathsOf` is asked for the paths of artifacts that are in no list.
 */
export async function mapsOf(
  db: TenantDb,
  artifacts: string[],
  pathsOf: (artifacts: string[]) => Promise<Map<string, SeenPath[]>>,
): Promise<Maps> {
  const corrected = new Map((await correctionsOf(db, artifacts)).map((map) => [map.artifact, map]))
  const unknown = artifacts.filter((artifact) => !catalogued(artifact))
  const paths = unknown.length > 0 ? await pathsOf(unknown) : new Map<string, SeenPath[]>()
  return new Map(
    artifacts.map((artifact) => {
      const said = corrected.get(artifact)
      const columns = mapOf(artifact, paths.get(artifact) ?? [], said?.corrections)
      return [artifact, { columns, revision: said?.revision ?? 0 }]
    }),
  )
}

/** The map of one artifact whose rows have these paths. */
export function mapOf(artifact: string, paths: SeenPath[], corrections?: Corrections): Mapped[] {
  const known = catalogued(artifact)
  const base = (known ?? guessed(artifact, paths)).map((column) => marked(column, known ? 'catalogue' : 'name'))
  if (!corrections) return base
  const said = new Map(corrections.columns.map((column) => [column.path, column]))
  const kept = base.filter(({ path }) => !said.has(path))
  const own = corrections.columns.flatMap(({ role, ...column }) =>
    role === 'none'
      ? []
      : [marked({ ...column, role, ...(role === 'time' ? { label: column.label ?? 'seen' } : {}) }, 'tenant')],
  )
  return dated([...kept, ...own], corrections.dates ?? base.find(({ role }) => role === 'time')?.path)
}

const marked = (column: MappedColumn, by: MappedBy): Mapped => ({ ...column, by })

/** The same columns, the time at `path` before the other times. */
function dated(columns: Mapped[], path: string | undefined): Mapped[] {
  const first = columns.find((column) => column.role === 'time' && column.path === path)
  return first ? [first, ...columns.filter((column) => column !== first)] : columns
}

/** SQL for the times of rows of these artifacts. */
export function timesOf(maps: Maps): TimesSql {
  const same = new Map<string, { artifacts: string[]; times: TimeColumn[] }>()
  for (const [artifact, { columns }] of maps) {
    const times = columns.filter(({ role }) => role === 'time').map(asTime)
    const key = JSON.stringify(times)
    same.set(key, { artifacts: [...(same.get(key)?.artifacts ?? []), artifact], times })
  }
  return timesSql([...same.values()], [])
}

const asTime = ({ path, label = 'seen', list = false }: Mapped): TimeColumn => ({ path, label, list })

type StoredText = { artifact: string; raw: string }

/** Tells of each of these rows where its times stand, as far as that is certain: one look for all of them. */
export async function timeReader(db: TenantDb, rows: StoredText[]) {
  const artifacts = [...new Set(rows.map(({ artifact }) => artifact))]
  const maps = artifacts.length === 0 ? null : await mapsOf(db, artifacts, async (unlisted) => pathsOf(rows, unlisted))
  return ({ artifact, raw }: StoredText): Iterable<TimeRead> => timesRead(raw, maps?.get(artifact)?.columns ?? [])
}

/** Every artifact that has rows: how many columns are mapped, by what, and whether stored rows follow. */
export async function listMaps(ctx: DetachedCtx) {
  const artifacts = await artifactNames(ctx.rows)
  const unknown = artifacts.filter((artifact) => !catalogued(artifact))
  const found = seenPaths(await sampledPaths(ctx.rows, unknown, LISTED_SAMPLE))
  const corrected = new Map(
    (await ctx.transact('read only', ({ db }) => correctionsOf(db, artifacts))).map((map) => [map.artifact, map]),
  )
  return artifacts.map((artifact) => {
    const said = corrected.get(artifact)
    const columns = mapOf(artifact, found.get(artifact) ?? [], said?.corrections)
    return {
      artifact,
      listed: catalogued(artifact) !== null,
      columns: columns.length,
      times: columns.filter(({ role }) => role === 'time').length,
      corrected: said?.corrections.columns.length ?? 0,
      following: said ? followingOf(said) : null,
    }
  })
}

/** An artifact's columns with values of its newest rows, what each is and who says so. Throws `not_found` without rows. */
export async function getMap(ctx: DetachedCtx, artifact: string) {
  const rows = (await rowsOf(ctx.rows, artifact)) || missing('artifact')
  const [paths, raw, said] = await Promise.all([
    pathsSeenIn(ctx, artifact),
    newestRaw(ctx.rows, artifact),
    correctionOf(ctx, artifact),
  ])
  const columns = mapOf(artifact, paths, said?.corrections)
  const base = new Map(mapOf(artifact, paths).map((column) => [column.path, column]))
  const mapped = new Map(columns.map((column) => [column.path, column]))
  const values = valuesIn(raw.map((row) => row.raw))
  const names = new Set([
    ...values.keys(),
    ...paths.map(({ path }) => path),
    ...(said?.corrections.columns ?? []).map(({ path }) => path),
  ])
  return {
    artifact,
    rows,
    listed: catalogued(artifact) !== null,
    dates: columns.find(({ role }) => role === 'time')?.path ?? null,
    corrected: said?.corrections.columns.length ?? 0,
    following: said ? followingOf(said) : null,
    columns: [...names].filter(isPath).map((path) => ({
      path,
      values: values.get(path) ?? [],
      role: mapped.get(path)?.role ?? null,
      label: mapped.get(path)?.label ?? null,
      by: mapped.get(path)?.by ?? (base.has(path) ? ('tenant' as const) : null),
      ownRole: base.get(path)?.role ?? null,
    })),
  }
}

/** What a map would make of the newest rows. Nothing is kept. */
export async function previewMap(ctx: DetachedCtx, { artifact, ...edit }: ColumnMapEdit) {
  const paths = await pathsSeenIn(ctx, artifact)
  const columns = mapOf(artifact, paths, differencesOf(artifact, paths, edit))
  const times = timesOf(new Map([[artifact, { columns, revision: 0 }]]))
  const found = await previewRows(ctx.rows, artifact, columns, times)
  const names = await ctx.transact('read only', ({ db }) =>
    hostNames(
      db,
      found.map(({ host_id }) => host_id),
    ),
  )
  return found.map(({ host_id, batch_id, line, event_ms, was_ms, times_ms, labels, values }) => ({
    id: `${host_id}.${batch_id}.${line}`,
    hostname: names.get(host_id) ?? 'unknown',
    event: event_ms === null ? null : new Date(event_ms),
    was: was_ms === null ? null : new Date(was_ms),
    times: times_ms.map((ms, at) => ({ at: new Date(ms), label: labels[at] ?? 'seen' })),
    values: values.map(({ type, field, value }) => ({ type, field, value })),
  }))
}

/** Keeps a tenant's word on an artifact; stored rows follow in the background. Throws `not_found` without rows. */
export async function saveMap(ctx: DetachedCtx, { artifact, ...edit }: ColumnMapEdit) {
  if (!(await rowsOf(ctx.rows, artifact))) missing('artifact')
  const paths = await pathsSeenIn(ctx, artifact)
  const corrections = differencesOf(artifact, paths, edit)
  return ctx.transact('read write', (own) => correct(own, artifact, corrections))
}

/** Takes a tenant's word back: what the list or the names say holds again, for stored rows too. Throws `not_found`. */
export async function resetMap(ctx: Ctx, artifact: string) {
  const [said] = await correctionsOf(ctx.db, [artifact])
  if (!said) missing('correction')
  return correct(ctx, artifact, { columns: [] })
}

async function correct(ctx: Ctx, artifact: string, corrections: Corrections) {
  const { id, revision } = await putCorrections(ctx.db, artifact, corrections, ctx.actor.accountId)
  const detail = { artifact, columns: corrections.columns.map(({ path, role }) => `${path}: ${role}`).slice(0, 50) }
  await record(ctx, 'column_map.corrected', { type: 'column_map', id }, detail)
  return { artifact, revision }
}

/** Only what differs from the list or the names is the tenant's word, so that a better list is not held back. */
function differencesOf(artifact: string, paths: SeenPath[], { columns, dates }: Corrections): Corrections {
  const base = mapOf(artifact, paths)
  const lists = new Set(paths.filter(({ list }) => list).map(({ path }) => path))
  const own = columns.filter(({ path, role, label }) => {
    const before = base.filter((column) => column.path === path)
    if (role === 'none') return before.length > 0
    return !before.some((column) => column.role === role && (role !== 'time' || column.label === label))
  })
  const said = own.map((column) => (lists.has(column.path) ? { ...column, list: true } : column))
  const first = base.find(({ role }) => role === 'time')?.path
  if (dates === undefined || dates === first) return { columns: said }
  const isTime = mapOf(artifact, paths, { columns: said }).some(({ path, role }) => path === dates && role === 'time')
  if (!isTime) throw new AppError('invalid', `Only a time can date the row, and ${dates} is none.`)
  return { columns: said, dates }
}

const LISTED_SAMPLE = 100
const EDITED_SAMPLE = 1_000

const pathsSeenIn = async (ctx: DetachedCtx, artifact: string): Promise<SeenPath[]> =>
  seenPaths(await sampledPaths(ctx.rows, [artifact], EDITED_SAMPLE)).get(artifact) ?? []

const correctionOf = async (ctx: DetachedCtx, artifact: string) =>
  (await ctx.transact('read only', ({ db }) => correctionsOf(db, [artifact])))[0]

const followingOf = ({ revision, derived_revision, derived_pct, error, corrected_at }: StoredCorrection) => ({
  done: derived_revision >= revision,
  pct: derived_pct,
  error,
  corrected_at,
})

/** The maps of several artifacts, each once with all that share it. */
export function groupsOf(maps: Maps): ColumnsOf[] {
  const same = new Map<string, ColumnsOf>()
  for (const [artifact, { columns }] of maps) {
    const mapped = columns.filter(({ role }) => role !== 'time').map(({ by: _by, ...column }) => column)
    const key = JSON.stringify(mapped)
    same.set(key, { artifacts: [...(same.get(key)?.artifacts ?? []), artifact], columns: mapped })
  }
  return [...same.values()]
}
