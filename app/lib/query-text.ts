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

/** A column's name as a query writes it. */
export function fieldOf(column: string): string {
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
