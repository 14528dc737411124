const PLAIN = /^[A-Za-z_]\w*$/
// A lower-case name may be one that means something in every artifact: `row.` asks for the column.
const LOWER = /^[a-z_][a-z_.]*$/
const NUMBER = /^-?\d+(\.\d+)?(e[+-]?\d{1,3})?$/i
const LONGEST = 300

/** A column's value as a term of the query language; null where a value is too long or no single one. */
export function termOf(column: string, value: string): string | null {
  if (value === '' || value === 'null' || value.length > LONGEST || /^[[{]/.test(value)) return null
  return `${fieldOf(column)}:${NUMBER.test(value) ? value : quoted(value)}`
}

/** The term that any value of a column meets. */
export const termForAny = (column: string) => `${fieldOf(column)}:*`

/** A column as queries name it. */
export const fieldNamed = (column: string) => fieldOf(column)

/** The term for one exact value of a field that is named as queries name it. */
export const termExactly = (field: string, value: string) => `${field}:${quoted(value)}`

/** What a box over a column asks for: a part of its text, or a regular expression between slashes. */
export function partOf(column: string, typed: string): string {
  const text = typed.trim()
  if (/^\/.+\/$/.test(text)) return `${fieldOf(column)}:${text}`
  return `${fieldOf(column)}:*${quoted(text)}*`
}

/** What the box over a column has asked for in a query, and the term that does; null when it asks nothing. */
export function partIn(query: string, column: string): { typed: string; term: string } | null {
  const name = fieldOf(column).replace(/[\\^$.|?*+()[\]{}]/g, '\\$&')
  const found = query.match(
    new RegExp(`(?:^| )(${name}:(?:\\*"((?:[^"]|"")+)"\\*|(\\/(?:[^/\\\\ ]|\\\\.)+\\/)))(?= |$)`),
  )
  if (!found) return null
  return { term: found[1]!, typed: found[3] ?? found[2]!.replaceAll('""', '"') }
}

/** A query with what the boxes over columns say now; an empty box takes its term away. */
export function withParts(query: string, boxes: [column: string, typed: string][]): string {
  return boxes.reduce((text, [column, typed]) => {
    const before = partIn(text, column)
    const term = typed.trim() === '' ? '' : partOf(column, typed)
    if (before)
      return text
        .replace(before.term, () => term)
        .replace(/ {2,}/g, ' ')
        .trim()
    return term === '' ? text : narrowed(text, term, 'only')
  }, query)
}

function fieldOf(column: string): string {
  const keys = column.split('.').map((key) => (PLAIN.test(key) ? key : quoted(key)))
  return (LOWER.test(column) ? ['row', ...keys] : keys).join('.')
}

/** A text as a query takes it whole. */
export const quoted = (text: string) => `"${text.replace(/"/g, '""')}"`

/** A query that also asks for a term, or (`not`) for its absence. */
export function narrowed(query: string, term: string, how: 'only' | 'not'): string {
  const asked = how === 'not' ? `-${term}` : term
  const before = query.trim()
  return before === '' ? asked : `${/\bOR\b/.test(before) ? `(${before})` : before} ${asked}`
}

/** A text cut in three: what stands before a place, in it, and after it. */
export const cutAt = (text: string, { at, length }: { at: number; length: number }) => ({
  before: text.slice(0, at),
  within: text.slice(at, at + length),
  after: text.slice(at + length),
})
