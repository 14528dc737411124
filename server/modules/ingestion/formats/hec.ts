import { type Envelope, envelopes } from './documents.ts'
import { type Facts, type Format, type Framed, MAX_LINE_BYTES } from './framed.ts'
import { type Slot, slotsOf, textAt } from './json-scan.ts'
import { framed } from './jsonl.ts'

/**
 * Splunk's HTTP Event Collector: JSON objects behind each other, the row in `event`, exactly as it came. `time` is when
 * it was sent and goes unread: Velociraptor writes 5 ms as ".5". `host` is the ClientId unless somebody configured
 * another column. A line is an event, counted from 1.
 */
export const hec: Format = async function* (bytes) {
  for await (const found of envelopes(bytes, { between: '', restart: '\n{' })) yield found.map(eventOf)
}

function eventOf(envelope: Envelope): Framed {
  const slots = envelope.whole ? slotsOf(envelope.bytes, 0) : null
  const event = slots?.findLast(({ name }) => name === 'event')
  if (!event) return withoutRow(envelope, slots)
  return { ...rowAt(envelope, event, envelope.number), facts: hostFacts(envelope.bytes, slots!) }
}

/** The row that lies at `slot` of an envelope, byte for byte. */
export function rowAt({ bytes, clean }: Envelope, { from, to }: Slot, line: number): Framed {
  return framed(line, bytes.subarray(from, Math.min(to, from + MAX_LINE_BYTES)), to - from, clean)
}

/** An envelope that holds no row, or cannot be taken apart. */
export function withoutRow({ number, bytes, length }: Envelope, slots: Slot[] | null, line = number): Framed {
  const raw = bytes.subarray(0, MAX_LINE_BYTES)
  if (length > MAX_LINE_BYTES && slots === null) return { line, raw, json: null, flaw: 'LINE_TOO_LONG' }
  return { line, raw, json: null, flaw: slots === null ? 'ENVELOPE_BROKEN' : 'ENVELOPE_EMPTY' }
}

const CLIENT_ID = /^(C\.[0-9a-f]+(-[\w-]+)?|server)$/i

function hostFacts(bytes: Buffer, slots: Slot[]): Partial<Facts> {
  const slot = slots.findLast(({ name }) => name === 'host')
  const host = slot ? textAt(bytes, slot) : ''
  return CLIENT_ID.test(host) ? { clientId: host } : { hostname: host }
}
