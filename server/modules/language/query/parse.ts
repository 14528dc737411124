import peggy from 'peggy'
import type { Draft, DraftTerm, Tree, When } from './draft.ts'
import { isTimeField } from './fields.ts'
import { QueryError } from './flaw.ts'
import { GRAMMAR } from './grammar.ts'

export const MOST_TERMS = 100
export const DEEPEST = 20
export const A_TIME = 'a time such as 2026-01-05 13:00 Europe/Vienna, now-7d, today or last 7 days'

// Cached parts keep the time linear in the text, whatever is nested in it.
const parser = peggy.generate(GRAMMAR, { cache: true, allowedStartRules: ['Query', 'Instant'] })

/** The shape of a query, null when it is empty. Throws QueryError with the place of what is wrong. */
export function parse(text: string): Draft | null {
  refuseDeep(text)
  const draft = shapeOf(text)
  if (draft) refuseMany(draft)
  return draft
}

function shapeOf(text: string): Draft | null {
  try {
    return parser.parse(text, { isTime: isTimeField }) as Draft | null
  } catch (error) {
    if (!(error instanceof parser.SyntaxError)) throw error
    throw syntaxFlaw(text, error)
  }
}

/** A time as the language writes it, and nothing else but space around it. Throws QueryError that says `otherwise`. */
export function parseWhen(text: string, otherwise: string): When {
  try {
    return parser.parse(text, { startRule: 'Instant', isTime: isTimeField }) as When
  } catch (error) {
    if (!(error instanceof parser.SyntaxError)) throw error
    throw new QueryError(otherwise, { at: 0, length: text.length }, { expected: [A_TIME] })
  }
}

// Before the parser recurses. Brackets inside a regular expression count too, which no sensible one feels.
function refuseDeep(text: string): void {
  let depth = 0
  for (const { 0: mark, index } of text.matchAll(/"[^"]*"|[()]/g)) {
    depth += mark === '(' ? 1 : mark === ')' ? -1 : 0
    if (depth > DEEPEST) {
      throw new QueryError(`Brackets are nested more than ${DEEPEST} deep.`, { at: index, length: 1 })
    }
  }
}

function refuseMany(draft: Draft): void {
  let terms = 0
  const count = <Leaf extends object>(tree: Tree<Leaf>, each: (leaf: Leaf) => void): void => {
    if ('parts' in tree) for (const part of tree.parts) count(part, each)
    else if ('part' in tree) count(tree.part, each)
    else each(tree)
  }
  const one = ({ at, length }: { at: number; length: number }) => {
    if (++terms > MOST_TERMS) throw new QueryError(`A query has at most ${MOST_TERMS} terms.`, { at, length })
  }
  count(draft, (term: DraftTerm) => {
    if (term.test.is === 'list') count(term.test.of, ({ test }) => one(test))
    else one(term)
  })
}

type Expectation = { type: string; description?: string; text?: string }
type Refused = { expected: Expectation[] | null; found: string | null; location: { start: { offset: number } } }

function syntaxFlaw(text: string, error: unknown): QueryError {
  const { expected, found, location } = error as Refused
  const at = location.start.offset
  const wanted = wantedOf((expected ?? []).map(nameOf))
  const rest = text.slice(at)
  const open = rest.startsWith('"') && !/^"[^"]*"/.test(rest)
  const stray = rest.match(/^\S+/)?.[0] ?? ''
  return new QueryError(
    open
      ? 'These quotes are not closed.'
      : found === null
        ? `The query ends too early: ${listed(wanted)} is missing.`
        : `${stray ? `“${stray.slice(0, 30)}”` : 'A space'} cannot stand here: ${listed(wanted)} was expected.`,
    { at, length: open ? rest.length : Math.min(stray.length, 30) },
    { expected: open ? ['"'] : wanted },
  )
}

const NEGATION = ['-', 'NOT', '“(”']
const TERM = ['a field', 'a regular expression', 'a value', '*']

/** What was expected, in a person's words: all that can begin a term is one thing, and what could make a field of a word is left out. */
function wantedOf(names: string[]): string[] {
  const every = new Set(names.filter((name) => name !== '' && name !== 'a space'))
  const drop = (gone: string[], instead: string) => {
    for (const name of gone) every.delete(name)
    every.add(instead)
  }
  if (every.has('-') && every.has('NOT')) drop([...NEGATION, ...TERM], 'something to search for')
  if (every.has('a value')) drop([...TERM, '“(”'], 'a value')
  if (every.has('a time')) drop(['*', '“(”'], A_TIME)
  const plain = [...every].filter((name) => name !== ':' && name !== 'a comparison')
  return (plain.length > 0 ? plain : [...every]).sort()
}

function nameOf({ type, description, text }: Expectation): string {
  if (type === 'end') return 'the end'
  if (type === 'literal') return ['(', ')', ']', ','].includes(text ?? '') ? `“${text}”` : (text ?? '')
  return type === 'other' ? (description ?? '') : ''
}

const listed = (names: string[]) =>
  names.length < 2 ? (names[0] ?? 'something else') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`
