import type { SeenPath } from '../catalogue/heuristics.ts'
import type { MappedColumn } from '../schema.ts'
import { CANONICAL, cleanSql, keySql, type ObservableType, TYPES } from './canonical.ts'
import { foreignNameSql, hostOfUrlSql, isForeignSql } from './network.ts'
import { literals } from './paths.ts'
import { withShape } from './shape.ts'
import { codeOf, nameOfType, partSql, readAs, SEPARATED } from './sightings.ts'

// Texts that came as parameters, numbered from 1: `role` is a place in TYPES, `c` as the sightings' own statements have it.
const GIVEN = `select given.1 as n, given.2 as role, (0, ${cleanSql('given.3')}) as c
  from (select arrayJoin(arrayZip(arrayEnumerate({texts:Array(String)}), {roles:Array(String)}, {texts:Array(String)})) as given)`

/**
 * SQL: texts of cells as the observables that the same cells of rows are sightings of, all of each: columns `n`, `type`,
 * `value`, `shape`; what is none is missing. Only texts with one of these roles are read. Parameters: `roles` and `texts`
 * side by side, and `idn` and `ascii`.
 */
export function typedTextsSql(roles: string[]): string {
  const asked = TYPES.filter((role) => roles.includes(role))
  const types = asked.flatMap((role) => readAs(role).map(([type]) => type))
  const ways = asked.map((role) => `role = '${role}', [${readAs(role).map(([type, part]) => formOf(type, partSql(part))).join(', ')}]`) // biome-ignore format: one line
  const seen = `multiIf(${ways.join(', ')}, [])`
  const found = `select n, seen.1 as type, seen.2 as value
    from (select n, arrayJoin(arrayFilter(s -> s.2 != '', ${seen})) as seen from (${GIVEN}))`
  return `select n, ${nameOfType} as type, ${keySql('value')} as value, ${keySql('shape')} as shape
    from (${withShape(found, (type) => codeOf(type as ObservableType), types)})`
}

const formOf = (type: ObservableType, text: string) => `(${codeOf(type)}::UInt8, ${CANONICAL[type].sql(text)})`

/** SQL: the foreign names in such texts, which `asciiName` encodes. */
export const foreignTextsSql = () =>
  `select distinct name from (
     select if(role = 'url', lowerUTF8(${hostOfUrlSql('c.2')}), ${foreignNameSql('c.2')}) as name
     from (${GIVEN}) where role in ${literals(['domain', 'url'])})
   where ${isForeignSql('name')}`

/** A cell as a page shows it: the path of its column, and its text. */
export type Cell = { artifact: string; column: string; text: string }

/** The paths that cells of artifacts in no list speak of: what they are, their names alone say. */
export function cellPaths(cells: Cell[], artifacts: string[]): Map<string, SeenPath[]> {
  const found = new Map(artifacts.map((artifact) => [artifact, new Map<string, SeenPath>()]))
  for (const { artifact, column, text } of cells) {
    const paths = found.get(artifact)
    if (!paths) continue
    // An address may begin as a list does, so what it is only reading it tells; one list among texts makes the column one.
    const leaves = leavesOf(/^[{[]/.test(text) ? parsed(text) : null, column)
    for (const { path, list } of leaves) paths.set(path, { path, list: list || paths.get(path)?.list === true })
  }
  return new Map([...found].map(([artifact, paths]) => [artifact, [...paths.values()]]))
}

function leavesOf(value: unknown, path: string): SeenPath[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [{ path, list: Array.isArray(value) }]
  return Object.entries(value).flatMap(([key, inner]) => leavesOf(inner, `${path}.${key}`))
}

const MOST_TEXTS = 8
const LONGEST = 65_536

/** What a row says in the columns of a map: texts with the path and the role of each. */
export function rowTexts(raw: string, mapped: MappedColumn[]): { path: string; role: string; text: string }[] {
  const row = parsed(raw)
  return mapped.flatMap(({ path, role, list }) => {
    const value = role === 'time' ? undefined : valueIn(row, path)
    const many = list === true && Array.isArray(value)
    const texts = many ? value : list ? partsOf(textOf(value), true, role) : [value]
    return texts
      .map(textOf)
      .filter((text) => text !== '' && text.length <= LONGEST)
      .map((text) => ({ path, role, text }))
  })
}

// Of what is neither, no type of observable is made.
const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : typeof value === 'number' || typeof value === 'boolean' ? String(value) : ''

/** What a cell says, by the role of its column: one text, those of a list, or those that a map knows of an object. */
export function cellTexts({ column, text }: Cell, mapped: MappedColumn[]): { role: string; text: string }[] {
  if (text === '' || text.length > LONGEST) return []
  const columns = mapped.filter(({ role }) => role !== 'time')
  const [own] = columns.filter(({ path }) => path === column)
  if (own) return partsOf(text, own.list === true, own.role).map((part) => ({ role: own.role, text: part }))
  if (!text.startsWith('{')) return []
  const object = parsed(text)
  return columns
    .filter(({ path }) => path.startsWith(`${column}.`))
    .flatMap(({ path, role }) => {
      const inner = valueIn(object, path.slice(column.length + 1))
      return typeof inner === 'string' && inner !== '' ? [{ role: role as string, text: inner }] : []
    })
    .slice(0, MOST_TEXTS)
}

function partsOf(text: string, list: boolean, role: string): string[] {
  if (!list) return [text]
  const values = text.startsWith('[') ? parsed(text) : null
  if (Array.isArray(values)) return values.filter((value) => typeof value === 'string').slice(0, MOST_TEXTS)
  return (SEPARATED as Set<string>).has(role) ? text.split(/[,; ]+/).filter(Boolean).slice(0, MOST_TEXTS) : [text] // biome-ignore format: one line
}

/** What stands at a path. A key may hold dots, and a path does not tell them from those between keys. */
export function valueIn(value: unknown, path: string): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  if (Object.hasOwn(value, path)) return (value as Record<string, unknown>)[path]
  for (let dot = path.indexOf('.'); dot > 0; dot = path.indexOf('.', dot + 1)) {
    const inner = valueIn((value as Record<string, unknown>)[path.slice(0, dot)], path.slice(dot + 1))
    if (inner !== undefined) return inner
  }
  return undefined
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
