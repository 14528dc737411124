import { z } from 'zod'
import { blank, line } from '#server/platform/input.ts'
import { QueryError } from './query/flaw.ts'
import { instantOf } from './query/instants.ts'

export const LONGEST_QUERY = 4000
const LONGEST_TIME = 200

/** The text of a query, as the address and every procedure take it. */
export const QueryText = z.preprocess(blank, line(LONGEST_QUERY).optional())
export const QueryRead = z.object({ q: QueryText })

/** A moment that a field must hold, as the query language writes times: UTC where no zone is named. */
export const AnInstant = z.preprocess(readInstant, z.date('Must be a time.'))
/** The same where the field may be empty. */
export const Instant = z.preprocess(readInstant, z.date('Must be a time.').optional())

function readInstant(value: unknown, ctx: z.core.$RefinementCtx): unknown {
  if (typeof value !== 'string') return value
  if (value.trim() === '') return undefined
  try {
    return new Date(instantOf(value.slice(0, LONGEST_TIME), Date.now()))
  } catch (error) {
    if (!(error instanceof QueryError)) throw error
    ctx.addIssue({ code: 'custom', message: error.flaw.message })
    return z.NEVER
  }
}

/** What is to be completed: the text, the place of the cursor, and the artifact whose values may be offered. */
export const Completing = z.object({
  q: z.string().max(LONGEST_QUERY).default(''),
  at: z.coerce.number().int().min(0).max(LONGEST_QUERY).optional(),
  artifact: z.preprocess(blank, line(255).optional()),
})

/** One thing to put in place of what is being typed. */
export type Suggestion = { text: string; about: string }
export type Completion = { at: number; length: number; kind: 'field' | 'value'; suggestions: Suggestion[] }

/** A piece of a query's reading, and what is wrong with a query, as pages show them. */
export type Said = { kind: 'words' | 'field' | 'value'; text: string }
export type QueryFlaw = { message: string; at: number; length: number; expected: string[]; meant: string[] }
export type QueryReading = { said: Said[]; text: string; flaw: null } | { said: null; text: null; flaw: QueryFlaw }
