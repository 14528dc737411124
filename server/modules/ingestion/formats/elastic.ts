import type { Format, Framed } from './framed.ts'
import { jsonl } from './jsonl.ts'

/**
 * Elasticsearch's bulk lines: an action, then the row exactly as it came. The action's `_id` names the row, so that one
 * sent again in another body is the same row. Nothing is deleted or changed by a delivery: such actions are quarantined.
 * Lines count every line, from 1.
 */
export const elastic: Format = async function* (bytes) {
  const reader: Reader = { action: null }
  for await (const block of jsonl(bytes)) {
    const lines: Framed[] = []
    for (const line of block) {
      const row = take(reader, line)
      if (row) lines.push(row)
    }
    if (lines.length > 0) yield lines
  }
  if (reader.action) yield [{ line: reader.action.line, raw: reader.action.raw, json: null, flaw: 'BULK_BROKEN' }]
}

type Reader = { action: Action | null }
type Action = { does: string; id: string; line: number; raw: Buffer; open: boolean }

function take(reader: Reader, line: Framed): Framed | null {
  const { action } = reader
  if (!action || action.open) {
    const next = action ? continued(action, line) : line.flaw ? null : actionOf(line)
    reader.action = next
    if (!next) return { ...line, json: null, flaw: 'BULK_BROKEN' }
    if (next.does !== 'delete') return null
    reader.action = null
    return { ...line, json: null, flaw: 'BULK_ACTION' }
  }
  reader.action = null
  if (action.does === 'update')
    return { line: action.line, raw: Buffer.concat([action.raw, NEWLINE, line.raw]), json: null, flaw: 'BULK_ACTION' }
  const facts = ofServer(line.raw)
  return facts ? { ...line, id: action.id, facts } : { ...line, id: action.id }
}

// The server's own events name no client; their host is the server, as it is in what collections say of it.
function ofServer(raw: Buffer) {
  return raw.includes('"Hostname":"server"') && !raw.includes('"ClientId":') ? { clientId: 'server' } : null
}

const NEWLINE = Buffer.from('\n')
const MAX_ACTION_BYTES = 64 * 1024
const BEGINS = /^\s*\{\s*"(index|create|update|delete)"\s*:/
const ENDS = /\}\s*\}\s*$/

/** What a line in an action's place asks for; null when it is none. */
function actionOf({ line, raw }: Framed): Action | null {
  const text = raw.toString('utf8')
  const does = text.match(BEGINS)?.[1]
  // Its block may be gone when the row comes: the bytes are copied.
  return does ? { does, id: idIn(text), line, raw: Buffer.from(raw), open: !ENDS.test(text) } : null
}

// Velociraptor writes a row's own `_id` between the quotes as it is, line breaks included.
function continued(action: Action, { raw, flaw }: Framed): Action | null {
  if (flaw || action.raw.length + raw.length > MAX_ACTION_BYTES) return null
  return actionOf({ line: action.line, raw: Buffer.concat([action.raw, NEWLINE, raw]), json: null, flaw: '' })
}

function idIn(action: string): string {
  try {
    const [said] = Object.values(JSON.parse(action) as Record<string, { _id?: unknown } | null>)
    return said?._id === undefined || said._id === null ? '' : String(said._id)
  } catch {
    return action.match(/"_id"\s*:\s*"(.*?)"\s*(?:,\s*"_index"|\}\s*\}\s*$)/s)?.[1] ?? ''
  }
}
