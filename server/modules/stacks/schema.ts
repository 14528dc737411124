import { z } from 'zod'
import { Instant, QueryText } from '#server/modules/language/schema.ts'
import { blank, line } from '#server/platform/input.ts'

export const MOST_COLUMNS = 4

const several = (value: unknown) => (typeof value === 'string' ? [value] : value)
const flag = z.preprocess((value) => value === true || value === '1' || value === 'true', z.boolean()).default(false)

/** What is stacked. Without an artifact, columns are names that mean the same in every one, such as process.name. */
export const Stacked = z.object({
  artifact: z.preprocess(blank, line(255).optional()),
  columns: z.preprocess(
    several,
    z
      .array(z.string().min(1).max(500))
      .min(1, 'Choose a column.')
      .max(MOST_COLUMNS, `At most ${MOST_COLUMNS} columns.`)
      .refine((names) => new Set(names).size === names.length, 'Each column once.'),
  ),
  q: QueryText,
  label: z.preprocess(blank, line(255).optional()),
  shape: flag,
})
export type Stacked = z.infer<typeof Stacked>

/** Where a list of lines goes on: behind this number of hosts, beginning of the first value, and key. */
const Cursor = z.object({ hosts: z.int().min(0), text: z.string().max(200), key: z.string().regex(/^\d{1,20}$/) })

/** One page of a stack. `since`: only values never seen before that moment (UTC), or before the `last` remembered run. */
export const StackQuery = Stacked.extend({
  by: z.preprocess(blank, z.enum(['rare', 'common']).default('rare')),
  hide: z.preprocess(blank, z.literal('decided').optional()),
  decides: z.preprocess(blank, z.string().max(500).optional()),
  since: z.preprocess(blank, z.union([z.literal('last'), Instant]).optional()),
  cursor: z.preprocess(blank, z.string().max(2000).optional()),
  limit: z.coerce.number().int().min(1).max(100).default(20),
})
export type StackQuery = z.infer<typeof StackQuery>
export type StackCursor = z.infer<typeof Cursor>

/** A place in the list as an address bears it, and back; null for what is none. */
export const writtenCursor = (at: StackCursor) => Buffer.from(JSON.stringify(at)).toString('base64url')
export function readCursor(text: string): StackCursor | null {
  try {
    return Cursor.parse(JSON.parse(Buffer.from(text, 'base64url').toString()))
  } catch {
    return null
  }
}

/** Remembers that a stack was looked through, up to the delivery that its page named. */
export const StackRun = Stacked.extend({ upTo: z.coerce.number().int().min(0), seenAt: z.coerce.date() })

/** The hosts behind a query on rows. */
export const HostsOf = z.object({ artifact: z.preprocess(blank, line(255).optional()), q: QueryText })
