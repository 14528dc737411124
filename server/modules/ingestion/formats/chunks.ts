import { type Framed, MAX_LINE_BYTES } from './framed.ts'

const CHUNK_BYTES = 48 * 1024 * 1024
const PART_BYTES = 12 * 1024 * 1024
// A line as it came, and a copy in which each broken byte has become three.
const LARGEST_RECORD = 64 + 4 * MAX_LINE_BYTES

/** A line as the row engine reads it, in RowBinary. */
export const STRUCTURE = 'line UInt64, flaw String, json String, raw String'

/** Some lines on their way to the engine. `chunk` says which insert into the rows they will belong to. */
export type Part = { chunk: number; body: Buffer }

/**
 * Packs blocks of lines into parts of about 12 MB, each belonging to a chunk of about 48 MB. The same bytes always give
 * the same chunks, so that a load that begins again repeats itself exactly.
 */
export async function* partsOf(blocks: AsyncIterable<Framed[]>): AsyncGenerator<Part> {
  let total = 0
  let buffer = Buffer.allocUnsafeSlow(PART_BYTES + LARGEST_RECORD)
  let end = 0
  const part = (): Part => ({ chunk: Math.floor((total - end) / CHUNK_BYTES), body: buffer.subarray(0, end) })
  for await (const block of blocks) {
    for (const framed of block) {
      const next = write(buffer, framed, end)
      total += next - end
      end = next
      if (end < PART_BYTES) continue
      yield part()
      buffer = Buffer.allocUnsafeSlow(PART_BYTES + LARGEST_RECORD)
      end = 0
    }
  }
  if (end > 0) yield part()
}

/** One line as a record of STRUCTURE. */
export function recordOf(framed: Framed): Buffer {
  const record = Buffer.allocUnsafe(64 + framed.raw.length + (framed.json?.length ?? 0))
  return record.subarray(0, write(record, framed, 0))
}

function write(into: Buffer, { line, flaw, json, raw }: Framed, at: number): number {
  into.writeUInt32LE(line >>> 0, at)
  into.writeUInt32LE(Math.floor(line / 2 ** 32), at + 4)
  const named = writeVarint(into, flaw.length, at + 8)
  const searched = writeVarint(into, json?.length ?? 0, named + into.write(flaw, named, 'latin1'))
  const kept = writeVarint(into, raw.length, searched + (json?.copy(into, searched) ?? 0))
  return kept + raw.copy(into, kept)
}

function writeVarint(into: Buffer, value: number, at: number): number {
  let rest = value
  let offset = at
  while (rest >= 0x80) {
    into[offset] = (rest & 0x7f) | 0x80
    rest >>>= 7
    offset += 1
  }
  into[offset] = rest
  return offset + 1
}
