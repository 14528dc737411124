import { load } from '#app/lib/api.server.ts'
import { quietly } from '#app/lib/aside.ts'
import { failureOf } from '#app/lib/failures.server.ts'
import { asFinds } from '#app/lib/finds.server.ts'
import type { Find } from '#app/lib/finds.ts'

/** What the palette offers for what is typed so far; nothing where it cannot be sought. */
export const loader = load(
  async ({ api, query }): Promise<{ q: string; finds: Find[] }> => ({
    q: query.q ?? '',
    finds: await api.palette.find({ q: query.q }).then(asFinds, (error: unknown) => {
      if ([422, 503].includes(failureOf(error)?.status ?? 0)) return []
      throw error
    }),
  }),
)

export const clientLoader = quietly
