import { z } from 'zod'
import { ById, blank, line } from '#server/platform/input.ts'

export const TenantId = ById
export const NewTenant = z.object({
  name: line(100).meta({ title: 'Name' }),
  description: z.preprocess(blank, line(500).nullish()).meta({ title: 'Description' }),
})
