import type { Format, Framed } from './framed.ts'
import { jsonl } from './jsonl.ts'

/**
 * Elasticsearch's bulk lines: an action, then the row exactly as it came. The action's `_id` names the row, so that one
 * sent again in another body is the same row. Nothing is deleted or changed by a delivery: such actions are quarantined.
 * Lines count every line, from 1.
 */
export const elastic: Format = async function* (bytes) {
  const reader: Reader = { action: null, line: null }
  for await (const block of jsonl(bytes)) {
    const lines: Framed[] = []
    for (const line of block) {
      const row = take(reader, line)
      if (row) lines.push(row)
    }
    if (lines.length > 0) yield lines
  }
  if (reader.line) yield [{ ...reader.line, json: null, flaw: 'BULK_BROKEN' }]
}

type Reader = { action: Action | null; line: Framed | null }
type Action = { does: 'index' | 'create' | 'update' | 'delete'; id: string }

function take(reader: Reader, line: Framed): Framed | null {
  const { action, line: before } = reader
  if (!action || !before) {
    const next = line.flaw ? null : actionOf(line.raw)
    if (!next) return { ...line, json: null, flaw: 'BULK_BROKEN' }
    if (next.does === 'delete') return { ...line, json: null, flaw: 'BULK_ACTION' }
    reader.action = next
    reader.line = { ...line, raw: Buffer.from(line.raw) } // its block may be gone when the row comes
    return null
  }
  reader.action = null
  reader.line = null
  if (action.does !== 'update') return { ...line, id: action.id }
  return { line: before.line, raw: Buffer.concat([before.raw, NEWLINE, line.raw]), json: null, flaw: 'BULK_ACTION' }
}

const NEWLINE = Buffer.from('\n')
const ACTION = /^\s*\{\s*"(index|create|update|delete)"\s*:\s*\{(.*)\}\s*\}\s*$/s

function actionOf(raw: Buffer): Action | null {
  const found = raw.toString('utf8').match(ACTION)
  return found ? { does: found[1] as Action['does'], id: idIn(found[2]!) } : null
}

// Velociraptor writes a row's own `_id` between the quotes as it is: an action line need not be JSON.
function idIn(meta: string): string {
  try {
    const { _id } = JSON.parse(`{${meta}}`) as { _id?: unknown }
    return _id === undefined || _id === null ? '' : String(_id)
  } catch {
    return meta.match(/"_id"\s*:\s*"(.*?)"\s*(?:,\s*"_index"|$)/s)?.[1] ?? ''
  }
}
