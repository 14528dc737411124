import type { ArtifactMap } from '#server/modules/columns/service.ts'
import type { Completion, Suggestion } from '../schema.ts'
import { CANONICAL, canonicalOf, forcedPath } from './fields.ts'
import { type Typing, typingAt, writtenField, writtenValue } from './typing.ts'

export const MOST_SUGGESTIONS = 20

/** What is asked of a tenant's rows to complete a query. */
export type Offers = {
  paths: () => Promise<{ artifact: string; path: string }[]>
  maps: (artifacts: string[]) => Promise<Map<string, ArtifactMap>>
  artifacts: () => Promise<string[]>
  hosts: () => Promise<string[]>
  tags: () => Promise<string[]>
  values: (artifact: string, path: string, typed: string) => Promise<{ value: string; rows: number }[]>
}

type Asked = { q: string; at?: number | undefined; artifact?: string | undefined }

/** Fields, or values of the field before the cursor, that begin as what is typed; then fields that hold it. */
export async function completed({ q, at, artifact }: Asked, offers: Offers): Promise<Completion> {
  const cursor = Math.min(at ?? q.length, q.length)
  const typing = typingAt(q, cursor)
  const place = { at: typing.at, length: cursor - typing.at }
  if (typing.field === null)
    return { ...place, kind: 'field', suggestions: await fieldsLike(typing.typed, artifact, offers) }
  return { ...place, kind: 'value', suggestions: await valuesLike(typing, artifact, offers) }
}

async function fieldsLike(typed: string, artifact: string | undefined, offers: Offers): Promise<Suggestion[]> {
  const paths = (await offers.paths()).filter((seen) => !artifact || seen.artifact === artifact)
  const raw = [...new Set(paths.map(({ path }) => path))].filter((path) => !canonicalOf(path))
  const all = [
    ...Object.entries(CANONICAL).map(([name, { about }]) => ({ name, written: name, about })),
    ...raw.map((path) => ({
      name: path,
      written: writtenField(path),
      about: artifact ? 'column' : whereFrom(path, paths),
    })),
  ]
  const key = typed.toLowerCase()
  const starts = all.filter(({ name }) => name.toLowerCase().startsWith(key))
  const holds = key === '' ? [] : all.filter(({ name }) => name.toLowerCase().indexOf(key) > 0)
  return [...starts, ...holds].slice(0, MOST_SUGGESTIONS).map(({ written, about }) => ({ text: `${written}:`, about }))
}

function whereFrom(path: string, seen: { artifact: string; path: string }[]): string {
  const artifacts = seen.filter((one) => one.path === path).map(({ artifact }) => artifact)
  return artifacts.length === 1 ? `column of ${artifacts[0]}` : `column of ${artifacts.length} artifacts`
}

const TIMES = ['today', 'yesterday', 'last 24 hours', 'last 7 days', 'last 30 days']

async function valuesLike(
  { field, typed }: Typing,
  artifact: string | undefined,
  offers: Offers,
): Promise<Suggestion[]> {
  const canonical = canonicalOf(field!)
  const named = (names: string[], about: string) =>
    names
      .filter((name) => name.toLowerCase().startsWith(typed.toLowerCase()))
      .slice(0, MOST_SUGGESTIONS)
      .map((name) => ({ text: writtenValue(name), about }))
  if (canonical?.of === 'time' || canonical?.of === 'received') {
    return TIMES.filter((time) => time.startsWith(typed)).map((text) => ({ text, about: 'time (UTC)' }))
  }
  if (canonical?.of === 'artifact') return named(await offers.artifacts(), 'artifact')
  if (canonical?.of === 'host') return named(await offers.hosts(), 'host')
  if (canonical?.of === 'tag') return named(await offers.tags(), 'tag')
  if (canonical && canonical.of !== 'role') return []
  const [where] = await placesOf(field!, canonical?.of === 'role' ? canonical.role : null, artifact, offers)
  if (!where) return []
  const values = await offers.values(where.artifact, where.path, typed)
  return values.map(({ value, rows }) => ({
    text: writtenValue(value),
    about: `${rows} in a sample of ${where.artifact}`,
  }))
}

type Place = { artifact: string; path: string }

/** Columns a field may mean, those of the chosen artifact alone when there is one. */
async function placesOf(
  field: string,
  role: string | null,
  artifact: string | undefined,
  offers: Offers,
): Promise<Place[]> {
  if (role !== null) {
    const maps = await offers.maps(artifact ? [artifact] : await offers.artifacts())
    return [...maps].flatMap(([name, { columns }]) =>
      columns
        .filter((column) => column.role === role)
        .map(({ path }) => ({ artifact: name, path: path.replace(/\[\]$/, '') })),
    )
  }
  const path = forcedPath(field) ?? field
  const seen = (await offers.paths()).filter((one) => !artifact || one.artifact === artifact)
  const exact = seen.filter((one) => one.path === path)
  return exact.length > 0 ? exact : seen.filter((one) => one.path.toLowerCase() === path.toLowerCase())
}
