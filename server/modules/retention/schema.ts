import { z } from 'zod'
import { blank, line, whole } from '#server/platform/input.ts'

/** How long rows of an artifact are kept. Without an artifact: of every one that has no rule. Without days: for ever. */
export const RetentionRule = z.object({
  artifact: z.preprocess(blank, line(255).optional()).meta({ title: 'Artifact' }),
  days: z.preprocess(blank, whole(1, 36_500).optional()).meta({ title: 'Days' }),
})

/** Which rule: an artifact's, or the general one. */
export const RetentionOf = RetentionRule.pick({ artifact: true })
