import { type Canonical, matches, matchSql, type Step, stepsInSql, stepsOn } from './steps.ts'

const WITHOUT_QUOTES: Step[] = [{ match: '^"([^"]*)"$', put: '$1', once: true }]
// The same file under the names that the kernel, the NTFS accessor and old exports give it.
const WINDOWS_START: Step[] = [
  { match: '^[\\\\]{2}[.?][\\\\]unc[\\\\]', put: '\\\\', once: true },
  { match: '^(?:[\\\\]{2}[.?][\\\\]|[\\\\][?]{2}[\\\\])(?:globalroot[\\\\])?', put: '', once: true },
  { match: '^[\\\\]([a-z]:)', put: '$1', once: true },
  { match: '^[\\\\]?device[\\\\](harddiskvolume)', put: '$1', once: true },
]
const WINDOWS_REST: Step[] = [
  { match: '([^\\\\])[\\\\]{2,}', put: '$1\\' },
  { match: '([^:\\\\])[\\\\]$', put: '$1', once: true },
]
const POSIX: Step[] = [
  { match: '/{2,}', put: '/' },
  { match: '(.)/$', put: '$1', once: true },
]
const WINDOWS = '[\\\\]|^/?[A-Za-z]:'
const SEPARATOR = '[\\\\/]'

export const path: Canonical = {
  sql: (v) => {
    const bare = `if(startsWith(${v}, '"'), ${stepsInSql(v, WITHOUT_QUOTES)}, ${v})`
    const lower = `replaceAll(lowerUTF8(${bare}), '/', '\\\\')`
    const known = `if(startsWith(${lower}, '\\\\') or startsWith(${lower}, 'device'), ${stepsInSql(lower, WINDOWS_START)}, ${lower})`
    const doubled = `position(substring(${known}, 2), '\\\\\\\\') > 0 or endsWith(${known}, '\\\\')`
    const windows = `if(${doubled}, ${stepsInSql(known, WINDOWS_REST)}, ${known})`
    const posix = `if(position(${bare}, '//') > 0 or endsWith(${bare}, '/'), ${stepsInSql(bare, POSIX)}, ${bare})`
    return `if(not ${matchSql(bare, SEPARATOR)}, '', if(${matchSql(bare, WINDOWS)}, ${windows}, ${posix}))`
  },
  typed: (text) => {
    const bare = stepsOn(text, WITHOUT_QUOTES)
    if (!matches(bare, SEPARATOR)) return ''
    if (!matches(bare, WINDOWS)) return stepsOn(bare, POSIX)
    return stepsOn(stepsOn(bare.toLowerCase().replaceAll('/', '\\'), WINDOWS_START), WINDOWS_REST)
  },
}

const NUMBER = '^[0-9]+$'
const SID = '^[Ss]-1-[0-9]+(?:-[0-9]+)+$'
export const user: Canonical = {
  sql: (v) => `multiIf(${matchSql(v, NUMBER)}, '', ${matchSql(v, SID)}, upper(${v}), lowerUTF8(${v}))`,
  typed: (text) => {
    if (matches(text, NUMBER)) return ''
    return matches(text, SID) ? text.toUpperCase() : text.toLowerCase()
  },
}

const FILE_NAME: Step[] = [{ match: '^.*[\\\\/]', put: '', once: true }]
export const process: Canonical = {
  sql: (v) => `if(${matchSql(v, SEPARATOR)}, ${stepsInSql(`lowerUTF8(${v})`, FILE_NAME)}, lowerUTF8(${v}))`,
  typed: (text) => stepsOn(text.toLowerCase(), FILE_NAME),
}

// What a line is, not how it was spaced. Its letters stay: in base64 they matter.
const SPACES: Step[] = [{ match: '[ \\t\\r\\n]+', put: ' ' }]
const UNEVEN = '[\\t\\r\\n]|  '
const EDGES: Step[] = [{ match: '^ | $', put: '' }]
export const command: Canonical = {
  sql: (v) => `if(${matchSql(v, UNEVEN)}, ${stepsInSql(v, [...SPACES, ...EDGES])}, ${v})`,
  typed: (text) => stepsOn(text, [...SPACES, ...EDGES]),
}

const HOST = '^[^ /\\\\:@]{1,253}$'
const DOTS: Step[] = [{ match: '[.]+$', put: '', once: true }]
export const host: Canonical = {
  sql: (v) => `if(${matchSql(v, HOST)}, ${stepsInSql(`lowerUTF8(${v})`, DOTS)}, '')`,
  typed: (text) => (matches(text, HOST) ? stepsOn(text.toLowerCase(), DOTS) : ''),
}

export const rule: Canonical = { sql: (v) => v, typed: (text) => text }
