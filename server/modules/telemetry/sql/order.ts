import { AppError } from '#server/platform/errors.ts'
import type { Params } from '#server/platform/telemetry.ts'
import { type HostOrder, NAME_OF_HOST } from './host-order.ts'

/** One thing rows are sorted by: their event, artifact or host, or the first value of a field, given as SQL. */
export type SortKey = { by: 'time' | 'artifact' | HostOrder | { values: string }; dir: 'asc' | 'desc' }

type Part = { sql: string; type: string; dir: 'asc' | 'desc' }

/** The order of a list, its last word always the row's place. `key`: a row's place in the order, as texts. */
export type Order = { parts: Part[]; with: string[]; key: string }

// Undated rows come last, whichever way the dated ones run.
const WHEN = {
  desc: 'ifNull(toUnixTimestamp64Milli(event_time), -9223372036854775808)',
  asc: 'ifNull(toUnixTimestamp64Milli(event_time), 9223372036854775807)',
}
const DECIMAL = `'^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]{1,3})?$'`
// A text is sorted by this much of it: a cell may hold a megabyte, and the last one of a page stands in the next address.
const SORTED_BYTES = 200

/** Newest event first unless keys say otherwise. Numbers go by size, texts without their case, rows without a value last. */
export function orderOf(keys: SortKey[]): Order {
  const sorted = keys.length > 0 ? keys : [{ by: 'time', dir: 'desc' } as const]
  const withs: string[] = []
  const parts = sorted.flatMap(({ by, dir }, n): Part[] => {
    if (by === 'time') return [{ sql: WHEN[dir], type: 'Int64', dir }]
    if (by === 'artifact') return [{ sql: 'artifact', type: 'String', dir }]
    if ('host' in by) {
      if (by.name) withs.push(`${by.name} as ${NAME_OF_HOST}`)
      const named: Part[] = by.name ? [{ sql: NAME_OF_HOST, type: 'String', dir }] : []
      return [...named, { sql: by.host, type: 'UInt64', dir }]
    }
    withs.push(...firstOf(by.values, n))
    // Whole numbers beyond 2^53 are one and the same double: among equal doubles their digits decide.
    return [
      { sql: `isNull(sort${n})`, type: 'UInt8', dir: 'asc' },
      { sql: `number${n} = 0`, type: 'UInt8', dir },
      { sql: `if(number${n}, toFloat64OrZero(ifNull(sort${n}, '')), 0)`, type: 'Float64', dir },
      { sql: `if(number${n}, toInt128OrZero(ifNull(sort${n}, '')), 0)`, type: 'Int128', dir },
      {
        sql: `if(number${n}, '', substring(lowerUTF8(ifNull(sort${n}, '')), 1, ${SORTED_BYTES}))`,
        type: 'String',
        dir,
      },
    ]
  })
  const last = parts.at(-1)!.dir === 'asc' && keys.length > 0 ? 'asc' : 'desc'
  const all = [
    ...parts,
    { sql: 'batch_id', type: 'UInt64', dir: last } as const,
    { sql: 'line', type: 'UInt64', dir: last } as const,
  ]
  return { parts: all, with: withs, key: `[${all.map(asText).join(', ')}]` }
}

const firstOf = (values: string, n: number) => [
  `arrayFilter(x -> isNotNull(x), ${values}) as held${n}`,
  `if(empty(held${n}), null, held${n}[1]) as sort${n}`,
  `match(ifNull(sort${n}, ''), ${DECIMAL}) as number${n}`,
]

// Bytes that are no UTF-8 would not come back as they were.
const asText = ({ sql, type }: Part) => (type === 'String' ? `hex(${sql})` : `toString(${sql})`)

/** A page's edge: rows after it, or before it. */
export type Cursor = { way: 'after' | 'before'; key: string[] }

/** ORDER BY of an order, turned round for what stands before an edge. */
export const orderBy = ({ parts }: Order, way: Cursor['way']) =>
  parts.map(({ sql, dir }) => `${sql} ${(dir === 'asc') === (way === 'after') ? 'asc' : 'desc'}`).join(', ')

/** The condition for rows beyond an edge: later in the first part, or equal there and later in the next, and so on. */
export function beyond({ parts }: Order, { way, key }: Cursor, params: Params): string {
  const bound = parts.map(({ type }, at) => {
    params[`edge${at}`] = key[at]
    return type === 'String' ? `unhex({edge${at}:String})` : `{edge${at}:${type}}`
  })
  const sign = ({ dir }: Part) => ((dir === 'asc') === (way === 'after') ? '>' : '<')
  // One comparison where all run the same way: the engine is quickest with that.
  if (parts.every(({ dir }) => dir === parts[0]!.dir))
    return `(${parts.map(({ sql }) => sql).join(', ')}) ${sign(parts[0]!)} (${bound.join(', ')})`
  return parts.reduceRight((rest, part, at) => {
    const [later, equal] = [`${part.sql} ${sign(part)} ${bound[at]}`, `${part.sql} = ${bound[at]}`]
    return rest === '' ? later : `(${later} or (${equal} and ${rest}))`
  }, '')
}

export const asCursor = ({ way, key }: Cursor) =>
  `${way === 'after' ? 'a' : 'b'}${Buffer.from(JSON.stringify(key)).toString('base64url')}`

/** A cursor of an address. Throws `invalid` for one that is none, or is of another order. */
export function readCursor(text: string, { parts }: Order): Cursor {
  const key = keyIn(text)
  const fits = key !== null && key.length === parts.length && key.every((one, at) => isOf(parts[at]!.type, one))
  if (!/^[ab]/.test(text) || !fits)
    throw new AppError('invalid', 'That page link is not valid. Start again from the first page.')
  return { way: text.startsWith('a') ? 'after' : 'before', key: key as string[] }
}

function keyIn(text: string): unknown[] | null {
  try {
    const read: unknown = JSON.parse(Buffer.from(text.slice(1), 'base64url').toString())
    return Array.isArray(read) ? read : null
  } catch {
    return null
  }
}

const LOOKS: Record<string, RegExp> = {
  Int64: /^-?\d{1,19}$/,
  Int128: /^-?\d{1,39}$/,
  UInt64: /^\d{1,15}$/,
  UInt8: /^[01]$/,
  Float64: /^(-?inf|-?\d{1,400}(\.\d{1,400})?(e[+-]?\d{1,3})?)$/,
  String: /^([0-9A-F]{2}){0,1100}$/,
}
const BITS: Record<string, number> = { Int64: 64, Int128: 128 }

function isOf(type: string, value: unknown): boolean {
  if (typeof value !== 'string' || !LOOKS[type]?.test(value)) return false
  return BITS[type] === undefined || BigInt.asIntN(BITS[type], BigInt(value)) === BigInt(value)
}
