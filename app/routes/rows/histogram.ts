import { load } from '#app/lib/api.server.ts'
import { orFlaw } from '#app/lib/query-flaw.server.ts'
import { rowQuery } from '#app/lib/row-query.server.ts'

/** Rows over time, for the page to draw after it is there. */
export const loader = load(async ({ api, query }) => {
  const { list } = rowQuery(query)
  const { found } = await orFlaw(api.exploring.histogram(list))
  return found
})
