import type { MappedColumn, Role } from '../schema.ts'
import { CANONICAL, cleanSql, keySql, type ObservableType, TYPES } from './canonical.ts'
import { foreignNameSql, hostOfUrlSql, isForeignSql } from './network.ts'
import { literals, textAt, valueAt } from './paths.ts'
import { withShape } from './shape.ts'

/** The columns of the artifacts that share them. */
export type ColumnsOf = { artifacts: string[]; columns: MappedColumn[] }

/**
 * What these statements must run with. Merged levels bear names as long as the whole text, and take seconds to plan; a
 * two-level aggregation gives the patterns of the shapes many small blocks, and each makes them anew.
 */
export const SIGHTINGS_SETTINGS = {
  query_plan_merge_expressions: 0,
  group_by_two_level_threshold: '0',
  group_by_two_level_threshold_bytes: '0',
} as const

/**
 * SQL: the sightings in rows, counted per value, field, artifact, host and delivery. `where` chooses the rows. Parameters:
 * `idn` and `ascii` as Array(String), foreign names and what they are in DNS. Null when no column is mapped.
 */
export function sightingsSql(maps: ColumnsOf[], where: string): string | null {
  const found = valuesSql(maps, where)
  if (!found) return null
  const counted = `select tenant_id, type, value, artifact, field, host_id, batch_id, count() as rows,
      min(event_time) as first_seen, max(event_time) as last_seen
    from (${found})
    group by tenant_id, type, value, artifact, field, host_id, batch_id`
  return `select tenant_id, ${nameOfType} as type, ${keySql('value')} as value, artifact, ${nameOfField(maps)} as field, host_id, batch_id,
      ${keySql('shape')} as shape, rows, first_seen, last_seen
    from (${withShape(counted, (type) => codeOf(type as ObservableType))})`
}

/** SQL: what rows are sightings of, one by one, with the row's delivery and line. */
export function observablesSql(maps: ColumnsOf[], where: string): string | null {
  const found = valuesSql(maps, where)
  return found && `select batch_id, line, ${nameOfType} as type, ${nameOfField(maps)} as field, value from (${found})`
}

/** SQL: the foreign names in rows, which `asciiName` encodes. Null when no column can hold one. */
export function foreignNamesSql(maps: ColumnsOf[], where: string): string | null {
  const roles = rolesIn(maps).filter((role) => role === 'domain' || role === 'url')
  if (roles.length === 0) return null
  const name = { domain: foreignNameSql('c.2'), url: `lowerUTF8(${hostOfUrlSql('c.2')})` }
  const names = roles.map((role) => `arrayMap(c -> ${name[role as keyof typeof name]}, ${role}_cells)`)
  return `select distinct arrayJoin(arrayFilter(v -> ${isForeignSql('v')}, ${joined(names)})) as name
    from (${cellsSql(maps, roles, where)})`
}

// Types and fields go through the statement as numbers: comparing and grouping them is most of its work.
export const codeOf = (type: ObservableType) => TYPES.indexOf(type) + 1
export const nameOfType = `${literals(TYPES)}[type]`
const fieldsOf = (maps: ColumnsOf[]) => [...new Set(maps.flatMap(({ columns }) => columns.map(({ path }) => path)))]
const nameOfField = (maps: ColumnsOf[]) => `${literals(fieldsOf(maps))}[field]`
const rolesIn = (maps: ColumnsOf[]) =>
  TYPES.filter((role) => maps.some(({ columns }) => columns.some((column) => column.role === role)))

/** Every cell as what it is. A URL is a sighting of its host too, and a domain's column may hold an address. */
function valuesSql(maps: ColumnsOf[], where: string): string | null {
  const roles = rolesIn(maps)
  if (roles.length === 0) return null
  const seen = roles.flatMap((role) =>
    readAs(role).map(([type, part]) => {
      return `arrayMap(c -> (${codeOf(type)}::UInt8, c.1, ${CANONICAL[type].sql(partSql(part))}), ${role}_cells)`
    }),
  )
  return `select * except seen, seen.1 as type, seen.2 as field, seen.3 as value
    from (
      select tenant_id, artifact, host_id, batch_id, line, event_time,
        arrayJoin(arrayFilter(s -> s.3 != '', ${joined(seen)})) as seen
      from (${cellsSql(maps, roles, where)}))`
}

/** The text of a cell, or of that only the host of the URL it is. */
type Part = 'text' | 'host'

/** As which types a cell is read, its own first, and what of it. */
export function readAs(role: ObservableType): [type: ObservableType, part: Part][] {
  if (role === 'url')
    return [
      ['url', 'text'],
      ['domain', 'host'],
      ['ip', 'host'],
    ]
  if (role === 'domain')
    return [
      ['domain', 'text'],
      ['ip', 'text'],
    ]
  return [[role, 'text']]
}

/** SQL: what is read of a cell, whose text is `c.2`. */
export const partSql = (part: Part) => (part === 'host' ? hostOfUrlSql('c.2') : 'c.2')

/** SQL: rows with what the columns of each role say: arrays of (field as a number, text) by the name of the role. */
function cellsSql(maps: ColumnsOf[], roles: ObservableType[], where: string): string {
  const fields = fieldsOf(maps)
  const cells = roles.map((role) => {
    const mapped = maps
      .map(({ artifacts, columns }) => ({ artifacts, columns: columns.filter((column) => column.role === role) }))
      .filter(({ columns }) => columns.length > 0)
    const places = byArtifact(mapped, 'UInt16', (columns) => placesOf(columns, fields))
    const said = `arrayMap((f, v) -> (f, ${cleanSql('v')}), ${places}, ${byArtifact(mapped, 'String', textsOf)})`
    return `arrayFilter(c -> c.2 != '', ${said}) as ${role}_cells`
  })
  return `select tenant_id, artifact, host_id, batch_id, line, event_time, ${cells.join(', ')}
    from rows where tenant_id = {tenant:UInt64} and ${where}`
}

const byArtifact = (maps: ColumnsOf[], type: string, expression: (columns: MappedColumn[]) => string) =>
  `multiIf(${maps.map(({ artifacts, columns }) => `artifact in ${literals(artifacts)}, ${expression(columns)}`).join(', ')}, []::Array(${type}))`

const singles = (columns: MappedColumn[]) => columns.filter(({ list }) => !list)
const lists = (columns: MappedColumn[]) => columns.filter(({ list }) => list)
const joined = (arrays: string[]) => (arrays.length === 1 ? arrays[0]! : `arrayConcat(${arrays.join(', ')})`)

/** Which field each cell of these columns is of, in the order of their texts. */
const placesOf = (columns: MappedColumn[], fields: string[]): string =>
  joined([
    `[${singles(columns)
      .map(({ path }) => fields.indexOf(path) + 1)
      .join(', ')}]::Array(UInt16)`,
    ...lists(columns).map(
      (column) => `arrayWithConstant(length(${elementsAt(column)}), ${fields.indexOf(column.path) + 1}::UInt16)`,
    ),
  ])

const textsOf = (columns: MappedColumn[]): string =>
  joined([
    `[${singles(columns)
      .map(({ path }) => textAt(path))
      .join(', ')}]::Array(String)`,
    ...lists(columns).map(elementsAt),
  ])

/** Roles of which one text can list several values. */
export const SEPARATED = new Set<Role>(['hash', 'ip', 'domain'])

/** What an array holds; where there is one text instead, that, or what it lists. */
function elementsAt({ path, role }: MappedColumn): string {
  const text = `ifNull(${valueAt(path)}.:String, '')`
  const parts = SEPARATED.has(role) ? `splitByRegexp('[,; ]+', ${text})` : `[${text}]`
  return `arrayConcat(arrayMap(v -> ifNull(v, ''), ${valueAt(path)}.:\`Array(Nullable(String))\`), ${parts})`
}
