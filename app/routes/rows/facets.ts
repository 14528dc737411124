import { load } from '#app/lib/api.server.ts'
import { quietly } from '#app/lib/aside.ts'
import { orNothing } from '#app/lib/query-flaw.server.ts'
import { rowQuery } from '#app/lib/row-query.server.ts'
import { FACETS } from '#server/modules/exploring/schema.ts'

/** The commonest values of fields, for the page to draw after it is there; null where the row engine cannot say. */
export const loader = load(({ api, query, request }) => {
  const fields = new URL(request.url).searchParams.getAll('fields').slice(0, FACETS)
  return orNothing(api.exploring.facets({ ...rowQuery(query).list, fields, top: query.all ? 50 : 6 }))
})

export const clientLoader = quietly
