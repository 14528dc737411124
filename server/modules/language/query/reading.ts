import type { Said } from '../schema.ts'
import type { Field, Limit, Part, Query, Term, Test } from './tree.ts'

/** A query in plain English, as it follows "rows". Never empty. */
export function readingOf(query: Query | null): Said[] {
  if (query === null) return []
  return joined(query, false)
}

/** The same as one text. */
export const asText = (said: Said[]) => said.map(({ kind, text }) => (kind === 'value' ? `“${text}”` : text)).join('')

const words = (text: string): Said => ({ kind: 'words', text })
const value = (text: string): Said => ({ kind: 'value', text })

function joined(query: Query, inner: boolean): Said[] {
  if ('part' in query) return negated(query.part)
  if (!('parts' in query)) return term(query)
  const parts = query.parts.map((part) => joined(part, true))
  const all = parts.flatMap((part, at) => (at === 0 ? part : [words(query.kind === 'and' ? ' and ' : ' or '), ...part]))
  return inner ? [words('('), ...all, words(')')] : all
}

function negated(query: Query): Said[] {
  if ('part' in query) return joined(query.part, true)
  if ('parts' in query) return [words('not '), ...joined(query, true)]
  if (query.field === null)
    return [words(query.test.is === 'exists' ? 'that are none' : 'that do not contain '), ...said(query)]
  if (query.test.is === 'exists') return [words('that have no '), field(query.field)]
  return [
    words('whose '),
    field(query.field),
    words(` ${verb(query.test, 'negated')}`),
    ...said(query),
    words(', or that have none'),
  ]
}

function term(query: Term): Said[] {
  if (query.field === null)
    return [words(query.test.is === 'exists' ? 'that hold anything' : 'that contain '), ...said(query)]
  if (query.test.is === 'exists') return [words('that have a '), field(query.field)]
  return [words('whose '), field(query.field), words(` ${verb(query.test, 'plain')}`), ...said(query)]
}

const field = ({ name }: Field): Said => ({ kind: 'field', text: name })

type Sense = 'plain' | 'negated'
const VERBS: Record<Exclude<Test['is'], 'between' | 'exists'>, [plain: string, negated: string]> = {
  equals: ['is ', 'is not '],
  like: ['is like ', 'is not like '],
  matches: ['matches ', 'does not match '],
  network: ['lies in ', 'does not lie in '],
}

function verb(test: Test, sense: Sense): string {
  if (test.is === 'exists') return ''
  if (test.is === 'between') return sense === 'plain' ? 'is ' : 'is not '
  return VERBS[test.is][sense === 'plain' ? 0 : 1]
}

function said({ field, test }: Term): Said[] {
  switch (test.is) {
    case 'exists':
      return []
    case 'equals':
      return [value(test.text)]
    case 'like':
      return field === null ? [value(shownParts(test.parts))] : likened(test.parts)
    case 'matches':
      return [words('the regular expression '), value(test.pattern)]
    case 'network':
      return [words('the network '), value(test.text)]
    case 'between':
      return between(test)
  }
}

const shownParts = (parts: Part[]) => parts.map((part) => ('any' in part ? part.any : part.text)).join('')
const likened = (parts: Part[]): Said[] => [value(shownParts(parts)), words(' (* any text, ? one character)')]

function between({ type, from, to }: Test & { is: 'between' }): Said[] {
  const shown = ({ value: text }: Limit) =>
    type === 'time' ? moment(Number(text)) : type === 'address' ? plainAddress(text) : text
  const low = from && [words(LOW[type][from.inclusive ? 1 : 0]), value(shown(from))]
  const high = to && [words(HIGH[type][to.inclusive ? 1 : 0]), value(shown(to))]
  return low && high ? [...low, words(' and '), ...high] : (low ?? high ?? [])
}

const LOW = {
  number: ['above ', 'at least '],
  time: ['after ', 'at or after '],
  address: ['after ', 'at or after '],
} as const
const HIGH = {
  number: ['below ', 'at most '],
  time: ['before ', 'at or before '],
  address: ['before ', 'at or before '],
} as const

/** An instant as it will be compared: UTC, to the millisecond where it has any. */
function moment(at: number): string {
  const iso = new Date(at).toISOString()
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)}${iso.endsWith('.000Z') ? '' : iso.slice(19, 23)} UTC`
}

const plainAddress = (text: string) =>
  text.replace(/^::ffff:([\da-f]{1,4}):([\da-f]{1,4})$/i, (_all, high, low) =>
    [high, low].flatMap((half: string) => [Number.parseInt(half, 16) >> 8, Number.parseInt(half, 16) & 255]).join('.'),
  )
