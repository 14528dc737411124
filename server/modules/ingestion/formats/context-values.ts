const MAX_TEXT = 1_000
const MAX_TEXTS = 100

/** The one object in a JSON text, or on its first line. Throws for anything else. */
export function objectOf(json: string): Record<string, unknown> {
  const value: unknown = JSON.parse(json.trimStart().startsWith('[') ? json : (wholeOrFirstLine(json) ?? json))
  const found = Array.isArray(value) ? value[0] : value
  if (typeof found !== 'object' || found === null) throw new Error('It is no JSON object')
  return found as Record<string, unknown>
}

function wholeOrFirstLine(json: string): string | null {
  try {
    JSON.parse(json)
    return json
  } catch {
    return json.split('\n', 1)[0] ?? null
  }
}

/** A text PostgreSQL can hold, '' for what is none. */
export const text = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? storable(String(value).slice(0, MAX_TEXT)) : ''

// PostgreSQL holds neither NUL nor half a surrogate pair.
export const storable = (value: string) => Buffer.from(value).toString().replaceAll('\0', '\ufffd')

export const texts = (value: unknown): string[] =>
  Array.isArray(value)
    ? value
        .slice(0, MAX_TEXTS)
        .map(text)
        .filter((one) => one !== '')
    : []

/**
 * An epoch time in seconds, milli-, micro- or nanoseconds, told apart by its size: servers write microseconds, offline
 * collectors nanoseconds, and 64-bit numbers may stand in quotes. Null for none.
 */
export function instant(value: unknown): Date | null {
  const n = Number(value)
  if (!Number.isFinite(n) || n <= 0) return null
  const ms = n < 1e11 ? n * 1e3 : n < 1e14 ? n : n < 1e17 ? n / 1e3 : n / 1e6
  return new Date(Math.floor(ms))
}
