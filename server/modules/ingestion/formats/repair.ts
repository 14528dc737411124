import type { Facts, Format, Framed } from './framed.ts'

/** What is known of a line of the delivery that is mended. */
export type FactsAt = (line: number) => Partial<Facts> | undefined

type Envelope = { line: number; reason: string; raw: string }

/**
 * Lines of a quarantine as it was downloaded, `{"line", "reason", "raw", …}`: the row is `raw`, mended, and it speaks of
 * what its line spoke of; `artifact`, `hostname` and `client_id` beside it say it anew. Any other line is a row as it is.
 */
export const mended = (format: Format, factsAt: FactsAt): Format =>
  async function* (bytes) {
    for await (const lines of format(bytes)) yield lines.map((framed) => unwrapped(framed, factsAt))
  }

function unwrapped(framed: Framed, factsAt: FactsAt): Framed {
  const envelope = framed.flaw === '' ? envelopeIn(framed.json ?? framed.raw) : null
  if (!envelope) return framed
  const { line, raw } = envelope
  return { ...framed, raw: Buffer.from(raw), json: null, facts: { ...factsAt(line), ...said(envelope) } }
}

function envelopeIn(json: Buffer): (Envelope & Record<string, unknown>) | null {
  if (!json.includes('"raw"') || !json.includes('"reason"')) return null
  try {
    const found = JSON.parse(json.toString('utf8')) as Partial<Envelope>
    const isOne = typeof found.raw === 'string' && typeof found.reason === 'string' && Number.isInteger(found.line)
    return isOne ? (found as Envelope & Record<string, unknown>) : null
  } catch {
    return null
  }
}

function said({ artifact, hostname, client_id: clientId }: Record<string, unknown>): Partial<Facts> {
  const facts = { artifact, hostname, clientId }
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => typeof value === 'string' && value !== ''))
}
