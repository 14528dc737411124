import { z } from 'zod'
import { Zone } from '#server/modules/identity/schema.ts'
import { ById, blank, line } from '#server/platform/input.ts'

export const TenantId = ById
export const NewTenant = z.object({
  name: line(100).meta({ title: 'Name' }),
  description: z.preprocess(blank, line(500).nullish()).meta({ title: 'Description' }),
})

/** Whether files that endpoints uploaded are kept when an archive brings them. */
export const KeepUploads = z.object({ keep: z.boolean() })

/** In which zone people of the tenant read times who chose none of their own. */
export const TenantZone = ById.extend({ zone: Zone })

/** The end of a tenant, asked for by its id and, as a second look, its name. */
export const TenantEnd = ById.extend({
  name: z.string().trim().min(1, 'Type the name of the tenant.').max(100).meta({ title: 'Name of the tenant' }),
})
