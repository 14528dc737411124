/** One statement, read just far enough to move its rows through files. */
export type Statement = {
  /** A select's rows go to a file, an insert is counted, anything else answers at once. */
  kind: 'select' | 'insert' | 'other'
  text: string
  format: { name: string; start: number; end: number } | undefined
  /** Where an insert's clauses about its data begin. */
  source: number
  input: { start: number; end: number; structure: string } | undefined
}

/** What the engine would say, for what is refused before it: a ClickHouse code, a message and a type. */
export class StatementError extends Error {
  readonly code: number
  constructor(code: number, message: string, type: string) {
    super(`Code: ${code}. DB::Exception: ${message}. (${type})`)
    this.code = code
  }
}

type Token = { word: string; start: number; end: number; depth: number }

// Strings, quoted names, comments and heredocs are one token each: no word inside them is mistaken for a clause.
const TOKEN =
  /'[^'\\]*(?:(?:\\.|'')[^'\\]*)*'|`[^`\\]*(?:(?:\\.|``)[^`\\]*)*`|"[^"\\]*(?:(?:\\.|"")[^"\\]*)*"|(?:--|# |#!)[^\n]*|\/\*.*?\*\/|\$(\w*)\$.*?\$\1\$|\w+|\S/gs
const COMMENT = /^(?:--|# |#!|\/\*)/

/** Throws StatementError on a second statement and on a file name in the text. */
export function readStatement(sql: string): Statement {
  const tokens = tokensOf(sql)
  const kind = kindOf(tokens)
  const at = formatIndex(tokens, kind)
  const format = at < 0 ? undefined : { name: tokens[at + 1]!.word, start: tokens[at]!.start, end: tokens[at + 1]!.end }
  const end = endOf(tokens, kind, sql.length)
  const source = tokens.find(({ word, depth }) => depth === 0 && /^(FORMAT|SETTINGS|VALUES)$/.test(word))
  if (kind !== 'other') refuseFiles(tokens)
  return {
    kind,
    text: sql.slice(0, end),
    format: format && { ...format, name: sql.slice(tokens[at + 1]!.start, format.end) },
    source: source?.start ?? end,
    input: inputOf(sql, tokens),
  }
}

/** The select with its rows written to a new file. */
export function selectIntoFile({ text, format }: Statement, file: string, defaultFormat: string): string {
  const head = text.slice(0, format?.start ?? text.length)
  return `${head}\nINTO OUTFILE ${literal(file)} ${format ? text.slice(format.start) : `FORMAT ${defaultFormat}`}`
}

/** The insert with its rows read from a file that holds what the request's body held. */
export function insertFromFile({ text, format, source, input }: Statement, file: string, compression: string): string {
  const name = format?.name ?? 'Values'
  if (input) {
    const rest = format ? text.slice(input.end, format.start) + text.slice(format.end) : text.slice(input.end)
    const table = `file(${literal(file)}, ${literal(name)}, ${input.structure}, ${literal(compression)})`
    return text.slice(0, input.start) + table + rest
  }
  const clauses = text.slice(source).replace(/^VALUES\b/i, '')
  const infile = `FROM INFILE ${literal(file)} COMPRESSION ${literal(compression)}`
  return `${text.slice(0, source)}\n${infile}\n${clauses}${format ? '' : ' FORMAT Values'}`
}

/** Text as an SQL string. */
export function literal(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}

function tokensOf(sql: string): Token[] {
  const tokens: Token[] = []
  let depth = 0
  for (const { 0: text, index } of sql.matchAll(TOKEN)) {
    if (COMMENT.test(text)) continue
    if (text === ')') depth--
    tokens.push({ word: text.length < 20 ? text.toUpperCase() : text, start: index, end: index + text.length, depth })
    if (text === '(') depth++
    const before = tokens.at(-2)
    // What follows an insert's format is data, not SQL.
    if (before?.word === 'FORMAT' && before.depth === 0 && kindOf(tokens) === 'insert') break
  }
  return tokens
}

function kindOf(tokens: Token[]): Statement['kind'] {
  const first = tokens[0]?.word ?? ''
  if (first === 'INSERT') return 'insert'
  if (first === 'WITH' && tokens.some(({ word, depth }) => word === 'INSERT' && depth === 0)) return 'insert'
  return /^(SELECT|WITH|\()$/.test(first) ? 'select' : 'other'
}

/** The FORMAT clause: the first of an insert, the last of a select when nothing but SETTINGS comes after it. */
function formatIndex(tokens: Token[], kind: Statement['kind']): number {
  const at = tokens.findLastIndex(({ word, depth }, i) => i > 0 && word === 'FORMAT' && depth === 0)
  const [name, next] = [tokens[at + 1], tokens[at + 2]]
  if (at < 0 || !name || !/^\w+$/.test(name.word)) return -1
  return kind === 'insert' || !next || next.word === 'SETTINGS' || next.word === ';' ? at : -1
}

function endOf(tokens: Token[], kind: Statement['kind'], length: number): number {
  const stop = tokens.findIndex(({ word }) => word === ';')
  if (stop < 0) return kind === 'insert' ? length : (tokens.at(-1)?.end ?? 0)
  if (tokens.slice(stop).every(({ word }) => word === ';')) return tokens[stop]!.start
  throw new StatementError(62, 'Syntax error (Multi-statements are not allowed)', 'SYNTAX_ERROR')
}

function refuseFiles(tokens: Token[]): void {
  const named = tokens.some(({ word, depth }) => depth === 0 && /^(OUTFILE|INFILE)$/.test(word))
  if (named) throw new StatementError(48, 'INTO OUTFILE and FROM INFILE are not allowed', 'NOT_IMPLEMENTED')
}

function inputOf(sql: string, tokens: Token[]): Statement['input'] {
  const at = tokens.findIndex(({ word }, i) => word === 'INPUT' && tokens[i + 1]?.word === '(')
  const [name, structure, close] = [tokens[at], tokens[at + 2], tokens[at + 3]]
  if (at < 0 || !name || !structure || close?.word !== ')') return undefined
  return { start: name.start, end: close.end, structure: sql.slice(structure.start, structure.end) }
}
