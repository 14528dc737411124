import { reused, spent } from '#server/platform/buffers.ts'
import { type Facts, type Framed, MAX_LINE_BYTES } from './framed.ts'

const CHUNK_BYTES = 48 * 1024 * 1024
const PART_BYTES = 12 * 1024 * 1024
const PART_FACTS = 4_000
// A line as it came, and a copy in which each broken byte has become three.
const LARGEST_RECORD = 512 + 4 * MAX_LINE_BYTES
const buffers = reused(PART_BYTES + LARGEST_RECORD, 2)

/** A line as the row engine reads it, in RowBinary. `seq` counts through the load, `line` through its delivery. */
export const STRUCTURE = 'seq UInt64, line UInt64, member UInt32, id String, flaw String, json String, raw String'

/** What the lines of one member have in common. `identity`: the digest of its delivery where position names a row. */
export type MemberFacts = Facts & { batch: number; identity: string }

/**
 * Some lines on their way to the engine. `chunk` says which insert they belong to, `members` what they speak of. `release`
 * is called once nobody reads `body` any more.
 */
export type Part = { chunk: number; body: Buffer; members: MemberFacts[]; lines: number; release: () => void }

/** Lines of one member, in order; `line` counts through the delivery. */
export type Block = { member: MemberFacts; lines: Framed[] }

/**
 * Packs lines into parts of about 12 MB, each belonging to a chunk of about 48 MB. The same bytes always give the same
 * chunks, so that a load that begins again repeats itself exactly.
 */
export async function* partsOf(blocks: AsyncIterable<Block>): AsyncGenerator<Part> {
  let total = 0
  let seq = 0
  let buffer = buffers.take()
  let end = 0
  let lines = 0
  let members = factsTable()
  const part = (): Part => {
    const whole = buffer
    return {
      chunk: Math.floor((total - end) / CHUNK_BYTES),
      body: whole.subarray(0, end),
      members: members.list,
      lines,
      release: () => buffers.give(whole),
    }
  }
  for await (const block of blocks) {
    const before = total
    for (const framed of block.lines) {
      const next = write(buffer, framed, { seq, member: members.of(block.member, framed.facts) }, end)
      total += next - end
      end = next
      seq += 1
      lines += 1
      if (end < PART_BYTES && members.list.length < PART_FACTS) continue
      yield part()
      buffer = buffers.take()
      end = 0
      lines = 0
      members = factsTable()
    }
    spent(total - before)
  }
  if (end > 0) yield part()
  else buffers.give(buffer)
}

/** One line alone, for the second reading of a line that had to be mended. */
export function recordOf(framed: Framed, seq: number): Buffer {
  const record = Buffer.allocUnsafe(512 + framed.raw.length + (framed.json?.length ?? 0))
  return record.subarray(0, write(record, framed, { seq, member: 0 }, 0))
}

function factsTable() {
  const list: MemberFacts[] = []
  const places = new Map<MemberFacts, Map<string, number>>()
  let last: { member: MemberFacts; place: number } | null = null
  const add = (facts: MemberFacts) => list.push(facts) - 1
  return {
    list,
    of(member: MemberFacts, said?: Partial<Facts>): number {
      if (!said && last?.member === member) return last.place
      const known = places.get(member) ?? new Map<string, number>()
      places.set(member, known)
      const key = said ? JSON.stringify(said) : ''
      const place = known.get(key) ?? add({ ...member, ...said })
      known.set(key, place)
      if (!said) last = { member, place }
      return place
    },
  }
}

type Place = { seq: number; member: number }

function write(into: Buffer, { line, id = '', flaw, json, raw }: Framed, { seq, member }: Place, at: number): number {
  writeUInt64(into, seq, at)
  writeUInt64(into, line, at + 8)
  into.writeUInt32LE(member, at + 16)
  const identified = writeVarint(into, Buffer.byteLength(id), at + 20)
  const flawed = identified + into.write(id, identified)
  const named = writeVarint(into, flaw.length, flawed)
  const searched = writeVarint(into, json?.length ?? 0, named + into.write(flaw, named, 'latin1'))
  const kept = writeVarint(into, raw.length, searched + (json?.copy(into, searched) ?? 0))
  return kept + raw.copy(into, kept)
}

function writeUInt64(into: Buffer, value: number, at: number) {
  into.writeUInt32LE(value >>> 0, at)
  into.writeUInt32LE(Math.floor(value / 2 ** 32), at + 4)
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
