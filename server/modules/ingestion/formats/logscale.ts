import { type Envelope, envelopes } from './documents.ts'
import type { Facts, Format, Framed } from './framed.ts'
import { rowAt, withoutRow } from './hec.ts'
import { type Slot, slotsOf, textAt } from './json-scan.ts'

/**
 * LogScale's humio-structured: an array of {"events":[{"timestamp","attributes":{row}}],"tags":{…}}, the row exactly as
 * it came. `timestamp` is the sender's choice of a time and goes unread; the tags name the host of a row that does not
 * do so itself. A line is an event, counted from 1.
 */
export const logscale: Format = async function* (bytes) {
  let line = 0
  for await (const found of envelopes(bytes, { between: '[],', restart: '{"events"' })) {
    const lines: Framed[] = []
    for (const envelope of found) {
      const rows = rowsOf(envelope, line + 1)
      line += rows.length
      for (const row of rows) lines.push(row)
    }
    if (lines.length > 0) yield lines
  }
}

function rowsOf(envelope: Envelope, line: number): Framed[] {
  const { bytes, whole } = envelope
  const slots = whole ? slotsOf(bytes, 0) : null
  const events = slots?.findLast(({ name }) => name === 'events')
  const listed = events && bytes[events.from] === OPEN ? slotsOf(bytes, events.from) : null
  if (!slots || !events || !listed) return [withoutRow(envelope, events ? null : slots, line)]
  const facts = tagFacts(bytes, slots)
  return listed.map((event, at) => {
    const inside = bytes[event.from] === OPEN_OBJECT ? slotsOf(bytes, event.from) : null
    const row = inside?.findLast(({ name }) => name === 'attributes')
    if (row) return { ...rowAt(envelope, row, line + at), facts }
    const alone = bytes.subarray(event.from, event.to)
    return withoutRow({ ...envelope, bytes: alone, length: alone.length }, inside, line + at)
  })
}

const OPEN = 0x5b
const OPEN_OBJECT = 0x7b

function tagFacts(bytes: Buffer, slots: Slot[]): Partial<Facts> {
  const tags = slots.findLast(({ name }) => name === 'tags')
  const told = tags && bytes[tags.from] === OPEN_OBJECT ? (slotsOf(bytes, tags.from) ?? []) : []
  const tag = (wanted: string) => {
    const slot = told.findLast(({ name }) => name === wanted)
    return slot ? textAt(bytes, slot) : ''
  }
  return { clientId: tag('ClientId'), hostname: tag('ClientHostname') }
}
