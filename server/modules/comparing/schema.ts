import { z } from 'zod'
import { Instant, QueryText } from '#server/modules/language/schema.ts'
import { blank, Id, line } from '#server/platform/input.ts'

export const MOST_COMPARED = 60
const several = (value: unknown) => (typeof value === 'string' ? [value] : value)
const columns = z.preprocess(several, z.array(z.string().min(1).max(500)).max(MOST_COMPARED).optional())

/** What became of a row: only after, only before, or on both sides under one key with other values. */
export const KINDS = ['new', 'gone', 'changed'] as const
export type Kind = (typeof KINDS)[number]

/**
 * Two sides of an artifact: two deliveries (`before`, `after`), each host's last collection as of two moments (`from`,
 * `to`, UTC), or, without either, the last two collections of each host. `keys` and `ignore` are inferred where absent.
 */
export const Comparison = z.object({
  artifact: z.preprocess(blank, line(255)),
  q: QueryText,
  label: z.preprocess(blank, line(255).optional()),
  before: z.preprocess(blank, Id.optional()),
  after: z.preprocess(blank, Id.optional()),
  from: Instant,
  to: Instant,
  keys: columns,
  ignore: columns,
  kind: z.preprocess(blank, z.enum(KINDS).optional()),
  by: z.preprocess(blank, z.enum(['rare', 'common']).default('common')),
  cursor: z.preprocess(blank, z.string().max(500).optional()),
  limit: z.coerce.number().int().min(1).max(100).default(25),
})
export type Comparison = z.output<typeof Comparison>

const Cursor = z.object({ hosts: z.int().min(0), key: z.string().regex(/^\d{1,20}$/) })
export type Cursor = z.output<typeof Cursor>

/** A place in the list as an address bears it, and back; null for what is none. */
export const writtenCursor = (at: Cursor) => Buffer.from(JSON.stringify(at)).toString('base64url')
export function readCursor(text: string): Cursor | null {
  try {
    return Cursor.parse(JSON.parse(Buffer.from(text, 'base64url').toString()))
  } catch {
    return null
  }
}
