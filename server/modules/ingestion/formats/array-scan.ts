const QUOTE = 0x22
const BACKSLASH = 0x5c
const NEWLINE = 0x0a
const COMMA = 0x2c
const COLON = 0x3a
const BRACE = 0x7b
const BRACE_END = 0x7d
const BRACKET = 0x5b
const BRACKET_END = 0x5d

const MAX_DEPTH = 5_000
const LOOK_BACK = 4 * 1024

// What the scan stops at; every other byte outside a string is the row engine's to judge.
const MARKS = new Uint8Array(256)
for (const mark of [QUOTE, BRACE, BRACE_END, BRACKET, BRACKET_END, COMMA]) MARKS[mark] = 1

/** How far the scan of an element has come. `cut`: where a broken one ends. */
export type Element = { at: number; depth: number; inString: boolean; open: Uint8Array; lost: boolean; cut: number }

const OPEN = new Uint8Array(MAX_DEPTH + 1)

/** An element whose first byte is at `at`. One is under way at a time in a reader. */
export const newElement = (at = 0): Element => ({ at, depth: 0, inString: false, open: OPEN, lost: false, cut: 0 })

/**
 * Goes on from `element.at` through `bytes`, which hold the element from `start`: `whole` when it ends before `at`,
 * `broken` when it ends at `cut` because it does not fit together, `more` when the next block must tell.
 */
export function resume(element: Element, bytes: Buffer, start: number): 'whole' | 'broken' | 'more' {
  if (element.lost) return findNext(element, bytes, element.at)
  const found =
    element.depth === 0 && !element.inString && isScalar(bytes, start)
      ? scalar(element, bytes)
      : scan(element, bytes, start)
  if (found !== 'broken') return found
  const before = objectAfterComma(bytes, start, element.at) ?? lastStart(bytes, start, element.at)
  if (before === -1) return findNext(element, bytes, element.at)
  element.cut = before
  return 'broken'
}

/** Forgets the middle of an element that is too long; the number of bytes at the front that may go. */
export function restart(element: Element, length: number): number {
  const gone = Math.max(0, Math.min(length, element.at) - LOOK_BACK)
  element.at -= gone
  return gone
}

function scan(element: Element, bytes: Buffer, start: number): 'whole' | 'broken' | 'more' {
  const { open } = element
  let { at, depth, inString } = element
  let found: 'whole' | 'broken' | 'more' = 'more'
  const { length } = bytes
  while (at < length) {
    if (inString) {
      let byte = bytes[at]!
      while (byte !== QUOTE && byte !== BACKSLASH && byte !== NEWLINE) {
        at += 1
        if (at >= length) break
        byte = bytes[at]!
      }
      if (at >= length) break
      if (byte === BACKSLASH) {
        at += 2
        continue
      }
      if (byte === NEWLINE) {
        found = 'broken'
        break
      }
      inString = false
      at += 1
      if (depth > 0) continue
      found = 'whole'
      break
    }
    while (at < length && MARKS[bytes[at]!] === 0) at += 1
    if (at >= length) break
    const mark = bytes[at]!
    if (!fits(mark, bytes, { at, start, inside: depth > 0 ? open[depth]! : 0 }) || depth >= MAX_DEPTH) {
      found = 'broken'
      break
    }
    at += 1
    if (mark === QUOTE) inString = true
    else if (mark === BRACE || mark === BRACKET) {
      depth += 1
      open[depth] = mark
    } else if (mark !== COMMA) {
      depth -= 1
      if (depth === 0) {
        found = 'whole'
        break
      }
    }
  }
  element.at = at
  element.depth = depth
  element.inString = inString
  return found
}

type Where = { at: number; start: number; inside: number }

// A bracket or quote in the wrong place shows at once that something before it is missing; else one lost quote would
// turn every row behind it inside out.
function fits(mark: number, bytes: Buffer, { at, start, inside }: Where): boolean {
  if (mark === BRACE_END) return inside === BRACE
  if (mark === BRACKET_END) return inside === BRACKET
  if (mark === COMMA) return inside !== 0
  if (at === start) return true
  const before = significantBefore(bytes, at, start)
  if (inside === BRACKET) return before === BRACKET || before === COMMA
  return before === COLON || (mark === QUOTE && (before === BRACE || before === COMMA))
}

function significantBefore(bytes: Buffer, at: number, start: number): number {
  let before = at - 1
  while (before >= start && isSpace(bytes[before]!)) before -= 1
  return bytes[before] ?? 0
}

const isSpace = (byte: number) => byte === 0x20 || byte === NEWLINE || byte === 0x0d || byte === 0x09

const isScalar = (bytes: Buffer, start: number) => {
  const first = bytes[start]
  return first !== BRACE && first !== BRACKET && first !== QUOTE
}

/** A number, a word or rubbish: it ends before the next comma or bracket. */
function scalar(element: Element, bytes: Buffer): 'whole' | 'more' {
  let { at } = element
  while (at < bytes.length && bytes[at] !== COMMA && bytes[at] !== BRACKET_END && bytes[at] !== NEWLINE) at += 1
  element.at = at
  return at < bytes.length ? 'whole' : 'more'
}

/** A `{` behind a comma where a column's name belongs is the next row: where the comma stands. */
function objectAfterComma(bytes: Buffer, start: number, at: number): number | null {
  let comma = at - 1
  while (comma > start && isSpace(bytes[comma]!)) comma -= 1
  return bytes[at] === BRACE && comma > start && bytes[comma] === COMMA ? comma : null
}

/** Where the array could go on with an object, at or before `to`: behind the last `}`, before the comma. -1 when nowhere. */
function lastStart(bytes: Buffer, start: number, to: number): number {
  for (let brace = bytes.lastIndexOf(BRACE, to); brace > start; brace = bytes.lastIndexOf(BRACE, brace - 1)) {
    const end = endBefore(bytes, brace, start)
    if (end !== -1) return end
  }
  return -1
}

/** For a `{` that follows `}` and a comma: where that `}` ends. */
function endBefore(bytes: Buffer, brace: number, start: number): number {
  let at = brace - 1
  while (at > start && isSpace(bytes[at]!)) at -= 1
  if (bytes[at] !== COMMA) return -1
  at -= 1
  while (at > start && isSpace(bytes[at]!)) at -= 1
  return at > start && bytes[at] === BRACE_END ? at + 1 : -1
}

function findNext(element: Element, bytes: Buffer, from: number): 'broken' | 'more' {
  element.lost = true
  for (let brace = bytes.indexOf(BRACE, from); brace !== -1; brace = bytes.indexOf(BRACE, brace + 1)) {
    const end = endBefore(bytes, brace, 0)
    if (end === -1) continue
    element.cut = end
    return 'broken'
  }
  element.at = bytes.length
  return 'more'
}
