import type { Framed } from './framed.ts'

const CHUNK_BYTES = 48 * 1024 * 1024
const PART_BYTES = 12 * 1024 * 1024

/** A line as the row engine reads it, in RowBinary. */
export const STRUCTURE = 'line UInt64, flaw String, json String, raw String'

/** Some lines on their way to the engine. `chunk` says which insert into the rows they will belong to. */
export type Part = { chunk: number; body: Buffer[]; bytes: number }

/**
 * Packs blocks of lines into parts of about 12 MB, each belonging to a chunk of about 48 MB. The same bytes always give
 * the same chunks, so that a load that begins again repeats itself exactly.
 */
export async function* partsOf(blocks: AsyncIterable<Framed[]>): AsyncGenerator<Part> {
  let total = 0
  let part: Part = { chunk: 0, body: [], bytes: 0 }
  for await (const block of blocks) {
    for (const framed of block) {
      const record = binary(framed)
      part.body.push(record)
      part.bytes += record.length
      total += record.length
    }
    if (part.bytes < PART_BYTES) continue
    yield part
    part = { chunk: Math.floor(total / CHUNK_BYTES), body: [], bytes: 0 }
  }
  if (part.bytes > 0) yield part
}

const EMPTY = Buffer.alloc(0)

/** One line as a record of STRUCTURE. */
export function binary({ line, flaw, json, raw }: Framed): Buffer {
  const parts = [Buffer.from(flaw), json ?? EMPTY, raw]
  const record = Buffer.allocUnsafe(8 + parts.reduce((sum, part) => sum + 5 + part.length, 0))
  record.writeBigUInt64LE(BigInt(line), 0)
  let at = 8
  for (const part of parts) {
    at = writeVarint(record, part.length, at)
    at += part.copy(record, at)
  }
  return record.subarray(0, at)
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
