/** What is being typed at the cursor: the beginning of a field's name, or of a value of `field`. */
export type Typing = { at: number; typed: string; field: string | null }

const FIELD = /^((?:"[^"]*"|[^\s".:<>=()]+)(?:\.(?:"[^"]*"|[^\s".:<>=()]+))*)(?::|[<>]=?)/

/** The piece of a query before the cursor that a completion would replace. */
export function typingAt(text: string, cursor: number): Typing {
  const { start, lists, quote } = scanned(text.slice(0, cursor))
  const piece = text.slice(start, cursor)
  const negated = /^-(?=[^-])/.test(piece) ? 1 : 0
  const said = piece.slice(negated)
  const found = quote !== null && quote === start + negated && !FIELD.test(said) ? null : said.match(FIELD)
  if (found) {
    const operator = said.slice(found[0].length).match(/^[<>]=?/)?.[0] ?? ''
    const at = start + negated + found[0].length + operator.length
    return { at, typed: bare(text.slice(at, cursor)), field: bare(found[1]!) }
  }
  return { at: start + negated, typed: bare(said), field: lists.at(-1) ?? null }
}

/** Where the last piece begins, the fields whose lists are open, and where an open quote began. */
function scanned(text: string): { start: number; lists: (string | null)[]; quote: number | null } {
  const lists: (string | null)[] = []
  let start = 0
  let quote: number | null = null
  for (let at = 0; at < text.length; at++) {
    const mark = text[at]!
    if (mark === '"') quote = quote === null ? at : null
    if (quote !== null || mark === '"') continue
    if (mark === '(') {
      lists.push(openedBy(text.slice(start, at)))
      start = at + 1
    } else if (mark === ')') {
      lists.pop()
      start = at + 1
    } else if (/\s/.test(mark) || (mark === ',' && lists.at(-1))) start = at + 1
  }
  return { start, lists, quote }
}

function openedBy(piece: string): string | null {
  const found = piece.replace(/^-/, '').match(FIELD)
  return found && found[0].length === piece.replace(/^-/, '').length ? bare(found[1]!) : null
}

const bare = (text: string) => text.replace(/"/g, '')

const SIMPLE_KEY = /^[^\s\d"\-.:<>=()[\]{},/\\*?'][^\s".:<>=()[\]{},/\\*?]*$/u
const SIMPLE_VALUE = /^[^\s"()*?,[\]{}/:<>=-][^\s"()*?,]*$/u

/** A dotted path as a query writes it. */
export const writtenField = (path: string) =>
  path
    .split('.')
    .map((key) => (SIMPLE_KEY.test(key) && !/^(AND|OR|NOT)$/.test(key) ? key : quoted(key)))
    .join('.')

/** A value as a query writes it, to be found exactly so. */
export const writtenValue = (value: string) =>
  SIMPLE_VALUE.test(value) && !/^(AND|OR|NOT|TO)$/.test(value) ? value : quoted(value)

const quoted = (text: string) => `"${text.replace(/"/g, '""')}"`
