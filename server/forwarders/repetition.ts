import { crc32 } from 'node:zlib'

const MOST_DISTINCT = 20_000

/**
 * Whether a body is the same events over and over: the events between `marker`s, told apart by CRC-32 of their bytes, of
 * which no more than half differ. Only such a body can be equal to another one and still be other evidence: Velociraptor
 * stamps rows with whole seconds. Feed it what passes; it keeps one open event and a set of numbers.
 */
export function watchRepetition(marker: string) {
  const mark = Buffer.from(marker)
  const seen = new Set<number>()
  let events = 0
  let crc = 0
  let size = 0
  let tail: Buffer = Buffer.alloc(0)

  const add = (bytes: Buffer) => {
    crc = crc32(bytes, crc)
    size += bytes.length
  }
  const end = () => {
    if (size > mark.length) {
      events += 1
      seen.add(crc)
    }
    crc = 0
    size = 0
  }
  return {
    feed(chunk: Buffer): void {
      if (seen.size > MOST_DISTINCT) return
      const bytes = tail.length > 0 ? Buffer.concat([tail, chunk]) : chunk
      let start = 0
      for (let at = bytes.indexOf(mark); at !== -1; at = bytes.indexOf(mark, start)) {
        add(bytes.subarray(start, at + mark.length))
        end()
        start = at + mark.length
      }
      // A marker may lie across two chunks: what could be its beginning waits.
      const sure = Math.max(start, bytes.length - mark.length + 1)
      add(bytes.subarray(start, sure))
      tail = Buffer.from(bytes.subarray(sure))
    },
    isRepetitive(): boolean {
      return events > 1 && seen.size <= MOST_DISTINCT && seen.size * 2 <= events
    },
  }
}
