import { listInput } from '#server/platform/input.ts'

export const ActivityList = listInput(['created_at'], {})
