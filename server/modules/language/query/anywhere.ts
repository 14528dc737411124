import { type Bind, literally } from './conditions.ts'
import type { Part, Test } from './tree.ts'

/**
 * Whether the row as it came holds a text anywhere. The token index answers for a word, and narrows what else is asked.
 */
export function anywhereCondition(test: Test, bind: Bind): string {
  if (test.is === 'exists') return '1'
  if (test.is === 'matches') return `match(rows.raw, ${bind('String', `(?i)${test.pattern}`)})`
  if (test.is !== 'like') throw new Error(`Nothing anywhere is ${test.is}.`)
  const forms = formsOf(test.parts).map((parts) => formCondition(parts, bind))
  return forms.length === 1 ? forms[0]! : `(${forms.join(' or ')})`
}

function formCondition(parts: Part[], bind: Bind): string {
  const [only, ...more] = parts
  if (only && 'text' in only && more.length === 0) {
    if (WORD.test(only.text)) return holds(only.text, bind)
    return joined([
      ...narrowed([only.text], bind),
      `positionCaseInsensitiveUTF8(rows.raw, ${bind('String', only.text)}) > 0`,
    ])
  }
  const texts = parts.flatMap((part) => ('text' in part ? [part.text] : []))
  const pattern = `(?i)${parts.map(inOneValue).join('')}`
  return joined([...narrowed(texts, bind), `match(rows.raw, ${bind('String', pattern)})`])
}

const joined = (conditions: string[]) => `(${conditions.join(' and ')})`

// Shorter ones stand in so many tokens that the engine reads the rows instead.
const WORD = /^[0-9a-z]{4,}$/i

/** Whether some token of the row holds a word: asked of the tokens there are, which are far fewer than the rows. */
const holds = (word: string, bind: Bind) => `rows.raw ilike ${bind('String', `%${word}%`)}`

/** What every row with these texts has: the tokens in the middle of each, and what its ends are a part of. */
function narrowed(texts: string[], bind: Bind): string[] {
  const split = texts.map((text) => asIndexed(text).split(/[^0-9a-z\u0080-\uffff]+/))
  const whole = new Set(split.flatMap((parts) => parts.slice(1, -1)).filter((part) => /^[0-9a-z]+$/.test(part)))
  const ends = new Set(split.flatMap((parts) => [parts[0]!, parts.at(-1)!]).filter((part) => WORD.test(part)))
  return [
    ...(whole.size > 0 ? [`hasAllTokens(rows.raw, ${bind('Array(String)', [...whole])})`] : []),
    ...[...ends].filter((end) => !whole.has(end)).map((end) => holds(end, bind)),
  ]
}

// The index knows no case of letters beyond ASCII: a Kelvin sign is no k there.
const asIndexed = (text: string) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase())

// A wildcard stays within the value it began in: a quote that no backslash precedes would leave it.
const inOneValue = (part: Part) =>
  'text' in part ? literally(part.text) : part.any === '*' ? `(?:[^"\\\\]|\\\\.)*` : `(?:[^"\\\\]|\\\\.)`

/**
 * How JSON may write these parts: a backslash is two there; Go writes < > & as code points, Python all that is not
 * ASCII. Rows keep the way they were written in.
 */
function formsOf(parts: Part[]): Part[][] {
  const plain = (text: string) => JSON.stringify(text).slice(1, -1)
  const coded = (text: string, which: RegExp) =>
    text.replace(which, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`)
  const ways = [
    plain,
    (text: string) => coded(plain(text), /[<>&\u2028\u2029]/g),
    (text: string) => coded(plain(text.toLowerCase()), /[\u0080-\uffff]/g),
    (text: string) => coded(plain(text.toUpperCase()), /[\u0080-\uffff]/g),
  ]
  const forms = ways.map((way) => parts.map((part) => ('text' in part ? { text: way(part.text) } : part)))
  const key = (form: Part[]) => JSON.stringify(form).toLowerCase()
  return forms.filter((form, at) => forms.findIndex((other) => key(other) === key(form)) === at)
}
