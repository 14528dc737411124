const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const COLON = 0x3a
const BRACE = 0x7b
const BRACE_END = 0x7d
const BRACKET = 0x5b
const BRACKET_END = 0x5d

/** A member of an object or an element of an array: its name as written, and where its value lies. */
export type Slot = { name: string; from: number; to: number }

/** The members of the object that begins at `from`, or the elements of the array there; null when it does not end. */
export function slotsOf(bytes: Buffer, from: number): Slot[] | null {
  const close = bytes[from] === BRACE ? BRACE_END : BRACKET_END
  const slots: Slot[] = []
  let at = skipSpace(bytes, from + 1)
  if (bytes[at] === close) return slots
  while (at < bytes.length) {
    let name = ''
    if (close === BRACE_END) {
      const end = bytes[at] === QUOTE ? endOfString(bytes, at) : -1
      if (end === -1) return null
      name = bytes.toString('utf8', at + 1, end - 1)
      at = skipSpace(bytes, end)
      if (bytes[at] !== COLON) return null
      at = skipSpace(bytes, at + 1)
    }
    const to = endOfValue(bytes, at)
    if (to <= at) return null
    slots.push({ name, from: at, to })
    at = skipSpace(bytes, to)
    if (bytes[at] === close) return slots
    if (bytes[at] !== COMMA) return null
    at = skipSpace(bytes, at + 1)
  }
  return null
}

/** The text of a JSON string at `from`; '' when it is none. */
export function textAt(bytes: Buffer, { from, to }: Slot): string {
  if (bytes[from] !== QUOTE) return ''
  const plain = bytes.toString('utf8', from + 1, to - 1)
  if (!plain.includes('\\')) return plain
  try {
    return String(JSON.parse(bytes.toString('utf8', from, to)))
  } catch {
    return ''
  }
}

/** The first byte at or after `at` that is not white space. */
export function skipSpace(bytes: Buffer, at: number): number {
  let next = at
  while (next < bytes.length && isSpace(bytes[next]!)) next += 1
  return next
}

export const isSpace = (byte: number) => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09

/** Behind the closing quote of the string that begins at `from`; -1 when it is not closed. */
function endOfString(bytes: Buffer, from: number): number {
  for (let at = from + 1; at < bytes.length; at += 1) {
    const byte = bytes[at]
    if (byte === BACKSLASH) at += 1
    else if (byte === QUOTE) return at + 1
  }
  return -1
}

/** Behind the value that begins at `from`; -1 when it does not end. Whether it is JSON inside is the row engine's to say. */
function endOfValue(bytes: Buffer, from: number): number {
  const first = bytes[from]
  if (first === QUOTE) return endOfString(bytes, from)
  if (first !== BRACE && first !== BRACKET) {
    let at = from
    while (at < bytes.length && !ENDS_SCALAR[bytes[at]!]) at += 1
    return at
  }
  let depth = 0
  for (let at = from; at < bytes.length; at += 1) {
    const byte = bytes[at]!
    if (byte === QUOTE) {
      at = endOfString(bytes, at) - 1
      if (at < 0) return -1
    } else if (byte === BRACE || byte === BRACKET) depth += 1
    else if (byte === BRACE_END || byte === BRACKET_END) {
      depth -= 1
      if (depth === 0) return at + 1
    }
  }
  return -1
}

const ENDS_SCALAR = new Uint8Array(256)
for (const byte of [COMMA, BRACE_END, BRACKET_END, 0x20, 0x0a, 0x0d, 0x09]) ENDS_SCALAR[byte] = 1
