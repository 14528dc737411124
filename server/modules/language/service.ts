import { type ArtifactMap, artifactNames, mapsOf, sampledPaths, seenPaths } from '#server/modules/columns/service.ts'
import { rowsTagged, tagNames } from '#server/modules/tags/queries.ts'
import type { Params } from '#server/platform/telemetry.ts'
import type { DetachedCtx } from '#server/platform/trpc.ts'
import { hostNames } from './queries.ts'
import { completed, MOST_SUGGESTIONS } from './query/completion.ts'
import { binder } from './query/conditions.ts'
import type { DraftTerm } from './query/draft.ts'
import { QueryError } from './query/flaw.ts'
import { parse } from './query/parse.ts'
import { asText, readingOf } from './query/reading.ts'
import { type Known, resolved } from './query/resolve.ts'
import { type Field, type Query, type Term, termsOf } from './query/tree.ts'
import { type Condition, columnOf, conditionOf, type Matched, valuesOf } from './query/where.ts'
import { namesPassing, pathsPresent, patternFlaw, topValues } from './rows.ts'
import type { QueryReading, Said } from './schema.ts'

export { type Bind, binder, placedAt, placesIn } from './query/conditions.ts'
export { isSubcolumn, pathValues, standsIn } from './query/paths.ts'
export type { Condition } from './query/where.ts'

type Reader = Pick<DetachedCtx, 'rows' | 'transact'>
export type Understood = { query: Query | null; condition: Condition | null; said: Said[] }

/**
 * A query as a condition on `rows` and in plain words; both null and empty for an empty text. `artifact`: whose rows it will
 * be asked of, where fields are found soonest. Throws `invalid` with the place of what is wrong.
 */
export async function understand(ctx: Reader, text: string | undefined, artifact?: string): Promise<Understood> {
  const draft = parse(text ?? '')
  if (draft === null) return { query: null, condition: null, said: [] }
  const query = await resolved(draft, knownTo(ctx, artifact), Date.now())
  await refusePatterns(ctx, termsOf(query))
  const matched = await matchedNames(ctx, termsOf(query))
  return { query, condition: conditionOf(query, matched), said: readingOf(query) }
}

/**
 * Fields by the names queries give them, each as SQL for its values in a row (an array of texts, nulls among them), and for
 * the one column that they stand in, where it is one.
 */
export type AskedFields = { fields: { name: string; values: string | null; column: string | null }[]; params: Params }

/**
 * The values of these fields, as a term on them would test them; null for a name that no row has or that is no field of
 * values. `prefix`: of all parameters. `artifact`: as for a query.
 */
export async function fieldsAsked(
  ctx: Reader,
  names: string[],
  { prefix, artifact }: { prefix: string; artifact: string | undefined },
): Promise<AskedFields> {
  const params: Params = {}
  const bind = binder(params, prefix)
  const found = await fieldsNamed(names, knownTo(ctx, artifact))
  const fields = names.map((name, at) => {
    const field = found[at]
    if (field?.of !== 'values') return { name, values: null, column: null }
    return { name, values: valuesOf(field, bind), column: columnOf(field, bind) }
  })
  return { fields, params }
}

// All names are looked up together; only where one of them is none, each by itself.
async function fieldsNamed(names: string[], known: Known): Promise<(Field | null)[]> {
  const terms = names.map(termOnly)
  const parts = terms.flatMap((term) => term ?? [])
  const together = parts.length > 0 ? await orNull(resolved({ kind: 'and', parts }, known, 0)) : null
  if (together && parts.length === names.length) return termsOf(together).map(({ field }) => field)
  const each = await Promise.all(terms.map((term) => (term ? orNull(resolved(term, known, 0)) : null)))
  return each.map((query) => (query ? (termsOf(query)[0]?.field ?? null) : null))
}

function termOnly(name: string): DraftTerm | null {
  try {
    const draft = parse(`${name}:*`)
    return draft && 'field' in draft && draft.test.is === 'exists' ? draft : null
  } catch (error) {
    if (error instanceof QueryError) return null
    throw error
  }
}

const orNull = <T>(answer: Promise<T>): Promise<T | null> =>
  answer.catch((error: unknown) => {
    if (error instanceof QueryError) return null
    throw error
  })

/** How a query reads, or what is wrong with it and where. */
export async function readQuery(ctx: Reader, text: string | undefined): Promise<QueryReading> {
  try {
    const { said } = await understand(ctx, text)
    return { said, text: asText(said), flaw: null }
  } catch (error) {
    if (!(error instanceof QueryError)) throw error
    return { said: null, text: null, flaw: error.flaw }
  }
}

/** What this tenant's rows have, those of `artifact` looked at first, each part asked for once and only when it is needed. */
function knownTo({ rows, transact }: Reader, artifact: string | undefined): Known {
  const artifacts = once(() => artifactNames(rows))
  const sampled = once(async () => sampledPaths(rows, await artifacts()))
  return {
    present: async (paths) => {
      const near = artifact && paths.length > 0 ? await sampledPaths(rows, [artifact]) : []
      const found = paths.filter((path) => near.some((seen) => seen.path === path))
      const others = await pathsPresent(
        rows,
        paths.filter((path) => !found.includes(path)),
      )
      return new Set([...found, ...others])
    },
    paths: async () => withParents((await sampled()).map(({ path }) => path)),
    maps: once(async () => mapsFor({ rows, transact }, await artifacts())),
  }
}

/** What the columns of these artifacts are. Rows are sampled between two transactions, for artifacts in no list. */
export async function mapsFor({ rows, transact }: Reader, artifacts: string[]): Promise<Map<string, ArtifactMap>> {
  const unlisted: string[] = []
  const listed = await transact('read only', ({ db }) =>
    mapsOf(db, artifacts, async (names) => {
      unlisted.push(...names)
      return new Map()
    }),
  )
  if (unlisted.length === 0) return listed
  const paths = seenPaths(await sampledPaths(rows, unlisted))
  const guessed = await transact('read only', ({ db }) => mapsOf(db, unlisted, async () => paths))
  return new Map([...listed, ...guessed])
}

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let begun: Promise<T> | undefined
  return () => {
    begun ??= work()
    return begun
  }
}

/** Paths and the objects they stand in, each once. */
const withParents = (paths: string[]): string[] => [
  ...new Set(paths.flatMap((path) => path.split('.').map((_key, at, keys) => keys.slice(0, at + 1).join('.')))),
]

/** A regular expression is what the row engine takes: it is asked before any row is read. */
async function refusePatterns({ rows }: Reader, terms: Term[]): Promise<void> {
  for (const { test, at, length } of terms) {
    if (test.is !== 'matches') continue
    const why = await patternFlaw(rows, test.pattern)
    if (why === null) continue
    const { reason, within } = blamed(why, test.pattern)
    const from = at + Math.max(0, length - test.pattern.length - 1)
    const place = within ? { at: from + within.at, length: within.length } : { at: from, length: test.pattern.length }
    throw new QueryError(`This regular expression is none that RE2 takes: ${reason}.`, place)
  }
}

/** What RE2 says is wrong, and the part of the pattern it names. */
function blamed(why: string, pattern: string): { reason: string; within: { at: number; length: number } | null } {
  const said = why.match(/, error: (.*?)\. Look at/s)?.[1] ?? 'refused'
  const [, reason, part] = said.match(/^(missing \)|unexpected \)|[^:\\]+): (.*)$/s) ?? [said, said, '']
  const at = part ? pattern.indexOf(part) : -1
  const once = at >= 0 && pattern.indexOf(part!, at + 1) < 0
  return { reason: reason!.slice(0, 100), within: once ? { at, length: part!.length } : null }
}

/** Hosts, artifacts and tags are matched by name first, so that the condition on rows is one on their sorting key. */
async function matchedNames({ rows, transact }: Reader, terms: Term[]): Promise<Matched> {
  const artifacts = once(() => artifactNames(rows))
  const matched: Matched = new Map()
  for (const term of terms) {
    if (term.field?.of === 'artifact') matched.set(term, [...(await namesPassing(rows, await artifacts(), term.test))])
    if (term.field?.of === 'host') matched.set(term, await hostsPassing({ rows, transact }, term))
    if (term.field?.of === 'tag') matched.set(term, await rowsPassing({ rows, transact }, term))
  }
  return matched
}

/** Hosts of which any name passes, with all that were merged with them. */
async function hostsPassing({ rows, transact }: Reader, { field, test }: Term): Promise<number[]> {
  const by = field?.of === 'host' ? field.by : 'any'
  const hosts = await transact('read only', ({ db }) => hostNames(db, by))
  const passing = await namesPassing(rows, [...new Set(hosts.flatMap(({ names }) => names))], test)
  const survivors = new Set(
    hosts.filter(({ names }) => names.some((name) => passing.has(name))).map((host) => host.survivor),
  )
  return hosts.filter(({ survivor }) => survivors.has(survivor)).map(({ id }) => id)
}

/** Rows that bear a tag which passes. Throws QueryError for more than a condition may name. */
async function rowsPassing({ rows, transact }: Reader, { field, test, at, length }: Term): Promise<string[]> {
  const tags = await namesPassing(rows, await transact('read only', ({ db }) => tagNames(db)), test)
  const tagged = await transact('read only', ({ db }) => rowsTagged(db, [...tags]))
  if (tagged) return tagged
  throw new QueryError(`Too many rows bear such a tag to ask for them by “${field!.name}”. Name one tag.`, {
    at,
    length,
  })
}

/** What could stand at the cursor: fields and values of this tenant only, each bounded in number, length and work. */
export function completion(ctx: Reader, asked: { q: string; at?: number | undefined; artifact?: string | undefined }) {
  const { rows, transact } = ctx
  const artifacts = once(() => artifactNames(rows))
  return completed(asked, {
    artifacts,
    paths: once(async () => sampledPaths(rows, asked.artifact ? [asked.artifact] : await artifacts())),
    maps: (names) => mapsFor(ctx, names),
    hosts: async () => {
      const hosts = await transact('read only', ({ db }) => hostNames(db, 'name'))
      return hosts.flatMap(({ names }) => names).sort()
    },
    tags: () => transact('read only', ({ db }) => tagNames(db)),
    values: (artifact, path, typed) => topValues(rows, { artifact, path, typed, limit: MOST_SUGGESTIONS }),
  })
}
