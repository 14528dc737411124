import { createHash } from 'node:crypto'
import { command, host, path, process, rule, user } from './local.ts'
import { domain, hash, ip, url } from './network.ts'
import { literal, literals } from './paths.ts'
import { shapeOf } from './shape.ts'
import type { Canonical } from './steps.ts'

/** Every type of observable with its one form. */
export const CANONICAL = { hash, ip, domain, url, path, user, command, process, host, rule } satisfies Record<
  string,
  Canonical
>
export type ObservableType = keyof typeof CANONICAL
export const TYPES = Object.keys(CANONICAL) as ObservableType[]

const NOTHING = ['-', '*', 'null', 'NULL', '(null)', 'N/A', 'n/a', '<nil>']
const LONGEST = 1024

/** SQL: a cell's text without its edges, '' when it says that there is nothing. */
export const cleanSql = (v: string) => `if(trimBoth(${v}) in ${literals(NOTHING)}, '', trimBoth(${v}))`
/** SQL: a value as a key. Long ones are known by their hash and shown from the row. */
export const keySql = (value: string) =>
  `if(length(${value}) > ${LONGEST}, concat(${literal('sha256:')}, lower(hex(SHA256(${value})))), ${value})`

/** The same of a text here. */
export function cleaned(text: string): string {
  // By hand: a pattern for the end looks from each of many spaces.
  let [start, end] = [0, text.length]
  while (start < end && text[start] === ' ') start += 1
  while (end > start && text[end - 1] === ' ') end -= 1
  const clean = text.slice(start, end)
  return NOTHING.includes(clean) ? '' : clean
}

/** The observable that `text` is when read as `type`, as the row engine would write it; null when it is none. */
export function observableOf(type: ObservableType, text: string): { value: string; shape: string } | null {
  const clean = cleaned(text)
  const value = clean === '' ? '' : CANONICAL[type].typed(clean)
  return value === '' ? null : { value: keyOf(value), shape: keyOf(shapeOf(type, value)) }
}

const keyOf = (value: string) =>
  Buffer.byteLength(value) > LONGEST ? `sha256:${createHash('sha256').update(value).digest('hex')}` : value
