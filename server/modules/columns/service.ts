import type { TenantDb } from '#server/platform/tenant.ts'
import { catalogued } from './catalogue/all.ts'
import { guessed, type SeenPath } from './catalogue/heuristics.ts'
import { correctionsOf } from './queries.ts'
import type { Corrections, MappedBy, MappedColumn } from './schema.ts'
import { type TimeColumn, type TimesSql, timesSql } from './sql/times.ts'

export type { SeenPath } from './catalogue/heuristics.ts'
export { asciiName } from './sql/network.ts'
export { literal } from './sql/paths.ts'
export { foreignNamesSql, sightingsSql } from './sql/sightings.ts'
export type { TimesSql } from './sql/times.ts'

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
