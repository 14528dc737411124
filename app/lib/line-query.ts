/** A column of a stack as a query names it; `network`: its values are networks. */
export type LineColumn = { field: string; network: boolean }

/** A query is at most 4,000 characters, and an address should be followed by every browser. */
const MOST_TEXT = 1200

/**
 * The query for the rows of one line of a stack, beside what was asked of them already. `exact` is false where a value is
 * too long to be asked for whole: its beginning stands for it.
 */
export function lineQuery(columns: LineColumn[], values: string[], before: string | null | undefined) {
  const terms = columns.map((column, at) => termFor(column, values[at] ?? ''))
  return {
    q: joined(
      before,
      terms.map(({ term }) => term),
    ),
    exact: terms.every(({ exact }) => exact),
  }
}

/** The same for a line whose values were folded: its spellings if they are few, else a pattern. */
export function foldedQuery(
  columns: LineColumn[],
  shapes: string[],
  spellings: string[][],
  complete: boolean,
  before: string | null | undefined,
) {
  const listed = columns.map((column, at) => anyOf(column, distinct(spellings.map((one) => one[at] ?? ''))))
  if (complete && listed.every((term) => term !== null)) {
    // Of several columns all combinations are asked for, which may be more than there were.
    const varying = columns.filter((_column, at) => distinct(spellings.map((one) => one[at] ?? '')).length > 1)
    return { q: joined(before, listed as string[]), exact: varying.length <= 1 }
  }
  const patterns = columns.map((column, at) => patternFor(column, shapes[at] ?? ''))
  return { q: joined(before, patterns), exact: false }
}

const quoted = (text: string) => `"${text.replace(/"/g, '""')}"`
const distinct = (values: string[]) => [...new Set(values)]

const joined = (before: string | null | undefined, terms: string[]) => {
  const asked = before?.trim()
  return [...(asked ? [/\bOR\b|,/i.test(asked) ? `(${asked})` : asked] : []), ...terms].join(' ')
}

function termFor({ field, network }: LineColumn, value: string): { term: string; exact: boolean } {
  if (value === '') return { term: `(${field}:"" OR NOT ${field}:*)`, exact: true }
  if (network && /^[0-9a-f.:]+\/\d+$/i.test(value)) return { term: `${field}:${value}`, exact: true }
  if (isSayable(value)) return { term: `${field}:${quoted(value)}`, exact: true }
  return { term: `${field}:${quoted(beginningOf(value))}*`, exact: false }
}

const isSayable = (value: string) => value.length <= MOST_TEXT && !/\0|\p{Cs}/u.test(value)
const beginningOf = (value: string) => value.slice(0, MOST_TEXT).split(/\0|\p{Cs}/u)[0]!

function anyOf(column: LineColumn, values: string[]): string | null {
  if (values.length === 1) return termFor(column, values[0]!).exact ? termFor(column, values[0]!).term : null
  if (values.some((value) => !isSayable(value) || value === '') || column.network) return null
  const term = `${column.field}:(${values.map(quoted).join(', ')})`
  return term.length <= MOST_TEXT ? term : null
}

function patternFor(column: LineColumn, shape: string): string {
  if (shape === '') return termFor(column, '').term
  const parts = beginningOf(shape).split('*')
  const written = parts.map((part) => (part === '' ? '' : quoted(part))).join('*')
  return `${column.field}:${written}${shape.length > MOST_TEXT ? '*' : ''}`
}
