import { load } from '#app/lib/api.server.ts'
import { quietly } from '#app/lib/aside.ts'
import { orNothing } from '#app/lib/query-flaw.server.ts'
import { rowQuery } from '#app/lib/row-query.server.ts'

/** Rows over time, for the page to draw after it is there; null where the row engine cannot say. */
export const loader = load(({ api, query }) => orNothing(api.exploring.histogram(rowQuery(query).list)))

export const clientLoader = quietly
