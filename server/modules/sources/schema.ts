import { z } from 'zod'
import { ById, line } from '#server/platform/input.ts'

export const SourceId = ById
export const NewSource = z.object({ name: line(100).meta({ title: 'Name' }) })
