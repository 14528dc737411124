/**
 * The top-level fields of a JSON object, each as the JSON that stands there: digits stay as they are, where JSON.parse would
 * round them. Of equal names the last counts. Text that is no object has no fields.
 */
export const jsonFields = (raw: string): Map<string, string> => fieldsAtHand(raw).fields

/** The same of an object that may be cut off: then `whole` is false, and the field that the cut may go through is left out. */
export function fieldsAtHand(raw: string): { fields: Map<string, string>; whole: boolean } {
  const fields = new Map<string, string>()
  let at = skipSpace(raw, 0)
  if (raw[at] !== '{') return { fields, whole: at < raw.length }
  at = skipSpace(raw, at + 1)
  while (raw[at] === '"') {
    const afterName = endOfValue(raw, at)
    const from = skipSpace(raw, skipSpace(raw, afterName) + 1)
    const to = endOfValue(raw, from)
    if (to >= raw.length) return { fields, whole: false }
    fields.set(unquoted(raw.slice(at, afterName)), raw.slice(from, to).trimEnd())
    at = skipSpace(raw, to)
    if (raw[at] !== ',') break
    at = skipSpace(raw, at + 1)
  }
  return { fields, whole: at < raw.length }
}

/** The JSON at a path. A key may hold dots, and a path does not tell them from those between keys. */
export function jsonAt(fields: Map<string, string>, path: string): string | undefined {
  const own = fields.get(path)
  if (own !== undefined) return own
  for (let dot = path.indexOf('.'); dot > 0; dot = path.indexOf('.', dot + 1)) {
    const object = fields.get(path.slice(0, dot))
    const inner = object?.startsWith('{') ? jsonAt(jsonFields(object), path.slice(dot + 1)) : undefined
    if (inner !== undefined) return inner
  }
  return undefined
}

/** A JSON string as its text; any other JSON as it stands. */
export function unquoted(json: string): string {
  if (!json.startsWith('"')) return json
  if (!json.includes('\\') && json.length > 1 && json.endsWith('"')) return json.slice(1, -1)
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
  for (let at = from; at < raw.length; at++) {
    const character = raw[at]
    if (character === '"') {
      at = endOfString(raw, at) - 1
      if (depth === 0) return at + 1
    } else if (character === '{' || character === '[') depth++
    else if (character === '}' || character === ']') {
      if (depth === 0) return at
      depth--
      if (depth === 0) return at + 1
    } else if ((character === ',' || character === ':') && depth === 0) return at
  }
  return raw.length
}

function endOfString(raw: string, from: number): number {
  for (let at = raw.indexOf('"', from + 1); at !== -1; at = raw.indexOf('"', at + 1)) {
    let escapes = 0
    while (raw[at - 1 - escapes] === '\\') escapes++
    if (escapes % 2 === 0) return at + 1
  }
  return raw.length
}
