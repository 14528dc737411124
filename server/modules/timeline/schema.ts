import { z } from 'zod'
import { AnInstant, Instant, QueryText } from '#server/modules/language/schema.ts'
import { RowId } from '#server/modules/telemetry/schema.ts'
import { blank, Id, line } from '#server/platform/input.ts'

export { UndoToken } from '#server/platform/undo.ts'

export const LANES = ['host', 'user', 'artifact', 'tag'] as const
export type LaneBy = (typeof LANES)[number]

const row = z.preprocess(blank, RowId.shape.id.optional())

/**
 * What a timeline shows: the rows of a query and a host, within a window. It begins where `cursor` says, else around the
 * row, else around `at`, else at the window's beginning, else with what is newest.
 */
export const TimelineView = z.object({
  q: QueryText,
  from: Instant,
  to: Instant,
  hostId: z.preprocess(blank, Id.optional()),
  lanes: z.preprocess(blank, z.enum(LANES).default('host')),
  rowId: row,
  at: Instant,
  cursor: z.preprocess(blank, z.string().max(100).optional()),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})
export type TimelineView = z.infer<typeof TimelineView>

/** A person's event: when, what, and the host or the row it is about. */
export const NewAnnotation = z.object({
  at: AnInstant.meta({ title: 'When' }),
  text: line(4000).meta({ title: 'What happened' }),
  hostId: z.preprocess(blank, Id.optional()),
  rowId: row,
})
const version = z.coerce.number().int().positive()
/** `version`: of the annotation that was read; where it is another by now, nothing is changed. */
export const AnnotationEdit = NewAnnotation.pick({ at: true, text: true }).extend({ id: Id, version })
export const AnnotationId = z.object({ id: Id })
export const AnnotationEnd = AnnotationId.extend({ version })

export const OfHost = z.object({ hostId: Id })
const TEN_YEARS_SECONDS = 315_360_000
/** What is added to a host's times to get the true ones. `version` 0: none was set before. */
export const ClockOffset = OfHost.extend({
  seconds: z
    .preprocess(
      (value) => (typeof value === 'string' ? Number(value.trim() || Number.NaN) : value),
      z.int('Must be whole seconds.').min(-TEN_YEARS_SECONDS).max(TEN_YEARS_SECONDS),
    )
    .meta({ title: 'Seconds to add' }),
  reason: line(500).meta({ title: 'Reason' }),
  version: z.coerce.number().int().min(0),
})
export type ClockOffset = z.infer<typeof ClockOffset>
