import { z } from 'zod'
import { AlarmKind, AlarmState } from '#db/types.ts'
import { ById, blank, listInput } from '#server/platform/input.ts'

export const AlarmId = ById
export const AlarmList = listInput(['last_at'], {
  state: z.preprocess(blank, z.enum(AlarmState).optional()),
  kind: z.preprocess(blank, z.enum(AlarmKind).optional()),
})
