import { z } from 'zod'
import { VerdictKind, VerdictScope } from '#db/types.ts'
import { ROLES } from '#server/modules/columns/schema.ts'
import { Instant } from '#server/modules/language/schema.ts'
import { blank, Id, line, listInput, Slice, whole } from '#server/platform/input.ts'

export { UndoToken } from '#server/platform/undo.ts'

export const ObservableType = z.enum(ROLES).exclude(['time'])
export type ObservableType = z.output<typeof ObservableType>

/** Text of a row as it is: unlike what a person types, its edges belong to it. */
const exact = z
  .string()
  .min(1, 'Must not be empty.')
  .max(4096, 'At most 4,096 characters.')
  .refine((text) => !text.includes('\0'), 'Must not contain a NUL character.')
  .refine((text) => !/\p{Cs}/u.test(text), 'Must not contain half a character.')

/** A typed value in the form that sightings have. */
export const Observable = z.object({ type: ObservableType, value: exact })
export type Observable = z.output<typeof Observable>

const AT_ONCE = 500
/** `version`: the change of the value's decisions that the person has seen, 0 for none; without it nothing is compared. */
const Decided = Observable.extend({ version: whole(0, 2_000_000_000).optional() })
export const Observables = z.object({ observables: z.array(Decided).min(1).max(AT_ONCE) })

/** `scopeValue`: the label, the id of the host, or the name of the parent process. */
export const NewVerdict = Observables.extend({
  verdict: z.enum(VerdictKind),
  scope: z.enum(VerdictScope).default('all'),
  scopeValue: z.preprocess(blank, line(1024).default('')),
  reason: z.preprocess(blank, line(1000).default('')),
  expiresAt: Instant,
})
export type NewVerdict = z.output<typeof NewVerdict>

export const VerdictVersion = z.object({ id: Id, version: whole(1, 2_000_000_000) })

/** `standing` counts now, `expired` has had its time, `ended` was revoked, replaced or undone. */
export const STATES = ['standing', 'expired', 'ended'] as const
export const VerdictList = listInput(['decided_at'], {
  verdict: z.preprocess(blank, z.enum(VerdictKind).optional()),
  type: z.preprocess(blank, ObservableType.optional()),
  owner: z.preprocess(blank, line(255).optional()),
  state: z.preprocess(blank, z.enum(STATES).optional()),
})

/** The REST bridge's list of what stands, about one value where it is named. */
export const VerdictSlice = Slice.extend({
  type: z.preprocess(blank, ObservableType.optional()),
  value: z.preprocess(blank, exact.optional()),
})
