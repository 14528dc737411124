import { isUtf8 } from 'node:buffer'
import { type Format, type Framed, MAX_LINE_BYTES } from './framed.ts'

const NEWLINE = 0x0a
// The first line of our own exports says what was asked for: it is no row.
const OWN_HEAD = Buffer.from('{"_VelociCompanionExport":')
const BOM = Buffer.from([0xef, 0xbb, 0xbf])

/** JSON lines: each non-empty line is a row and passes through untouched. Line numbers count every line, from 1. */
export const jsonl: Format = async function* (bytes) {
  let number = 1
  let first = true
  let open: Buffer[] = [] // the line that the next block goes on with
  let openBytes = 0

  for await (let block of bytes) {
    if (first && block.subarray(0, 3).equals(BOM)) block = block.subarray(3)
    first = false
    const clean = isClean(block)
    const lines: Framed[] = []
    let start = 0
    for (let end = block.indexOf(NEWLINE); end !== -1; end = block.indexOf(NEWLINE, start)) {
      const part = block.subarray(start, end)
      const whole = openBytes > 0 ? Buffer.concat([...open, part]) : part
      const length = openBytes + part.length
      const checked = clean && openBytes === 0
      const ownHead = number === 1 && whole.subarray(0, OWN_HEAD.length).equals(OWN_HEAD)
      if (!isBlank(whole) && !ownHead) lines.push(framed(number, whole, length, checked))
      if (openBytes > 0) [open, openBytes] = [[], 0]
      number += 1
      start = end + 1
    }
    if (start < block.length) {
      // Past the limit only the length is kept, so that a line without end does not fill the memory.
      if (openBytes <= MAX_LINE_BYTES) open.push(Buffer.from(block.subarray(start)))
      openBytes += block.length - start
    }
    if (lines.length > 0) yield lines
  }
  const rest = Buffer.concat(open)
  if (openBytes > 0 && !isBlank(rest)) yield [framed(number, rest, openBytes, false)]
}

/** One line as it came, with a readable copy where it needs one. `checked`: it is known to need none. */
export function framed(line: number, bytes: Buffer, length: number, checked: boolean): Framed {
  if (length > MAX_LINE_BYTES)
    return { line, raw: bytes.subarray(0, MAX_LINE_BYTES), json: null, flaw: 'LINE_TOO_LONG' }
  const raw = bytes.at(-1) === 0x0d ? bytes.subarray(0, -1) : bytes
  return { line, raw, json: checked ? null : readable(raw), flaw: '' }
}

/** Whether no line of these bytes can need a readable copy. */
export const isClean = (bytes: Buffer) => isUtf8(bytes) && !bytes.includes('\\ud') && !bytes.includes('\\uD')

// Bytes that are no UTF-8, and half a surrogate pair, are what a hostile host can put in a file name. The row engine
// refuses both, so it searches a copy with U+FFFD in their place; the row itself stays as it came.
const LONE_SURROGATE =
  /\\u(?:d[89ab][0-9a-f]{2}(?!\\ud[c-f][0-9a-f]{2})|(?<!\\ud[89ab][0-9a-f]{2}\\u)d[c-f][0-9a-f]{2})/gi

function readable(raw: Buffer): Buffer | null {
  const valid = isUtf8(raw)
  if (valid && !raw.includes('\\u')) return null
  const text = raw.toString('utf8')
  const mended = text.replace(LONE_SURROGATE, '\\ufffd')
  return valid && mended === text ? null : Buffer.from(mended)
}

const isBlank = (bytes: Buffer) => {
  if (bytes.length > 64) return false
  for (const byte of bytes) if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0d) return false
  return true
}
