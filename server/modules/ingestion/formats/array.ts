import { type Element, newElement, restart, resume } from './array-scan.ts'
import { type Format, type Framed, MAX_LINE_BYTES, Unreadable } from './framed.ts'
import { framed, isClean } from './jsonl.ts'

const COMMA = 0x2c
const OPEN = 0x5b
const CLOSE = 0x5d
const BOM = Buffer.from([0xef, 0xbb, 0xbf])

/**
 * One JSON array of rows, or several after each other. Each element is a line with its own bytes, line breaks included;
 * `line` is its place in the file, from 1. An element that breaks the array is quarantined, and reading goes on at the
 * next one that begins as an object. Throws Unreadable for an array without elements.
 */
export const array: Format = async function* (bytes) {
  const reader = newReader()
  let first = true
  for await (let block of bytes) {
    if (first && block.subarray(0, 3).equals(BOM)) block = block.subarray(3)
    first = false
    const lines = read(reader, block)
    if (lines.length > 0) yield lines
  }
  const last = finish(reader)
  if (last.length > 0) yield last
  if (reader.count === 0) throw new Unreadable('The JSON array is empty: it holds no row.')
}

type Reader = {
  /** Before an array, before an element, in one, after one, or in what follows the last array. */
  place: 'outside' | 'before' | 'in' | 'after' | 'garbage'
  element: Element
  /** Bytes of the element that earlier blocks held. */
  held: Buffer
  /** The beginning of an element that grew too long, whose middle is not kept. */
  head: Buffer | null
  dropped: number
  count: number
  closed: boolean
}

const newReader = (): Reader => ({
  place: 'outside',
  element: newElement(),
  held: Buffer.alloc(0),
  head: null,
  dropped: 0,
  count: 0,
  closed: false,
})

function read(reader: Reader, block: Buffer): Framed[] {
  const lines: Framed[] = []
  const held = reader.held.length
  const bytes = held > 0 ? Buffer.concat([reader.held, block]) : block
  const clean = isClean(block)
  let start = 0 // of the element
  let at = held > 0 ? reader.element.at : 0
  while (at < bytes.length) {
    if (reader.place === 'garbage') {
      at = bytes.length
      continue
    }
    if (reader.place !== 'in') {
      at = between(reader, bytes, at)
      start = at
      reader.element = newElement(at)
      continue
    }
    reader.element.at = at
    const found = resume(reader.element, bytes, start)
    at = reader.element.at
    if (found === 'more') break
    const end = found === 'broken' ? reader.element.cut : at
    lines.push(
      lineOf(reader, bytes.subarray(start, end), { clean: clean && start >= held, broken: found === 'broken' }),
    )
    at = end
    reader.place = 'after'
  }
  keep(reader, bytes, start, at)
  return lines
}

/** Where the next element begins, past commas and brackets. */
function between(reader: Reader, bytes: Buffer, from: number): number {
  for (let at = from; at < bytes.length; at += 1) {
    const byte = bytes[at]!
    if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) continue
    if (reader.place === 'outside') {
      reader.place = byte === OPEN ? 'before' : 'garbage'
      reader.closed = false
      if (byte !== OPEN) return at
    } else if (byte === CLOSE && (reader.place === 'after' || reader.place === 'before')) {
      reader.place = 'outside'
      reader.closed = true
    } else if (reader.place === 'after' && byte === COMMA) reader.place = 'before'
    else {
      reader.place = 'in'
      return at
    }
  }
  return bytes.length
}

function keep(reader: Reader, bytes: Buffer, start: number, at: number): void {
  if (reader.place !== 'in' && reader.place !== 'garbage') {
    reader.held = Buffer.alloc(0)
    return
  }
  reader.element.at = at - start
  reader.held = Buffer.from(bytes.subarray(start))
  if (reader.held.length <= MAX_LINE_BYTES) return
  // Past the limit the beginning is kept, and as much of the end as the scan looks back on.
  reader.head ??= Buffer.from(reader.held.subarray(0, MAX_LINE_BYTES))
  const gone = restart(reader.element, reader.held.length)
  reader.dropped += gone
  reader.held = Buffer.from(reader.held.subarray(gone))
}

function lineOf(reader: Reader, bytes: Buffer, { clean, broken }: { clean: boolean; broken: boolean }): Framed {
  const { head, dropped } = reader
  reader.head = null
  reader.dropped = 0
  reader.count += 1
  const raw = head ?? bytes
  if (broken) return { line: reader.count, raw: raw.subarray(0, MAX_LINE_BYTES), json: null, flaw: 'ARRAY_BROKEN' }
  return framed(reader.count, raw, dropped + bytes.length, clean && head === null)
}

function finish(reader: Reader): Framed[] {
  const { place, held } = reader
  if (place === 'in') return [lineOf(reader, held, { clean: false, broken: true })]
  const flaw = place === 'garbage' ? 'ARRAY_TRAILING' : reader.closed || place === 'outside' ? '' : 'ARRAY_CUT'
  if (flaw === '') return []
  reader.count += 1
  return [{ line: reader.count, raw: (reader.head ?? held).subarray(0, MAX_LINE_BYTES), json: null, flaw }]
}
