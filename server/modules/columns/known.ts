import { recent } from '#server/platform/recent.ts'
import type { Params, TenantRows } from '#server/platform/telemetry.ts'
import type { SeenPath } from './catalogue/heuristics.ts'

const OWN = 'tenant_id = {tenant:UInt64}'

// Names known lately, by tenant and minute: what else there is the engine finds without reading the rows of these.
const known = recent<string[]>(10_000, (names) => names.length + 1)
const KNOWN_MS = 60_000

/** Every artifact this tenant has rows of, by name. One whose last row went may be among them for a minute. */
export async function artifactNames(rows: TenantRows): Promise<string[]> {
  const key = `${rows.tenantId} ${Math.floor(Date.now() / KNOWN_MS)}`
  const names = known.recall(key) ?? []
  const further = await rows.select<{ artifact: string }>(
    `select distinct artifact from rows where ${OWN} and artifact not in {names:Array(String)}`,
    { names },
  )
  if (further.length === 0) return names
  const all = [...names, ...further.map(({ artifact }) => artifact)].sort()
  known.keep(key, all)
  return all
}

export type SampledPath = { artifact: string; path: string; list: number }

const SAMPLE_ROWS = 200
const AT_ONCE = 150
const MOST_PATHS = 500

// What has more in it is taken apart with care when it comes (ingestion), so that it may lie there otherwise.
const IS_PLAIN = `length(raw) <= 65536 and countSubstrings(raw, ',') < 512
  and countSubstrings(raw, '{') + countSubstrings(raw, '[') <= 32`
const UNREAD = 'unread'
// A row's text is one column to read, what it was taken apart into is hundreds.
const READ = `accurateCastOrNull(if(${IS_PLAIN}, raw, ''), 'JSON(max_dynamic_paths=256)')`

/**
 * Paths in `sample` rows of each of these artifacts, the most common of an artifact first and 500 of each. `list` is 1
 * where a list stands there.
 */
export async function sampledPaths(
  rows: TenantRows,
  artifacts: string[],
  sample = SAMPLE_ROWS,
): Promise<SampledPath[]> {
  const found: SampledPath[] = []
  for (let at = 0; at < artifacts.length; at += AT_ONCE) {
    const read = await pathsIn(rows, artifacts.slice(at, at + AT_ONCE), { doc: READ, sample })
    const unread = new Set(read.flatMap(({ artifact, type }) => (type === UNREAD ? [artifact] : [])))
    const stored = await pathsIn(rows, [...unread], { doc: 'row', sample })
    found.push(...read.filter(({ artifact }) => !unread.has(artifact)), ...stored)
  }
  return found
}

type Sampled = SampledPath & { type: string }

async function pathsIn(rows: TenantRows, artifacts: string[], { doc, sample }: { doc: string; sample: number }) {
  if (artifacts.length === 0) return []
  const params: Params = { sample }
  const samples = artifacts.map((artifact, at) => {
    params[`a${at}`] = artifact
    return `(select artifact, ${doc} as doc from rows where ${OWN} and artifact = {a${at}:String} limit {sample:UInt32})`
  })
  return rows.select<Sampled>(
    `select artifact, seen.1 as path, max(seen.2) as type, max(startsWith(seen.2, 'Array')) as list
     from (select artifact, arrayJoin(if(isNull(doc), [('', '${UNREAD}')],
             JSONAllPathsWithTypes(assumeNotNull(doc))::Map(String, String)::Array(Tuple(String, String)))) as seen
           from (${samples.join(' union all ')}))
     group by artifact, path order by artifact, count() desc, path limit ${MOST_PATHS} by artifact`,
    params,
    {
      seconds: 30,
      maxRows: AT_ONCE * MOST_PATHS,
      // Some rows of each: one thread reads no more than those.
      settings: { max_threads: 1, max_block_size: String(sample), type_json_skip_duplicated_paths: 1 },
    },
  )
}

/** What the sampled rows tell of each artifact's columns. */
export function seenPaths(sampled: SampledPath[]): Map<string, SeenPath[]> {
  const seen = new Map<string, SeenPath[]>()
  for (const { artifact, path, list } of sampled) {
    seen.set(artifact, [...(seen.get(artifact) ?? []), { path, list: list === 1 }])
  }
  return seen
}
