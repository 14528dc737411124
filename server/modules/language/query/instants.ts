import type { Moment, When } from './draft.ts'
import { QueryError } from './flaw.ts'
import { A_TIME, parseWhen } from './parse.ts'
import { stretchOf } from './times.ts'

/**
 * The instant that a field of a form or of an address names, in milliseconds since 1970: where the day, minute or stretch
 * begins. It reads what the query language reads; UTC where no zone is named, and space around it means nothing. Throws
 * QueryError for what is no time.
 */
export function instantOf(text: string, now: number): number {
  const when: When | Moment = parseWhen(text, `“${text.trim().slice(0, 40)}” is no time. Write ${A_TIME}.`)
  const { from } = stretchOf(when, now)
  if (Number.isSafeInteger(from)) return from
  throw new QueryError('That time is too far away.', { at: 0, length: text.length })
}
