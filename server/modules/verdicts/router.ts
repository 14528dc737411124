import { Nothing } from '#server/platform/input.ts'
import { protectedProcedure, router } from '#server/platform/trpc.ts'
import { NewVerdict, Observable, Observables, UndoToken, VerdictList, VerdictSlice, VerdictVersion } from './schema.ts'
import {
  clear,
  decide,
  historyOf,
  listVerdicts,
  revisionOf,
  revoke,
  sliceOfVerdicts,
  undo,
  verdictsOf,
} from './service.ts'

export const verdictsRouter = router({
  list: protectedProcedure('verdict:read', VerdictList).query(({ ctx, input }) => listVerdicts(ctx, input)),
  page: protectedProcedure('verdict:read', VerdictSlice).query(({ ctx, input }) => sliceOfVerdicts(ctx, input)),
  of: protectedProcedure('verdict:read', Observables).query(({ ctx, input }) => verdictsOf(ctx, input.observables)),
  history: protectedProcedure('verdict:read', Observable).query(({ ctx, input }) => historyOf(ctx, input)),
  revision: protectedProcedure('verdict:read', Nothing).query(({ ctx }) => revisionOf(ctx)),
  decide: protectedProcedure('verdict:write', NewVerdict).mutation(({ ctx, input }) => decide(ctx, input)),
  clear: protectedProcedure('verdict:write', Observables).mutation(({ ctx, input }) => clear(ctx, input.observables)),
  revoke: protectedProcedure('verdict:write', VerdictVersion).mutation(({ ctx, input }) => revoke(ctx, input)),
  undo: protectedProcedure('verdict:write', UndoToken).mutation(({ ctx, input }) => undo(ctx, input.token)),
})
