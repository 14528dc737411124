import { z } from 'zod'

export const Id = z.coerce.number().int().positive().max(Number.MAX_SAFE_INTEGER)
export const ById = z.object({ id: Id })
export const Nothing = z.void()

/** Text a person typed: trimmed, without what PostgreSQL cannot hold (NUL; in jsonb half a surrogate pair), between 1 and `max` characters. */
export const line = (max: number) =>
  z
    .string()
    .trim()
    .min(1, 'Must not be empty.')
    .max(max, `At most ${max} characters.`)
    .refine((text) => !text.includes('\0'), 'Must not contain a NUL character.')
    .refine((text) => !/\p{Cs}/u.test(text), 'Must not contain half a character.')

/** One schema for the URL, the filter bar and the procedure. `sort` columns must be NOT NULL. */
export const listInput = <const S extends readonly [string, ...string[]], F extends z.ZodRawShape>(
  sort: S,
  filter: F,
) =>
  z.object({
    q: z.preprocess(blank, line(200).optional()),
    sort: z.enum(sort).default(sort[0] as z.core.util.NoUndefined<S[number]>),
    dir: z.enum(['asc', 'desc']).default('desc'),
    cursor: z.preprocess(blank, z.string().max(500).optional()),
    limit: z.coerce.number().int().min(1).max(200).default(25),
    ...filter,
  })

/** A whole number that may come as the text of a URL. Unlike coercion: '' and '1e3' are none. */
export const whole = (min: number, max: number) =>
  z.preprocess(
    (value) => (typeof value === 'string' && /^[+-]?\d{1,15}$/.test(value) ? Number(value) : value),
    z.int().min(min).max(max),
  )

/** The REST bridge's paging: by position, in order of id. */
export const Slice = z.object({
  skip: whole(0, Number.MAX_SAFE_INTEGER).default(0),
  limit: whole(1, 1000).default(100),
})

/** An empty form field is no filter. */
export const blank = (value: unknown) => (value === '' ? undefined : value)

const WHOLE = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)(Z|[+-]\d{2}:\d{2})?)?$/

/** Text that names no zone is UTC; JavaScript would take it for the server's own, and guess at anything else. */
function inUtc(value: unknown): unknown {
  if (typeof value !== 'string' || value.trim() === '') return blank(typeof value === 'string' ? value.trim() : value)
  const [, day, clock = '00:00', zone = 'Z'] = value.trim().match(WHOLE) ?? []
  return day ? `${day}T${clock}${zone}` : 'no time'
}
/** A moment of an address, for modules before the query language, which reads more; an empty one is none. */
export const instant = z.preprocess(inUtc, z.coerce.date().optional())
