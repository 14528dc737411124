import { fieldsAtHand, jsonAt, jsonFields, unquoted } from '#server/platform/json-fields.ts'
import type { SeenPath } from '../catalogue/heuristics.ts'
import type { MappedColumn, TimeSource } from '../schema.ts'

/** A time of a row, in ms since 1970, and where it stands. */
export type TimeRead = TimeSource & { at: number }

const LONGEST = 200

/**
 * The times of a row in the order in which `timesSql` has them, read again from its text, to tell where each stands. They
 * end before what only the row engine can read, and before a column that may lie behind the end of a row that was cut off.
 */
export function* timesRead(raw: string, columns: MappedColumn[]): Generator<TimeRead, void> {
  const { fields, whole } = fieldsAtHand(raw)
  for (const { path, role, list } of columns) {
    if (role !== 'time') continue
    const json = jsonAt(fields, path)
    const texts = json === undefined ? (whole ? [] : null) : textsIn(json, list === true)
    for (const text of texts ?? [UNSURE]) {
      const at = momentIn(text)
      if (at === undefined) return
      if (at !== null) yield { at, column: path, text: text.slice(0, LONGEST) }
    }
  }
}

/** Where the nth time of a row stands; null where it is not exactly the one that is stored, and so cannot be named. */
export function sourceOf(read: Iterable<TimeRead>, n: number, at: number): TimeSource | null {
  let nth = 0
  for (const one of read) if (nth++ === n) return one.at === at ? { column: one.column, text: one.text } : null
  return null
}

const MOST_PATHS = 500
const DEEPEST = 6

/** The paths in rows of artifacts that are in no list; none where they are too many to be columns. */
export function pathsOf(rows: { artifact: string; raw: string }[], unlisted: string[]): Map<string, SeenPath[]> {
  const found = new Map(unlisted.map((artifact) => [artifact, new Map<string, SeenPath>()]))
  for (const { artifact, raw } of rows) {
    const paths = found.get(artifact)
    if (paths && paths.size <= MOST_PATHS) walk(raw, '', 0, paths)
  }
  return new Map([...found].map(([artifact, paths]) => [artifact, paths.size > MOST_PATHS ? [] : [...paths.values()]]))
}

function walk(raw: string, above: string, depth: number, paths: Map<string, SeenPath>): void {
  for (const [name, json] of jsonFields(raw)) {
    const path = above + name
    if (json.startsWith('{') && depth < DEEPEST) walk(json, `${path}.`, depth + 1, paths)
    else paths.set(path, { path, list: json.startsWith('[') || paths.get(path)?.list === true })
  }
}

// Of no text in a row: the row engine reads more than is read here.
const UNSURE = '\0'

/** What stands in a column, as the row engine takes it apart. */
function textsIn(json: string, list: boolean): string[] {
  if (json === 'null' || json.startsWith('{')) return []
  if (json.startsWith('[') && (!list || /[\\{]/.test(json))) return [UNSURE]
  if (!list) return [unquoted(json)]
  const texts = [...unquoted(json).matchAll(/[0-9][^',"\\[\]]*/g)].map(([text]) => text.trimEnd())
  return texts.sort().reverse()
}

const ISO = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(?::(\d\d)(?:\.(\d+))?)?(?: ?(?:Z|UTC|([+-])(\d\d):?(\d\d)))?)?$/
const NUMBER = /^\d{9,19}(\.\d*)?$/
const COMPACT = /^((?:19|20)\d\d)(\d\d)(\d\d)(?:-(\d\d)(\d\d)(\d\d))?$/
const SLASHED = /^(\d{1,2})\/(\d{1,2})\/(\d{4})(?: (\d{1,2}):(\d\d)(?::(\d\d))?(?: ([AP]M))?)?$/
// What begins like this the row engine may take for a time.
const PERHAPS = /^(.{4}-..-|\d{9}|\d[\d.]*e|(19|20)\d{6}(-\d{6})?$|\d{1,2}\/\d{1,2}\/\d{4})/i

/** The moment a text says, in ms since 1970; null for none, undefined where only the row engine can tell. */
export function momentIn(text: string): number | null | undefined {
  if (/[^ -~]/.test(text)) return undefined
  const at = NUMBER.test(text) ? ofNumber(text) : ofText(text)
  if (at === undefined) return PERHAPS.test(text) ? undefined : null
  return at === Date.parse('1601-01-01') || at < Date.parse('0002-01-01') ? null : at
}

function ofNumber(text: string): number | undefined {
  const n = Number(text)
  if (n < 1e11) return Math.round(n * 1e3)
  if (n < 1e14) return Math.trunc(n)
  if (n < 1.16e17) return Math.trunc(n / 1e3)
  if (n >= 2.5e17) return Math.trunc(n / 1e6)
  return /\./.test(text) ? undefined : Number(BigInt(text) / 10_000n - 11_644_473_600_000n)
}

function ofText(text: string): number | undefined {
  const [, day, clock, seconds, fraction, sign, hours, minutes] = text.match(ISO) ?? []
  if (day) {
    const offset = sign ? Number(`${sign}1`) * (Number(hours) * 60 + Number(minutes)) * 60_000 : 0
    const at = utc(day, `${clock ?? '00:00'}:${seconds ?? '00'}.${(fraction ?? '').slice(0, 3).padEnd(3, '0')}`)
    return at === undefined ? undefined : at - offset
  }
  const [, year, month, date, ...parts] = text.match(COMPACT) ?? []
  if (year) return utc(`${year}-${month}-${date}`, `${parts.map((part) => part ?? '00').join(':')}.000`)
  const [, monthOf, dayOf, yearOf, hour = '0', minute = '00', second = '00', half] = text.match(SLASHED) ?? []
  if (!yearOf) return undefined
  const to24 = half ? (Number(hour) % 12) + (half === 'PM' ? 12 : 0) : Number(hour)
  return utc([yearOf, two(monthOf), two(dayOf)].join('-'), `${two(to24)}:${minute}:${second}.000`)
}

const two = (part: unknown) => String(part).padStart(2, '0')

/** A day that there is and a clock, in ms since 1970. */
function utc(day: string, clock: string): number | undefined {
  const at = Date.parse(`${day}T${clock}Z`)
  return Number.isNaN(at) || !new Date(at).toISOString().startsWith(day) ? undefined : at
}
