import { z } from 'zod'
import { Id, line } from '#server/platform/input.ts'

export { Observable, ObservableType } from '#server/modules/verdicts/schema.ts'

const MOST_CELLS = 2000

/** Cells of rows as a page shows them: the column by its path, the text as it stands there, and whose row it is. */
export const Cells = z.object({
  cells: z
    .array(
      z.object({
        artifact: z.string().max(255),
        column: z.string().max(500),
        text: z.string().max(70_000),
        host: Id.optional(),
      }),
    )
    .max(MOST_CELLS),
})
export type Cell = z.output<typeof Cells>['cells'][number]

/** What a person has of a value: pasted, perhaps defanged. */
export const Pasted = z.object({ text: line(4096) })
