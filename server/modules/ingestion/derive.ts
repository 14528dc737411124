import {
  asciiName,
  factsSql,
  foreignNamesSql,
  groupsOf,
  type Maps,
  mapsOf,
  type SeenPath,
  SIGHTINGS_SETTINGS,
  sightingsSql,
  TELLING,
} from '#server/modules/columns/service.ts'
import type { HostFact } from '#server/modules/facts/schema.ts'
import type { JobCtx } from '#server/platform/jobs.ts'
import type { TenantRows } from '#server/platform/telemetry.ts'
import { OWN } from './staging.ts'

/** Rows of one artifact on one host. */
export type Portion = { artifact: string; host_id: number; rows: number }

const DOC = `assumeNotNull(accurateCastOrNull(if(doc = '', raw, doc), 'JSON(max_dynamic_paths=256)'))`
const SAMPLE = 1_000
const PATHS = 500
const AT_ONCE_ROWS = 500_000
const FOREIGN_NAMES = 10_000

/** What the columns of the artifacts in a load are, before its rows are stored. */
export async function mapsOfLoad(ctx: JobCtx, load: number): Promise<Maps> {
  const found = await ctx.rows.select<{ artifact: string }>(
    `select distinct artifact from incoming where ${OWN} and artifact != '' order by artifact`,
    { load },
    { seconds: 60, maxRows: 1_000_000 },
  )
  const artifacts = found.map(({ artifact }) => artifact)
  return ctx.transact('read only', (db) => mapsOf(db, artifacts, (unknown) => stagedPaths(ctx.rows, load, unknown)))
}

/** The columns in the first rows of each of these artifacts. */
async function stagedPaths(rows: TenantRows, load: number, artifacts: string[]): Promise<Map<string, SeenPath[]>> {
  const found = await rows.select<{ artifact: string; path: string; list: number }>(
    `select artifact, seen.1 as path, max(startsWith(seen.2, 'Array')) as list from (
       select artifact, arrayJoin(cast(JSONAllPathsWithTypes(${DOC}), 'Array(Tuple(String, String))')) as seen from (
         select artifact, doc, raw from incoming
         where ${OWN} and artifact in {artifacts:Array(String)} and flaw in ('', 'SUSPECT')
         order by chunk, seq limit ${SAMPLE} by artifact))
     group by artifact, path order by artifact, path limit ${PATHS} by artifact`,
    { load, artifacts },
    { seconds: 120, maxRows: 1_000_000 },
  )
  return pathsByArtifact(found)
}

/** The same paths, gathered by artifact. */
export function pathsByArtifact(found: { artifact: string; path: string; list: number }[]): Map<string, SeenPath[]> {
  const paths = new Map<string, SeenPath[]>()
  for (const { artifact, path, list } of found)
    paths.set(artifact, [...(paths.get(artifact) ?? []), { path, list: list === 1 }])
  return paths
}

/**
 * Writes where values were seen in stored rows of these deliveries, which `portions` counts. Safe to repeat: a sighting
 * that is there already is written over.
 */
export async function deriveBatches(ctx: JobCtx, batches: number[], portions: Portion[], maps: Maps): Promise<void> {
  const hosts = new Map<number, number>()
  for (const { host_id, rows } of portions) hosts.set(host_id, (hosts.get(host_id) ?? 0) + rows)
  const artifacts = [...new Set(portions.filter(({ rows }) => rows > 0).map(({ artifact }) => artifact))]
  const present = new Map(
    artifacts.flatMap((artifact) => (maps.has(artifact) ? [[artifact, maps.get(artifact)!]] : [])),
  )
  for (const slice of slicesOf([...hosts].map(([host_id, rows]) => ({ host_id, rows })))) {
    ctx.signal.throwIfAborted()
    await deriveSlice(ctx.rows, present, { hosts: slice.map(({ host_id }) => host_id), batches })
  }
}

/** Neighbours together as far as their rows fit into one statement; none is divided. */
export function* slicesOf<P extends { rows: number }>(portions: P[]): Generator<P[]> {
  let slice: P[] = []
  let rows = 0
  for (const portion of portions) {
    if (rows > 0 && rows + portion.rows > AT_ONCE_ROWS) {
      yield slice
      slice = []
      rows = 0
    }
    slice.push(portion)
    rows += portion.rows
  }
  if (slice.length > 0) yield slice
}

/** Rows by host and delivery. A value's rows on a host in a delivery are counted in one go, or not exactly. */
export type Slice = { hosts: number[]; batches: number[] }

const OF_SLICE = `artifact in {artifacts:Array(String)} and host_id in {hosts:Array(UInt64)}
  and batch_id in {batches:Array(UInt64)}`
const SETTINGS = { ...SIGHTINGS_SETTINGS, max_bytes_before_external_group_by: String(1024 ** 3) } as const

/** Writes the sightings of these artifacts in a slice, in one statement: each costs its analysis. Safe to repeat. */
export async function deriveSlice(rows: TenantRows, maps: Maps, { hosts, batches }: Slice): Promise<void> {
  const groups = groupsOf(maps)
  const sightings = sightingsSql(groups, OF_SLICE)
  if (sightings === null) return
  const [artifacts, revisions] = [[...maps.keys()], [...maps.values()].map(({ revision }) => revision)]
  const slice = { artifacts, hosts, batches }
  const names = foreignNamesSql(groups, OF_SLICE)
  await rows.write(
    `insert into sightings (tenant_id, type, value, artifact, field, host_id, batch_id, shape, rows, first_seen, last_seen, revision)
     select *, transform(toString(artifact), {artifacts:Array(String)}, {revisions:Array(UInt32)}, 0::UInt32) from (${sightings})`,
    { ...slice, revisions, ...(names ? await foreignNames(rows, names, slice) : NO_NAMES) },
    undefined,
    SETTINGS,
  )
}

const NO_NAMES = { idn: [], ascii: [] }

/** Names that DNS writes otherwise, which the engine cannot encode. Beyond ten thousand they stay as they are. */
async function foreignNames(rows: TenantRows, names: string, slice: Slice & { artifacts: string[] }) {
  const found = await rows.select<{ name: string }>(`${names} limit ${FOREIGN_NAMES}`, slice, {
    seconds: 120,
    settings: SIGHTINGS_SETTINGS,
  })
  return { idn: found.map(({ name }) => name), ascii: found.map(({ name }) => asciiName(name)) }
}

/** What the rows of these deliveries say of their hosts. */
export async function factsInRows(rows: TenantRows, batches: number[], portions: Portion[]): Promise<HostFact[]> {
  if (!portions.some(({ artifact }) => TELLING.includes(artifact))) return []
  const found = await rows.select<Pick<HostFact, 'host_id' | 'fact' | 'value' | 'batch_id'>>(
    factsSql('batch_id in {batches:Array(UInt64)}'),
    { batches },
    { seconds: 120, maxRows: 1_000_000, settings: SIGHTINGS_SETTINGS },
  )
  return found.map((fact) => ({ ...fact, seen_at: null }))
}
