import ipaddr from 'ipaddr.js'
import type { Bound, Comparison, DraftTest, Piece, Span } from './draft.ts'
import { QueryError } from './flaw.ts'
import { A_TIME } from './parse.ts'
import { momentOf, type Stretch, stretchOf } from './times.ts'
import type { Field, Limit, Part, Test } from './tree.ts'

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?$/i
const NETWORK = /^[0-9a-f.:]+\/\d{1,3}$/i
export const LONGEST_PATTERN = 500

/** What a written test asks of the values of a field. Throws QueryError where it makes no sense for it. */
export function testOf(test: DraftTest, field: Field | null, now: number): Test {
  switch (test.is) {
    case 'exists':
      return { is: 'exists' }
    case 'regex':
      return matching(test)
    case 'value':
      return field === null ? anywhere(test.pieces) : valued(test.pieces, test)
    case 'compare':
      return compared(test, field, now)
    case 'range':
      return ranged(test, field, now)
    default:
      return within(stretchOf(test, now))
  }
}

function matching({ pattern, ...place }: Span & { pattern: string }): Test {
  if (pattern.length > LONGEST_PATTERN) {
    throw new QueryError(`A regular expression has at most ${LONGEST_PATTERN} characters.`, place)
  }
  return { is: 'matches', pattern }
}

/** Plain words: what stands anywhere in the row, so that a `*` at either end changes nothing. */
function anywhere(pieces: Piece[]): Test {
  const parts = partsOf(pieces)
  while (parts.length > 0 && 'any' in parts[0]! && parts[0].any === '*') parts.shift()
  while (parts.length > 0 && 'any' in parts.at(-1)! && (parts.at(-1) as { any: string }).any === '*') parts.pop()
  return parts.length === 0 ? { is: 'exists' } : { is: 'like', parts }
}

function valued(pieces: Piece[], place: Span): Test {
  const parts = partsOf(pieces)
  if (parts.some((part) => 'any' in part)) return { is: 'like', parts }
  const text = pieces.map((piece) => piece.text).join('')
  const bare = pieces.length === 1 && !pieces[0]!.quoted
  if (bare && NETWORK.test(text)) return networkOf(text, place)
  return { is: 'equals', text, number: bare && NUMBER.test(text) ? text : null }
}

/** Literal parts and wildcards; neighbouring literals are one, neighbouring `*` too. */
function partsOf(pieces: Piece[]): Part[] {
  const parts: Part[] = []
  const add = (part: Part) => {
    const last = parts.at(-1)
    if ('text' in part && last && 'text' in last) last.text += part.text
    else if (!('any' in part && part.any === '*' && last && 'any' in last && last.any === '*')) parts.push(part)
  }
  for (const { text, quoted } of pieces) {
    if (quoted) add({ text })
    else
      for (const bit of text.split(/([*?])/))
        if (bit !== '') add(bit === '*' || bit === '?' ? { any: bit } : { text: bit })
  }
  return parts
}

function networkOf(text: string, place: Span): Test {
  try {
    const [address, bits] = ipaddr.parseCIDR(text)
    const size = address.kind() === 'ipv4' ? bits + 96 : bits
    const bytes = asSix(address)
    return { is: 'network', text, first: sixText(edge(bytes, size, 0)), last: sixText(edge(bytes, size, 255)) }
  } catch {
    throw new QueryError(`“${text}” is no network. Write 10.0.0.0/8, or put it in quotes.`, place, {
      expected: ['a network such as 10.0.0.0/8'],
    })
  }
}

type Address = ipaddr.IPv4 | ipaddr.IPv6
const asSix = (address: Address): number[] =>
  (address.kind() === 'ipv4' ? (address as ipaddr.IPv4).toIPv4MappedAddress() : (address as ipaddr.IPv6)).toByteArray()
const sixText = (bytes: number[]) => ipaddr.fromByteArray(bytes).toString()

/** The lowest (0) or highest (255) address of the network that shares the first `bits` bits. */
const edge = (bytes: number[], bits: number, fill: 0 | 255): number[] =>
  bytes.map((byte, at) => {
    const mask = (0xff00 >> Math.min(8, Math.max(0, bits - at * 8))) & 0xff
    return (byte & mask) | (fill & ~mask & 0xff)
  })

type Compare = Span & { compare: Comparison; bound: Bound }

function compared({ compare, bound }: Compare, field: Field | null, now: number): Test {
  const inclusive = compare.length === 2
  const upper = compare.startsWith('<')
  const { type, value } = limitOf(bound, field, now)
  if (type !== 'time') {
    const limit = { value, inclusive }
    return { is: 'between', type, from: upper ? null : limit, to: upper ? limit : null }
  }
  return {
    is: 'between',
    type,
    from: upper ? null : after(value, inclusive),
    to: upper ? before(value, inclusive) : null,
  }
}

// A day is more than one instant: after it means after its end, up to it means all of it.
const after = ({ from, to, exact }: Stretch, inclusive: boolean): Limit =>
  exact || inclusive ? { value: String(from), inclusive } : { value: String(to), inclusive: true }
const before = ({ from, to, exact }: Stretch, inclusive: boolean): Limit =>
  exact || !inclusive ? { value: String(from), inclusive } : { value: String(to), inclusive: false }

type Ranging = Span & { from: Bound | null; to: Bound | null; open: '[' | '{'; close: ']' | '}' }

function ranged({ from, to, open, close, ...place }: Ranging, field: Field | null, now: number): Test {
  const [low, high] = [from && limitOf(from, field, now), to && limitOf(to, field, now)]
  const type = low?.type ?? high?.type
  if (!type) return { is: 'exists' }
  if (low && high && low.type !== high.type) {
    throw new QueryError('Both ends of a range must be numbers, times or addresses.', place)
  }
  const inclusive = { low: open === '[', high: close === ']' }
  return {
    is: 'between',
    type,
    from:
      low && (low.type === 'time' ? after(low.value, inclusive.low) : { value: low.value, inclusive: inclusive.low }),
    to:
      high &&
      (high.type === 'time' ? before(high.value, inclusive.high) : { value: high.value, inclusive: inclusive.high }),
  }
}

type Read = { type: 'time'; value: Stretch } | { type: 'number' | 'address'; value: string }

function limitOf(bound: Bound, field: Field | null, now: number): Read {
  if (bound.is !== 'word') return { type: 'time', value: momentOf(bound, now) }
  const timed = field?.of === 'time' || field?.of === 'received'
  if (timed) throw new QueryError(`“${bound.text}” is no time.`, bound, { expected: [A_TIME] })
  if (NUMBER.test(bound.text)) return { type: 'number', value: bound.text }
  if (ipaddr.isValid(bound.text) && /[.:]/.test(bound.text)) {
    return { type: 'address', value: sixText(asSix(ipaddr.parse(bound.text))) }
  }
  throw new QueryError(`“${bound.text}” cannot be compared: only numbers, times and addresses have an order.`, bound, {
    expected: ['a number', 'a time', 'an address'],
  })
}

const within = ({ from, to }: Stretch): Test => ({
  is: 'between',
  type: 'time',
  from: { value: String(from), inclusive: true },
  to: { value: String(to), inclusive: false },
})
