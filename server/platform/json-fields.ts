/**
 * The top-level fields of a JSON object, each as the JSON that stands there: digits stay as they are, where JSON.parse would
 * round them. Of equal names the last counts. Text that is no object has no fields.
 */
export function jsonFields(raw: string): Map<string, string> {
  const fields = new Map<string, string>()
  let at = skipSpace(raw, 0)
  if (raw[at] !== '{') return fields
  at = skipSpace(raw, at + 1)
  while (raw[at] === '"') {
    const afterName = endOfValue(raw, at)
    const from = skipSpace(raw, skipSpace(raw, afterName) + 1)
    const to = endOfValue(raw, from)
    fields.set(unquoted(raw.slice(at, afterName)), raw.slice(from, to).trimEnd())
    at = skipSpace(raw, to)
    if (raw[at] !== ',') break
    at = skipSpace(raw, at + 1)
  }
  return fields
}

/** A JSON string as its text; any other JSON as it stands. */
export function unquoted(json: string): string {
  if (!json.startsWith('"')) return json
  try {
    return String(JSON.parse(json))
  } catch {
    return json
  }
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
    const character = raw[at]
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
