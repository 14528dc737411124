import { z } from 'zod'
import { Instant, QueryText } from '#server/modules/language/schema.ts'
import { blank, Id, line } from '#server/platform/input.ts'

const column = z.string().min(1).max(500)

/** What rows are sorted by: `time`, `artifact`, `host` (by its shown name) or a field as a query names it; a minus in front turns it round. */
export const SortKey = z
  .string()
  .regex(/^-?[^-]/)
  .max(300)
const several = (value: unknown) => (typeof value === 'string' ? value.split(',').filter(Boolean) : value)

/** One filter for the page, the procedure and the link to it. Times are UTC where they name no zone. */
export const RowList = z.object({
  artifact: z.preprocess(blank, line(255).optional()),
  hostId: z.preprocess(blank, Id.optional()),
  batchId: z.preprocess(blank, Id.optional()),
  q: QueryText,
  from: Instant,
  to: Instant,
  columns: z.preprocess(several, z.array(column).max(40).optional()),
  sort: z.array(SortKey).max(3).optional(),
  cursor: z.preprocess(blank, z.string().max(12_000).optional()),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})
export type RowFilter = z.infer<typeof RowList>

/** Which rows, without how they are listed. */
export const RowsAsked = RowList.pick({ artifact: true, hostId: true, batchId: true, q: true, from: true, to: true })
export type RowsAsked = z.infer<typeof RowsAsked>

/** Where a row lies: host, delivery and line. */
export const RowId = z.object({ id: z.string().regex(/^\d{1,15}\.\d{1,15}\.\d{1,15}$/, 'Not the address of a row.') })
export const ArtifactColumns = z.object({ artifact: line(255) })
export const Days = z.object({ days: z.coerce.number().int().min(1).max(366).default(30) })
export const OfHost = z.object({ hostId: Id })
export const Everything = z.object({})
