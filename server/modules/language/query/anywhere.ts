import { type Bind, literally } from './conditions.ts'
import type { Part, Test } from './tree.ts'

/** Whether the row as it came holds a text anywhere. The token index narrows, the text decides. */
export function anywhereCondition(test: Test, bind: Bind): string {
  if (test.is === 'exists') return '1'
  if (test.is === 'matches') return `match(rows.raw, ${bind('String', `(?i)${test.pattern}`)})`
  if (test.is !== 'like') throw new Error(`Nothing anywhere is ${test.is}.`)
  const forms = formsOf(test.parts).map((parts) => formCondition(parts, bind))
  return forms.length === 1 ? forms[0]! : `(${forms.join(' or ')})`
}

function formCondition(parts: Part[], bind: Bind): string {
  const texts = parts.flatMap((part) => ('text' in part ? [part.text] : []))
  const tokens = [...new Set(texts.flatMap(wholeTokens))]
  const narrowed = tokens.length > 0 ? `hasAllTokens(rows.raw, ${bind('Array(String)', tokens)}) and ` : ''
  const [only] = parts
  return parts.length === 1 && only && 'text' in only
    ? `(${narrowed}positionCaseInsensitiveUTF8(rows.raw, ${bind('String', only.text)}) > 0)`
    : `(${narrowed}match(rows.raw, ${bind('String', `(?i)${parts.map(inOneValue).join('')}`)}))`
}

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

/** The parts of a text that stand whole between separators in every row that holds it: not its first and last. */
function wholeTokens(text: string): string[] {
  const parts = text.toLowerCase().split(/[^0-9a-z\u0080-\uffff]+/)
  return parts.slice(1, -1).filter((part) => /^[0-9a-z]+$/.test(part))
}
