import { load } from '#app/lib/api.server.ts'
import { quietly } from '#app/lib/aside.ts'
import { failureOf } from '#app/lib/failures.server.ts'
import type { Completion } from '#server/modules/language/schema.ts'

const NONE: Completion = { at: 0, length: 0, kind: 'value', suggestions: [] }

/** What could stand at the cursor of a query, for the query bar. A slow or resting row engine completes nothing. */
export const loader = load(
  ({ api, query }): Promise<Completion> =>
    api.language.complete(query).catch((error: unknown) => {
      if ([422, 503].includes(failureOf(error)?.status ?? 0)) return NONE
      throw error
    }),
)

export const clientLoader = quietly
