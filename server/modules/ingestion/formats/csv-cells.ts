/**
 * Velociraptor writes three kinds of CSV (design: velociraptor.md 3.2). `typed`: tables of the GUI, where strings that
 * look like a number, object or boolean stand behind one space. `export`: results inside archives, where strings stand
 * as they are, nothing is null, and a tab guards what a spreadsheet would run. `json`: exports up to 0.7.0, every cell
 * JSON.
 */
export type Dialect = 'typed' | 'export' | 'json'

/** Which dialect these records are written in, by what only one of them would write; null when nothing tells. */
export function dialectOf(records: string[][]): Dialect | null {
  const cells = records.flat().filter((cell) => cell !== '')
  if (cells.some((cell) => cell.startsWith('"')) && cells.every(isJson)) return 'json'
  if (cells.some((cell) => MARKED.test(cell) || INDENTED.test(cell) || cell.startsWith('base64:'))) return 'typed'
  if (cells.some((cell) => GUARDED.test(cell) || (/^[{[].+[}\]]$/.test(cell) && isJson(cell)))) return 'export'
  return null
}

/** Column and JSON text of each cell. What lost its guarding tab is named in the extra column `_TabGuarded`. */
export function rowOf(header: string[], record: string[], dialect: Dialect): string {
  const cells = header.map((name, index) => `${name}:${CELLS[dialect](record[index] ?? '')}`)
  if (dialect === 'export') {
    const guarded = header.filter((_, index) => GUARDED.test(record[index] ?? ''))
    if (guarded.length > 0) cells.push(`"_TabGuarded":[${guarded.join(',')}]`)
  }
  return `{${cells.join(',')}}`
}

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/
const MARKED = /^ (?=[-+.\d {[]|true|false|inf|base64:)/
const INDENTED = /^[{[]\s*\n\s/
const GUARDED = /^\t(?=[=+@\t\r\n])/

const CELLS: Record<Dialect, (cell: string) => string> = {
  typed: (cell) => bare(cell) ?? JSON.stringify(cell.replace(MARKED, '')),
  export: (cell) => (cell === '' ? 'null' : (bare(cell) ?? JSON.stringify(cell.replace(GUARDED, '')))),
  json: (cell) => (cell === '' ? 'null' : isJson(cell) ? onOneLine(cell) : JSON.stringify(cell)),
}

/** The cell as it stands, where it is a number, a boolean or an object; digits are kept as they are. */
function bare(cell: string): string | null {
  const first = cell.charCodeAt(0)
  if ((first >= 0x30 && first <= 0x39) || first === 0x2d) return NUMBER.test(cell) ? cell : null
  if (cell === 'true' || cell === 'false') return cell
  return (first === 0x7b || first === 0x5b) && isJson(cell) ? onOneLine(cell) : null
}

// No string of valid JSON holds a line break, so what is left out is indentation.
const onOneLine = (json: string) => (json.includes('\n') ? json.replace(/\s*[\r\n]+\s*/g, '') : json)

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
