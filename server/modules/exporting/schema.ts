import { z } from 'zod'
import { RowsAsked } from '#server/modules/telemetry/schema.ts'
import { whole } from '#server/platform/input.ts'

export const FORMATS = ['csv', 'jsonl', 'parquet'] as const
export type ExportFormat = (typeof FORMATS)[number]
export const MOST_ROWS = 10_000_000

/** Rows to take along: the same filter as the list's. */
export const Exported = RowsAsked.extend({
  format: z.enum(FORMATS).default('csv').meta({
    description: 'csv: can be delivered again; jsonl: rows exactly as they came; parquet: for other engines.',
  }),
  limit: whole(1, MOST_ROWS)
    .default(1_000_000)
    .meta({ description: 'At most so many rows; the file says how many there were.' }),
})
export type Exported = z.infer<typeof Exported>

/** What stands in a file beside its rows. `of`: how many rows the query meets; null when counting took too long. */
export type About = {
  asked: { artifact?: string; host?: number; delivery?: number; from?: string; to?: string; query?: string }
  reads: string
  of: number | null
  limit: number
  at: string
  left_out_columns?: string[]
}

/** What the first line of our CSV begins with, and the one key of the first line of our JSON lines. */
export const OWN_MARK = '# VelociCompanion export 1'
export const OWN_JSON = '_VelociCompanionExport'

/** The columns of our CSV that are about the row, before those of the row. */
export const OWN_COLUMNS = ['(artifact)', '(host)', '(flow)', '(event UTC)', '(row)']
