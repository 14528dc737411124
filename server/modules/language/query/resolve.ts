import type { ArtifactMap } from '#server/modules/columns/service.ts'
import type { Draft, DraftField, DraftTerm, Tree } from './draft.ts'
import { CANONICAL, type Canonical, canonicalOf, forcedPath } from './fields.ts'
import { QueryError } from './flaw.ts'
import { nearest } from './nearest.ts'
import { testOf } from './tests.ts'
import { type Field, mapped, type Query, type Source, type Term, termsOf } from './tree.ts'

/** What a tenant's rows have, asked for only when a query needs it. */
export type Known = {
  /** Which of these paths any row has. */
  present: (paths: string[]) => Promise<Set<string>>
  /** Paths that rows have, from a sample. */
  paths: () => Promise<string[]>
  /** What the columns of each artifact are. */
  maps: () => Promise<Map<string, ArtifactMap>>
}

/** A draft with every name looked up and every value read. Throws QueryError for a name nothing has. */
export async function resolved(draft: Draft, known: Known, now: number): Promise<Query> {
  const fields = await fieldsOf(termsOf(draft), known)
  return mapped(draft, (term: DraftTerm): Tree<Term> => {
    const field = term.field && fields.get(term.field.name)!
    const one = (test: Parameters<typeof testOf>[0], at: number, length: number): Term => {
      const read = testOf(test, field, now)
      refuseOrder(field, read, { at, length })
      return { kind: 'term', field, test: read, at, length }
    }
    if (term.test.is !== 'list') return one(term.test, term.at, term.length)
    return mapped(term.test.of, ({ test }) => one(test, test.at, test.length))
  })
}

async function fieldsOf(terms: DraftTerm[], known: Known): Promise<Map<string, Field>> {
  const asked = new Map(terms.flatMap(({ field }) => (field ? [[field.name, field] as const] : [])))
  const raw = [...asked.values()].filter(({ name }) => !canonicalOf(name))
  const paths = await rawPaths(raw, known)
  const fields = new Map<string, Field>()
  for (const name of asked.keys()) {
    const canonical = canonicalOf(name)
    fields.set(name, canonical ? await canonicalField(name, canonical, known) : rawField(name, paths.get(name)!))
  }
  return fields
}

const rawField = (name: string, paths: string[]): Field => ({
  of: 'values',
  name,
  sources: [{ artifacts: null, paths }],
})

async function canonicalField(name: string, canonical: Canonical, known: Known): Promise<Field> {
  if (canonical.of === 'time') return { of: 'time', name, label: canonical.label }
  if (canonical.of === 'host') return { of: 'host', name, by: canonical.by }
  if (canonical.of !== 'role') return { of: canonical.of, name }
  return { of: 'values', name, sources: sourcesOf(canonical, await known.maps()), shape: canonical.shape }
}

/** The columns of this role, artifacts that share them together. */
function sourcesOf({ role, only }: Canonical & { of: 'role' }, maps: Map<string, ArtifactMap>): Source[] {
  const sources = new Map<string, Source & { artifacts: string[] }>()
  for (const [artifact, { columns }] of maps) {
    const mine = columns.filter((column) => column.role === role).map(({ path }) => path.replace(/\[\]$/, ''))
    const paths = [...new Set(mine)].filter((path) => !only || only.test(path.split('.').at(-1)!)).sort()
    const key = JSON.stringify(paths)
    const same = sources.get(key) ?? { artifacts: [], paths }
    if (paths.length > 0) sources.set(key, same)
    same.artifacts.push(artifact)
  }
  return [...sources.values()]
}

/** The paths each raw name means: the one written so, else all that differ in case alone. */
async function rawPaths(asked: DraftField[], known: Known): Promise<Map<string, string[]>> {
  const pathOf = ({ name }: DraftField) => forcedPath(name) ?? name
  const present = await known.present([...new Set(asked.map(pathOf))])
  const missing = asked.filter((field) => !present.has(pathOf(field)))
  const paths = missing.length > 0 ? await known.paths() : []
  return new Map(
    asked.map((field) => {
      const path = pathOf(field)
      if (present.has(path)) return [field.name, [path]]
      const alike = paths.filter((other) => other.toLowerCase() === path.toLowerCase())
      if (alike.length === 0) throw unknownField(field, paths)
      return [field.name, alike]
    }),
  )
}

function unknownField({ name, ...place }: DraftField, paths: string[]): QueryError {
  const meant = nearest(name, [...Object.keys(CANONICAL), ...paths])
  const hint = meant.length > 0 ? `Did you mean ${meant.join(' or ')}?` : 'Put it in quotes to find it as text.'
  return new QueryError(`No row has a field “${name}”. ${hint}`, place, { expected: ['a field'], meant })
}

const UNORDERED = ['artifact', 'flow', 'hunt', 'host', 'tag']

function refuseOrder(field: Field | null, test: Term['test'], place: { at: number; length: number }): void {
  if (!field || !UNORDERED.includes(field.of) || (test.is !== 'between' && test.is !== 'network')) return
  throw new QueryError(`“${field.name}” has no order to compare by.`, place, { expected: ['a value'] })
}
