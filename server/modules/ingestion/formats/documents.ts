import { isSpace } from './json-scan.ts'
import { isClean } from './jsonl.ts'

const QUOTE = 0x22
const BACKSLASH = 0x5c
const NEWLINE = 0x0a
const BRACE = 0x7b
const BRACE_END = 0x7d
const BRACKET = 0x5b
const BRACKET_END = 0x5d
const COMMA = 0x2c
const MAX_BYTES = 4 * 1024 * 1024
const KEPT_BYTES = 1024 * 1024

/** An envelope: one JSON object with its bytes as they came. `clean`: no line in it can need a readable copy. */
export type Envelope = { number: number; bytes: Buffer; length: number; whole: boolean; clean: boolean }

/** Where reading goes on behind an envelope that is broken: the bytes that every envelope of this kind begins with. */
type Grammar = { between: '' | '[],'; restart: string }

/**
 * The objects of a stream, each whole: behind each other with white space between, or as elements of an array. What
 * does not fit together is one broken envelope, up to where the next can begin. Memory is bounded by the largest one.
 */
export async function* envelopes(bytes: AsyncIterable<Buffer>, grammar: Grammar): AsyncGenerator<Envelope[]> {
  const reader = newReader(grammar)
  for await (const block of bytes) {
    const found = read(reader, block)
    if (found.length > 0) yield found
  }
  const rest = finish(reader)
  if (rest.length > 0) yield rest
}

type State = 'between' | 'in' | 'lost'
type Reader = Grammar & {
  held: Buffer
  /** Where the scan goes on in `held`. */
  at: number
  state: State
  depth: number
  inString: boolean
  number: number
  /** Bytes of a broken envelope whose middle is not kept, and its beginning. */
  dropped: number
  head: Buffer | null
}

const newReader = (grammar: Grammar): Reader => ({
  ...grammar,
  held: Buffer.alloc(0),
  at: 0,
  state: 'between',
  depth: 0,
  inString: false,
  number: 0,
  dropped: 0,
  head: null,
})

function read(reader: Reader, block: Buffer): Envelope[] {
  const found: Envelope[] = []
  const held = reader.held.length
  const bytes = held > 0 ? Buffer.concat([reader.held, block]) : block
  const clean = isClean(block)
  let start = 0
  let at = reader.at
  while (at < bytes.length) {
    if (reader.state === 'between') {
      start = at = nextStart(reader, bytes, at)
      if (at < bytes.length) begin(reader, bytes[at] === BRACE ? 'in' : 'lost')
      continue
    }
    if (reader.state === 'in') {
      at = scan(reader, bytes, at)
      if (reader.depth === 0 && reader.state === 'in') {
        found.push(envelope(reader, bytes.subarray(start, at), { whole: true, clean: clean && start >= held }))
        reader.state = 'between'
        continue
      }
      if (reader.state === 'in' && at - start > MAX_BYTES) reader.state = 'lost'
      if (reader.state !== 'lost') break
      at = start
    }
    const next = bytes.indexOf(reader.restart, reader.head ? start : start + 1, 'latin1')
    if (next === -1) break
    found.push(envelope(reader, bytes.subarray(start, next), { whole: false, clean: false }))
    reader.state = 'between'
    at = next
  }
  hold(reader, bytes, start, at)
  return found
}

function begin(reader: Reader, state: State) {
  reader.state = state
  reader.depth = 0
  reader.inString = false
}

/** Past white space and, in an array, its brackets and commas. */
function nextStart({ between }: Reader, bytes: Buffer, from: number): number {
  let at = from
  for (; at < bytes.length; at += 1) {
    const byte = bytes[at]!
    if (isSpace(byte)) continue
    if (between !== '' && (byte === BRACKET || byte === BRACKET_END || byte === COMMA)) continue
    break
  }
  return at
}

/** Goes on to the end of the object, or of the bytes. `lost` when a string has a line break in it: no JSON has. */
function scan(reader: Reader, bytes: Buffer, from: number): number {
  let { depth, inString } = reader
  let at = from
  for (; at < bytes.length; at += 1) {
    const byte = bytes[at]!
    if (inString) {
      if (byte === BACKSLASH) at += 1
      else if (byte === QUOTE) inString = false
      else if (byte === NEWLINE) {
        reader.state = 'lost'
        break
      }
    } else if (byte === QUOTE) inString = true
    else if (byte === BRACE || byte === BRACKET) depth += 1
    else if (byte === BRACE_END || byte === BRACKET_END) {
      depth -= 1
      if (depth === 0) {
        at += 1
        break
      }
    }
  }
  reader.depth = depth
  reader.inString = inString
  return at
}

function hold(reader: Reader, bytes: Buffer, start: number, at: number) {
  if (reader.state === 'between') {
    reader.held = Buffer.alloc(0)
    reader.at = 0
    return
  }
  reader.at = at - start
  reader.held = Buffer.from(bytes.subarray(start))
  if (reader.state !== 'lost') return
  // What is lost is kept in part only; at its end may stand the beginning of what reading goes on at.
  const kept = reader.restart.length - 1
  if (reader.held.length <= KEPT_BYTES && !reader.head) return
  reader.head ??= Buffer.from(reader.held.subarray(0, KEPT_BYTES))
  const gone = Math.max(0, reader.held.length - kept)
  reader.dropped += gone
  reader.held = Buffer.from(reader.held.subarray(gone))
  reader.at = 0
}

function envelope(reader: Reader, bytes: Buffer, { whole, clean }: { whole: boolean; clean: boolean }): Envelope {
  reader.number += 1
  const length = reader.dropped + bytes.length
  const kept = reader.head ?? bytes
  reader.head = null
  reader.dropped = 0
  return { number: reader.number, bytes: kept, length, whole, clean }
}

function finish(reader: Reader): Envelope[] {
  const { state, held } = reader
  return state === 'between' ? [] : [envelope(reader, held, { whole: false, clean: false })]
}
