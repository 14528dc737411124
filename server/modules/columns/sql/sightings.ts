import type { MappedColumn, Role } from '../schema.ts'
import { CANONICAL, cleanSql, keySql, type ObservableType } from './canonical.ts'
import { foreignNameSql, hostOfUrlSql, isForeignSql } from './network.ts'
import { literal, literals, textAt, valueAt } from './paths.ts'
import { withShape } from './shape.ts'

// Whose cells may list several values in one text.
const SEPARATED = new Set<Role>(['ip', 'domain', 'hash'])

/**
 * SQL: the sightings in rows of one artifact, counted per value, field, host and delivery. `where` chooses the rows.
 * Parameters: `idn` and `ascii` as Array(String), foreign names and what they are in DNS. Null when no column is mapped.
 */
export function sightingsSql(columns: MappedColumn[], where: string): string | null {
  const seen = columns.some(({ role }) => role !== 'time') ? observablesSql(columns) : null
  if (!seen) return null
  const counted = `select tenant_id, type, value, artifact, field, host_id, batch_id, count() as rows,
      min(event_time) as first_seen, max(event_time) as last_seen
    from (
      select tenant_id, artifact, host_id, batch_id, event_time, sighting.1 as type, sighting.2 as field,
        ${keySql('sighting.3')} as value
      from (select tenant_id, artifact, host_id, batch_id, event_time,
        arrayJoin(${seen}) as sighting from rows
        where tenant_id = {tenant:UInt64} and ${where}))
    group by tenant_id, type, value, artifact, field, host_id, batch_id`
  return `select tenant_id, type, value, artifact, field, host_id, batch_id, ${keySql('shape')} as shape, rows,
      first_seen, last_seen
    from (${withShape(counted)})`
}

/** SQL over a row: an array of (type, field, value) of what it is a sighting of. */
export function observablesSql(columns: MappedColumn[]): string {
  const seen = byRole(columns).flatMap(([role, of]) => sightingsOf(role, of))
  return seen.length === 0 ? `[]::Array(Tuple(String, String, String))` : `arrayFilter(s -> s.3 != '', ${joined(seen)})`
}

/** SQL: the foreign names in these columns, which `asciiName` encodes. Null when no column can hold one. */
export function foreignNamesSql(columns: MappedColumn[], where: string): string | null {
  const named = byRole(columns).flatMap(([role, of]) => {
    if (role === 'domain') return [`arrayMap(c -> ${foreignNameSql('c.2')}, ${cellsOf(role, of)})`]
    if (role === 'url') return [`arrayMap(c -> lowerUTF8(${hostOfUrlSql('c.2')}), ${cellsOf(role, of)})`]
    return []
  })
  if (named.length === 0) return null
  return `select distinct arrayJoin(arrayFilter(v -> ${isForeignSql('v')}, ${joined(named)})) as name from rows
    where tenant_id = {tenant:UInt64} and ${where}`
}

type InRole = [Role, MappedColumn[]]

function byRole(columns: MappedColumn[]): InRole[] {
  const roles = new Map<Role, MappedColumn[]>()
  for (const column of columns) roles.set(column.role, [...(roles.get(column.role) ?? []), column])
  roles.delete('time')
  return [...roles]
}

/** Arrays of (type, field, value), one of them for each type that the role's columns may hold. */
function sightingsOf(role: Role, columns: MappedColumn[]): string[] {
  if (role === 'time') return []
  const cells = cellsOf(role, columns)
  const read = (type: ObservableType, text: string) =>
    `arrayMap(c -> (${literal(type)}, c.1, ${CANONICAL[type].sql(text)}), ${cells})`
  if (role === 'domain') return [read('domain', 'c.2'), read('ip', 'c.2')]
  if (role !== 'url') return [read(role, 'c.2')]
  return [read('url', 'c.2'), read('domain', hostOfUrlSql('c.2')), read('ip', hostOfUrlSql('c.2'))]
}

const joined = (arrays: string[]) => (arrays.length === 1 ? arrays[0]! : `arrayConcat(${arrays.join(', ')})`)

/** The cells that hold something, as (field, text); a cell that lists several, or an array, gives several. */
function cellsOf(role: Role, columns: MappedColumn[]): string {
  const single = columns.filter(({ list }) => !list)
  const parts = columns
    .filter(({ list }) => list)
    .map(({ path }) => `arrayMap(v -> (${literal(path)}, ${cleanSql("ifNull(v, '')")}), ${elementsAt(path)})`)
  if (single.length > 0) {
    const [fields, texts] = [literals(single.map(({ path }) => path)), single.map(({ path }) => textAt(path))]
    parts.unshift(`arrayMap((f, v) -> (f, ${cleanSql('v')}), ${fields}, [${texts.join(', ')}])`)
  }
  const cells = `arrayFilter(c -> c.2 != '', ${joined(parts)})`
  if (!SEPARATED.has(role)) return cells
  return `arrayFlatten(arrayMap(c -> if(match(c.2, '[,; ]'), arrayMap(v -> (c.1, v), splitByRegexp('[,; ]+', c.2)), [(c.1, c.2)]), ${cells}))`
}

/** What an array holds; where there is one text instead, that. */
const elementsAt = (path: string) =>
  `arrayConcat(${valueAt(path)}.:\`Array(Nullable(String))\`, if(isNull(${valueAt(path)}.:String), [], [${valueAt(path)}.:String]))`
