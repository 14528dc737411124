import { z } from 'zod'
import { RowsAsked } from '#server/modules/telemetry/schema.ts'
import { blank, line } from '#server/platform/input.ts'

/** Rows over time; `bars` at most. */
export const Histogram = RowsAsked.extend({ bars: z.coerce.number().int().min(10).max(200).default(90) })

/** Which fields to count the values of: `artifact`, `host`, or fields as queries name them. */
export const FACETS = 10
const fields = z.preprocess(
  (value) => (typeof value === 'string' ? [value] : value),
  z.array(line(300)).max(FACETS).default([]),
)
export const Facets = RowsAsked.extend({ fields, top: z.coerce.number().int().min(1).max(50).default(6) })

export type Bar = { from: Date; to: Date; rows: number }
/** One value of a facet: how many rows have it, of how many hosts. `value` null: it is longer than a query may be. */
export type FacetValue = { text: string; value: string | null; hostId: number | null; rows: number; hosts: number }
/** `more`: values that are not among those shown. `without`: rows that have no value. */
export type Facet = { field: string; values: FacetValue[]; more: number; without: number }

const WIDTHS = ['auto', 'narrow', 'middle', 'wide', 'widest'] as const
// In px, by the steps that the pages have classes for: a style of its own no element may have.
const drawn = z.coerce.number().int().min(48).max(960).multipleOf(8)
export type NamedWidth = (typeof WIDTHS)[number]
export type Width = NamedWidth | number

const howItStands = {
  width: z.union([z.enum(WIDTHS), drawn]).default('auto'),
  pinned: z.literal(true).optional(),
}
const onlyOnce = (all: { name: string }[]) => new Set(all.map(({ name }) => name)).size === all.length

/** Which columns an artifact's grid has for one person in their order, which of them stay at the left, and how rows stand. */
export const GridOf = z.object({ artifact: z.preprocess(blank, line(255).optional()) })
export const GridKept = z.object({
  artifact: line(255),
  columns: z
    .array(z.object({ name: z.string().min(1).max(500), ...howItStands }))
    .max(40)
    .refine(onlyOnce, 'A column is named twice.'),
  own: z
    .array(z.object({ name: z.enum(['time', 'host']), ...howItStands }))
    .max(2)
    .refine(onlyOnce, 'A column is named twice.')
    .default([]),
  lines: z.enum(['one', 'wrapped']).default('one'),
})
/** `columns`: fields of the artifact; empty: the commonest ones. `own`: what every grid has beside them, where it was changed. */
export type GridLayout = Omit<z.infer<typeof GridKept>, 'artifact'>
export type GridColumn = GridLayout['columns'][number]
export type OwnColumn = GridLayout['own'][number]

/** What happened around a row: rows of its host within so many minutes of it. */
export const Around = z.object({
  id: z.string().regex(/^\d{1,15}\.\d{1,15}\.\d{1,15}$/, 'Not the address of a row.'),
  minutes: z.coerce.number().int().min(1).max(1440).default(5),
})
