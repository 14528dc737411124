import type { Framed } from './framed.ts'

const CHUNK_BYTES = 48 * 1024 * 1024
const FLUSH_BYTES = 1024 * 1024

/** A line as the row engine reads it: `line UInt64, flaw String, json String, raw String` in RowBinary. */
export const STRUCTURE = 'line UInt64, flaw String, json String, raw String'

export type Chunk = { number: number; body: AsyncIterable<Buffer>; lines: () => number; bytes: () => number }

/**
 * Cuts blocks of lines into chunks of about 48 MB, each a stream of RowBinary. The same bytes always give the same
 * chunks, so a load that begins again repeats itself exactly. A chunk must be read before the next is asked for.
 */
export async function* chunksOf(blocks: AsyncGenerator<Framed[]>, chunkBytes = CHUNK_BYTES): AsyncGenerator<Chunk> {
  let number = 0
  let ahead = await blocks.next()
  while (!ahead.done) {
    let lines = 0
    let bytes = 0
    async function* body(): AsyncGenerator<Buffer> {
      let out: Buffer[] = []
      let size = 0
      while (!ahead.done && bytes < chunkBytes) {
        for (const framed of ahead.value) {
          const record = binary(framed)
          out.push(record)
          size += record.length
          bytes += framed.raw.length
        }
        lines += ahead.value.length
        if (size > FLUSH_BYTES) {
          yield Buffer.concat(out)
          out = []
          size = 0
        }
        ahead = await blocks.next()
      }
      if (size > 0) yield Buffer.concat(out)
    }
    yield { number, body: body(), lines: () => lines, bytes: () => bytes }
    number += 1
  }
}

const EMPTY = Buffer.alloc(0)

function binary({ line, flaw, json, raw }: Framed): Buffer {
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
