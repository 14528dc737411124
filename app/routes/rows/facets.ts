import { load } from '#app/lib/api.server.ts'
import { orFlaw } from '#app/lib/query-flaw.server.ts'
import { rowQuery } from '#app/lib/row-query.server.ts'
import { FACETS } from '#server/modules/exploring/schema.ts'

/** The commonest values of fields, for the page to draw after it is there. */
export const loader = load(async ({ api, query, request }) => {
  const fields = new URL(request.url).searchParams.getAll('fields').slice(0, FACETS)
  const { list } = rowQuery(query)
  const { found } = await orFlaw(api.exploring.facets({ ...list, fields, top: query.all ? 50 : 6 }))
  return found
})
