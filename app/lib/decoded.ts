export type Decoded = { how: string; text: string }

const LOOKED_AT = 100_000
const MOST = 5
const MOST_SHOWN = 20_000
const BASE64 = /(?<![A-Za-z0-9+/_-])(?:[A-Za-z0-9+/]{16,}|[A-Za-z0-9_-]{24,})={0,2}(?![A-Za-z0-9+/_=-])/g
const WIDE = /(?:[\x09\x0a\x0d\x20-\x7e]\0){6,}/g

/**
 * What stands hidden in a value: base64 that is readable text, of UTF-16LE or UTF-8, and text with a NUL behind each
 * character. Looks at the first 100,000 characters, and once more into what it found.
 */
export function decodedIn(value: string): Decoded[] {
  const found = hiddenIn(value.slice(0, LOOKED_AT))
  const inner = found.flatMap(({ how, text }) =>
    hiddenIn(text).map((one) => ({ how: `${how}, then ${one.how}`, text: one.text })),
  )
  return [...found, ...inner].slice(0, MOST).map(({ how, text }) => ({ how, text: text.slice(0, MOST_SHOWN) }))
}

function hiddenIn(value: string): Decoded[] {
  const packed = [...value.matchAll(BASE64)].flatMap(([text]) => unpacked(text) ?? [])
  const wide = [...value.matchAll(WIDE)].map(([text]) => ({ how: 'UTF-16', text: text.replaceAll('\0', '') }))
  return [...packed, ...wide].slice(0, MOST)
}

function unpacked(text: string): Decoded | null {
  const bytes = bytesOf(text.replace(/=+$/, '').replace(/-/g, '+').replace(/_/g, '/'))
  if (!bytes || bytes.length < 8) return null
  if (isWide(bytes)) {
    const wide = new TextDecoder('utf-16le').decode(bytes.subarray(0, bytes.length & ~1))
    return isReadable(wide) ? { how: 'Base64, UTF-16', text: wide } : null
  }
  const plain = utf8(bytes)
  return plain !== null && isReadable(plain) ? { how: 'Base64', text: plain } : null
}

function bytesOf(base64: string): Uint8Array | null {
  if (base64.length % 4 === 1) return null
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
  } catch {
    return null
  }
}

/** Whether most second bytes are zero, as Latin text in UTF-16LE has them. */
function isWide(bytes: Uint8Array): boolean {
  let zeros = 0
  for (let at = 1; at < bytes.length; at += 2) if (bytes[at] === 0) zeros += 1
  return zeros > bytes.length * 0.35
}

function utf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return null
  }
}

// A path or a long word is base64 too: what it decodes to is then noise.
function isReadable(text: string): boolean {
  const odd = text.match(/[^\x09\x0a\x0d\x20-\x7e\u00a0-\u024f]/g)?.length ?? 0
  return text.length >= 4 && odd <= text.length * 0.05
}
