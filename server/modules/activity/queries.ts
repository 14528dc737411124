import { table } from '#server/platform/table.ts'

export const activity = table('activity', { search: ['verb', 'actor_name', 'subject_id'], filter: [] })
