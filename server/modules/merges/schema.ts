import { z } from 'zod'
import { ById, blank, Id, line } from '#server/platform/input.ts'

/** `id`: the host that stays, `otherId`: the one that is merged into it. */
export const HostPair = z.object({ id: Id, otherId: Id })
export const HostMerge = HostPair.extend({ reason: line(500).meta({ title: 'Reason' }) })
export const HostSplit = ById
export const Candidates = ById.extend({ q: z.preprocess(blank, line(200).optional()) })
