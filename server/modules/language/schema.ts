import { z } from 'zod'
import { blank, line } from '#server/platform/input.ts'

export const LONGEST_QUERY = 4000

/** The text of a query, as the address and every procedure take it. */
export const QueryText = z.preprocess(blank, line(LONGEST_QUERY).optional())
export const QueryRead = z.object({ q: QueryText })

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
