import type { Params } from '#server/platform/telemetry.ts'
import type { Limit, Part, Test } from './tree.ts'

/** Binds a value under a name of its own and returns its place in the statement: no value is ever part of the SQL. */
export type Bind = (type: string, value: unknown) => string

/** Parameters of one statement, all beginning with `prefix`. */
export function binder(params: Params, prefix: string): Bind {
  let count = 0
  return (type, value) => {
    const name = `${prefix}${count++}`
    params[name] = value
    return `{${name}:${type}}`
  }
}

const INTEGER = `'^[+-]?[0-9]{1,38}$'`
const DECIMAL = `'^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]{1,3})?$'`

/** Whether the text `x` (an SQL expression, perhaps null) passes a test. */
export function textCondition(test: Test, x: string, bind: Bind): string {
  switch (test.is) {
    case 'exists':
      return `isNotNull(${x})`
    case 'equals': {
      const same = `lowerUTF8(${x}) = lowerUTF8(${bind('String', test.text)})`
      return test.number === null ? same : `(${same} or ${numeric(x, '=', test.number, bind)})`
    }
    case 'like':
      return likeCondition(test.parts, x, bind)
    case 'matches':
      return `match(${x}, ${bind('String', `(?i)${test.pattern}`)})`
    case 'network':
      return `(toIPv6OrNull(${x}) between toIPv6(${bind('String', test.first)}) and toIPv6(${bind('String', test.last)})
        or ${x} = ${bind('String', test.text)})`
    case 'between':
      return both(test.from, test.to, (sign, value) => COMPARED[test.type](x, sign, value, bind))
  }
}

const COMPARED = {
  number: (x: string, sign: string, value: string, bind: Bind) => numeric(x, sign, value, bind),
  address: (x: string, sign: string, value: string, bind: Bind) =>
    `toIPv6OrNull(${x}) ${sign} toIPv6(${bind('String', value)})`,
  time: (x: string, sign: string, value: string, bind: Bind) =>
    `${TIME(x)} ${sign} fromUnixTimestamp64Milli(${bind('Int64', value)}, 'UTC')`,
}

/** Both ends of a stretch; an end that is null is open. */
export function both(from: Limit | null, to: Limit | null, compare: (sign: string, value: string) => string): string {
  const ends = [
    ...(from ? [compare(from.inclusive ? '>=' : '>', from.value)] : []),
    ...(to ? [compare(to.inclusive ? '<=' : '<', to.value)] : []),
  ]
  return `(${ends.join(' and ')})`
}

/** Whole numbers are compared digit by digit: beyond 2^53 a double would take neighbours for equal. */
function numeric(x: string, sign: string, value: string, bind: Bind): string {
  const asDouble = `toFloat64OrNull(${x}) ${sign} ${bind('Float64', Number(value))}`
  const whole = /^[+-]?\d{1,38}$/.test(value)
  const exact = whole
    ? `match(${x}, ${INTEGER}), toInt128OrNull(${x}) ${sign} ${bind('Int128', BigInt(value).toString())}, `
    : ''
  return `multiIf(${exact}match(${x}, ${DECIMAL}), ${asDouble}, 0)`
}

// As the columns of a row write times: ISO text, or seconds, milli-, micro- or nanoseconds since 1970 by their size.
const TIME = (x: string) => `multiIf(
  match(${x}, '^[0-9]{4}-[0-9]{2}-[0-9]{2}'), parseDateTime64BestEffortOrNull(${x}, 3, 'UTC'),
  match(${x}, '^[0-9]{9,19}([.][0-9]*)?$'), fromUnixTimestamp64Milli(toInt64(multiIf(
    toFloat64OrZero(${x}) < 1e11, toFloat64OrZero(${x}) * 1e3, toFloat64OrZero(${x}) < 1e14, toFloat64OrZero(${x}),
    toFloat64OrZero(${x}) < 1e17, toFloat64OrZero(${x}) / 1e3, toFloat64OrZero(${x}) / 1e6)), 'UTC'),
  null)`

/** Wildcards over the whole text. What is only "contains" is asked as that, which is several times faster. */
function likeCondition(parts: Part[], x: string, bind: Bind): string {
  const [first, middle, last] = parts
  if (parts.length === 3 && isStar(first!) && isStar(last!) && 'text' in middle!) {
    return `positionCaseInsensitiveUTF8(${x}, ${bind('String', middle.text)}) > 0`
  }
  return `match(${x}, ${bind('String', `(?is)^${patternOf(parts, { '*': '.*', '?': '.' })}$`)})`
}

const isStar = (part: Part) => 'any' in part && part.any === '*'

/** A regular expression for parts, its literals taken as they are. */
export const patternOf = (parts: Part[], wild: { '*': string; '?': string }) =>
  parts.map((part) => ('any' in part ? wild[part.any] : literally(part.text))).join('')

/** A text as a regular expression of RE2 that matches it alone. */
export const literally = (text: string) => text.replace(/[\\^$.|?*+()[\]{}\-/]/g, '\\$&')

/** Host, delivery and line of rows (host.delivery.line), each as a list beside the others. */
export const placesIn = (rowIds: string[]): number[][] =>
  [0, 1, 2].map((part) => rowIds.map((id) => Number(id.split('.')[part])))

/** SQL: the rows that lie at these places. Hosts and deliveries are named by themselves too, for the indexes on them. */
export function placedAt(rowIds: string[], bind: Bind): string {
  const [hosts, batches, lines] = placesIn(rowIds).map((part) => bind('Array(UInt64)', part))
  return `(host_id in ${hosts} and batch_id in ${batches} and (host_id, batch_id, line) in (
    select place.1, place.2, place.3 from (select arrayJoin(arrayZip(${hosts}, ${batches}, ${lines})) as place)))`
}
