/**
 * Cells of our own CSV, so that a spreadsheet runs nothing and every value comes back as it was. Numbers, booleans, null and
 * lists or objects stand as JSON. So does a string that a CSV cannot carry (control characters, half a character). Any other
 * string stands as it is, behind an apostrophe where it would be taken for something else. No value: an empty cell.
 */
export function cellOf(json: string | undefined): string {
  if (json === undefined) return ''
  if (!json.startsWith('"')) return json.startsWith('-') ? ` ${json}` : json
  const text: string = JSON.parse(json)
  if (UNWRITABLE.test(text)) return json
  return GUARDED.test(text) || looksBare(text) ? `'${text}` : text
}

/** One record of RFC 4180, with its line break. */
export const recordOf = (cells: string[]) => `${cells.map(quoted).join(',')}\r\n`

// What a spreadsheet takes for a formula, and what our own cells begin with.
const GUARDED = /^$|^['"#=+\-@\t\n\uff0b\uff0d\uff1d\uff20]|^ -/
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/
const UNWRITABLE = /[\u0000-\u0008\u000b-\u001f\u007f]|\p{Cs}/u

const looksBare = (text: string) => NUMBER.test(text) || /^(true|false|null)$/.test(text) || /^[{[]/.test(text)

const quoted = (cell: string) => (/[",\r\n]|^\s|\s$/.test(cell) ? `"${cell.replace(/"/g, '""')}"` : cell)
