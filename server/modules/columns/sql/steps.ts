import { literal } from './paths.ts'

/**
 * A text replaced by another wherever a pattern matches, written so that RE2 and JavaScript read it alike: no
 * lookaround, ASCII classes only. `$1` in the replacement is a group.
 */
export type Step = { match: string; put: string; once?: true }

/** The steps over an SQL text. */
export const stepsInSql = (text: string, steps: readonly Step[]): string =>
  steps.reduce(
    (sql, { match, put, once }) =>
      `replaceRegexp${once ? 'One' : 'All'}(${sql}, ${literal(match)}, ${literal(put.replace(/\\/g, '\\\\').replace(/\$(\d)/g, '\\$1'))})`,
    text,
  )

/** The same steps over a text here. */
export const stepsOn = (text: string, steps: readonly Step[]): string =>
  steps.reduce((done, { match, put, once }) => done.replace(new RegExp(match, once ? 'u' : 'gu'), put), text)

/** One form for a type, twice: as SQL over an SQL text, and for what a person types. '' means that it is none. */
export type Canonical = { sql: (text: string) => string; typed: (text: string) => string }

export const matchSql = (text: string, pattern: string) => `match(${text}, ${literal(pattern)})`
export const matches = (text: string, pattern: string) => new RegExp(pattern, 'u').test(text)
