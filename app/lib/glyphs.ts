export type Glyph = { kind: 'text'; text: string } | { kind: 'box'; text: string; label: string }

// Everything that draws nothing, moves what stands beside it, or passes for a space: controls, format and bidi
// characters, zero widths, private and unassigned points, lone surrogates, blank letters, odd spaces.
const HIDDEN =
  /[\p{C}\p{Zl}\p{Zp}\u115f\u1160\u3164\uffa0\u2800]|\u034f|[\ufe00-\ufe0f]|[\u{e0100}-\u{e01ef}]|(?! )\p{Zs}/u
const STACKED = /\p{M}{4,}/u // four marks on one letter reach into the lines above
const SPACES = /^ +| +$| {2,}/u
const CELL = new RegExp(`${HIDDEN.source}|${STACKED.source}|${SPACES.source}`, 'gu')
const BLOCK = new RegExp(`(?!\\n)(?:${HIDDEN.source})|${STACKED.source}`, 'gu')

// Most values by far are words of plain letters, which need no closer look.
const WORDS = /^[!-~]+(?: [!-~]+)*$/

/** A hostile value cut into plain text and boxes. In a `block`, line breaks and spaces stay as they are. */
export function glyphs(value: string, within: 'cell' | 'block' = 'cell'): Glyph[] {
  if (WORDS.test(value)) return [{ kind: 'text', text: value }]
  const found: Glyph[] = []
  let done = 0
  for (const match of value.matchAll(within === 'cell' ? CELL : BLOCK)) {
    if (match.index > done) found.push({ kind: 'text', text: value.slice(done, match.index) })
    found.push({ kind: 'box', text: match[0], label: labelOf(match[0]) })
    done = match.index + match[0].length
  }
  if (done < value.length) found.push({ kind: 'text', text: value.slice(done) })
  return found
}

function labelOf(text: string): string {
  if (text.startsWith(' ')) return text.length === 1 ? '1 space' : `${text.length} spaces`
  const points = [...text].map((character) => codePoint(character))
  return points.length > 1 ? `${points.length} marks` : points[0]!
}

const codePoint = (character: string) => `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`

/** One line of plain characters, for `title`: nothing in it can reorder or hide what follows. */
export const plain = (value: string) =>
  glyphs(value)
    .map((glyph) => (glyph.kind === 'text' ? glyph.text : `[${glyph.label}]`))
    .join('')

const SCRIPTS = [
  /\p{Script=Latin}/u,
  /\p{Script=Cyrillic}/u,
  /\p{Script=Greek}/u,
  /\p{Script=Armenian}/u,
  /\p{Script=Cherokee}/u,
  /\p{Script=Hebrew}/u,
  /\p{Script=Arabic}/u,
  /\p{Script=Lisu}/u,
  /\p{Script=Coptic}/u,
]

/** Whether one word mixes alphabets that look alike, as a false domain name does. */
export function mixesScripts(value: string): boolean {
  if (!/[^\u0000-\u024f]/.test(value)) return false
  const words = value.match(/\p{L}+/gu) ?? []
  return words.some((word) => SCRIPTS.filter((script) => script.test(word)).length > 1)
}

/** The head and the last part of a long path, so that it can give way in the middle; null for anything else. */
export function pathParts(value: string): [string, string] | null {
  if (value.length < 24 || !/^([a-z]:\\|\\\\|\\|\/|%)/i.test(value) || value.includes(' -') || value.includes(' /'))
    return null
  const cut = Math.max(value.lastIndexOf('\\', value.length - 2), value.lastIndexOf('/', value.length - 2))
  return cut > 0 ? [value.slice(0, cut), value.slice(cut)] : null
}
