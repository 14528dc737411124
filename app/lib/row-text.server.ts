const MOST_FIELDS = 500

/**
 * The top-level fields of a row as text, cut out of the row as it came: a number keeps every digit, which JSON.parse
 * would round. A row that is not an object has no fields.
 */
export function fieldsOfRow(raw: string): Record<string, string> {
  const fields: Record<string, string> = {}
  let at = skipSpace(raw, 0)
  if (raw[at] !== '{') return fields
  at = skipSpace(raw, at + 1)
  for (let count = 0; raw[at] === '"' && count < MOST_FIELDS; count++) {
    const afterName = endOfValue(raw, at)
    const from = skipSpace(raw, skipSpace(raw, afterName) + 1)
    const to = endOfValue(raw, from)
    fields[unquoted(raw.slice(at, afterName))] = unquoted(raw.slice(from, to).trimEnd())
    at = skipSpace(raw, to)
    if (raw[at] !== ',') break
    at = skipSpace(raw, at + 1)
  }
  return fields
}

function skipSpace(raw: string, from: number): number {
  let at = from
  while (raw[at] === ' ' || raw[at] === '\n' || raw[at] === '\t' || raw[at] === '\r') at++
  return at
}

/** Where the value that starts at `from` ends: nesting is counted, never walked into. */
function endOfValue(raw: string, from: number): number {
  let depth = 0
  let quoted = false
  for (let at = from; at < raw.length; at++) {
    const character = raw[at]!
    if (quoted) {
      if (character === '\\') at++
      else if (character === '"') quoted = false
      if (!quoted && depth === 0) return at + 1
    } else if (character === '"') quoted = true
    else if (character === '{' || character === '[') depth++
    else if (character === '}' || character === ']') {
      if (depth === 0) return at
      depth--
      if (depth === 0) return at + 1
    } else if ((character === ',' || character === ':') && depth === 0) return at
  }
  return raw.length
}

function unquoted(json: string): string {
  if (!json.startsWith('"')) return json
  try {
    return String(JSON.parse(json))
  } catch {
    return json
  }
}
