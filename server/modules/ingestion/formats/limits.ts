import type { Flaw } from './framed.ts'

const MAX_DEPTH = 32
const MAX_KEYS = 512
const MAX_ELEMENTS = 10_000
const MAX_STRING = 256 * 1024
const MAX_NUMBER = 40

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const OPEN = new Set([0x7b, 0x5b])
const CLOSE = new Set([0x7d, 0x5d])

/** The first limit of the manual that a line of valid JSON breaks, or ''. Lengths are bytes. */
export function brokenLimit(json: Buffer): Flaw | '' {
  const stack: { array: boolean; items: number }[] = []
  for (let at = 0; at < json.length; at += 1) {
    const byte = json[at]!
    if (byte === QUOTE) {
      const end = endOfString(json, at)
      if (end - at - 1 > MAX_STRING) return 'STRING_TOO_LONG'
      at = end
    } else if (OPEN.has(byte)) {
      stack.push({ array: byte === 0x5b, items: 1 })
      if (stack.length > MAX_DEPTH) return 'TOO_DEEP'
    } else if (CLOSE.has(byte)) stack.pop()
    else if (byte === COMMA) {
      const inside = stack.at(-1)
      if (!inside) continue
      inside.items += 1
      if (inside.array && inside.items > MAX_ELEMENTS) return 'ARRAY_TOO_LONG'
      if (!inside.array && inside.items > MAX_KEYS) return 'TOO_MANY_KEYS'
    } else if (isDigitOrMinus(byte)) {
      let end = at
      while (end < json.length && isNumberPart(json[end]!)) end += 1
      if (end - at > MAX_NUMBER || !Number.isFinite(Number(json.toString('latin1', at, end)))) return 'NUMBER_RANGE'
      at = end - 1
    }
  }
  return ''
}

function endOfString(json: Buffer, start: number): number {
  let at = start + 1
  while (at < json.length && json[at] !== QUOTE) at += json[at] === BACKSLASH ? 2 : 1
  return at
}

const isDigit = (byte: number) => byte >= 0x30 && byte <= 0x39
const isDigitOrMinus = (byte: number) => isDigit(byte) || byte === 0x2d
// . + - e E
const isNumberPart = (byte: number) =>
  isDigit(byte) || byte === 0x2e || byte === 0x2b || byte === 0x2d || (byte | 0x20) === 0x65

const LARGEST = 18_446_744_073_709_551_615n
const SMALLEST = -9_223_372_036_854_775_808n
const INTEGER = /("(?:[^"\\]|\\.)*")|(?<![\d.eE+-])-?\d{19,}(?![\d.eE])/g

/** The same JSON with integers beyond 64 bits as strings: the row engine reads no larger ones. Null when there are none. */
export function largeIntegersQuoted(json: string): string | null {
  const quoted = json.replace(INTEGER, (found, string?: string) => {
    if (string !== undefined) return found
    const value = BigInt(found)
    return value > LARGEST || value < SMALLEST ? `"${found}"` : found
  })
  return quoted === json ? null : quoted
}
