import { z } from 'zod'
import { blank, line } from '#server/platform/input.ts'
import { QueryError } from './query/flaw.ts'
import { instantOf } from './query/instants.ts'

export const LONGEST_QUERY = 4000

/** The text of a query, as the address and every procedure take it. */
export const QueryText = z.preprocess(blank, line(LONGEST_QUERY).optional())
export const QueryRead = z.object({ q: QueryText })

const moment = z
  .string()
  .max(100)
  .transform((text, ctx) => {
    try {
      return new Date(instantOf(text, Date.now()))
    } catch (error) {
      if (!(error instanceof QueryError)) throw error
      ctx.addIssue({ code: 'custom', message: error.flaw.message })
      return z.NEVER
    }
  })

/** A moment that a field must hold, as the query language writes times: UTC where no zone is named. */
export const AnInstant = z.union([z.date(), moment])
/** The same where the field may be empty or nothing but space. */
export const Instant = z.preprocess((value) => (isSpace(value) ? undefined : value), AnInstant.optional())

const isSpace = (value: unknown) => typeof value === 'string' && value.trim() === ''

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
