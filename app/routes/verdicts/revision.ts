import { load } from '#app/lib/api.server.ts'

/** How often this tenant's verdicts have changed, for pages that show some. */
export const loader = load(async ({ api }) => Response.json(await api.verdicts.revision()))
