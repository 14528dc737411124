import { detachedProcedure, protectedProcedure, router } from '#server/platform/trpc.ts'
import { annotationById, clockOf, editAnnotation, removeAnnotation, restoreAnnotation, setClock } from './queries.ts'
import {
  AnnotationEdit,
  AnnotationEnd,
  AnnotationId,
  ClockOffset,
  NewAnnotation,
  OfHost,
  TimelineView,
  UndoToken,
} from './schema.ts'
import { annotate, viewTimeline } from './service.ts'

export const timelineRouter = router({
  view: detachedProcedure('row:read', TimelineView).query(({ ctx, input }) => viewTimeline(ctx, input)),
  annotation: protectedProcedure('row:read', AnnotationId).query(({ ctx, input }) => annotationById(ctx.db, input.id)),
  annotate: detachedProcedure('timeline:write', NewAnnotation).mutation(({ ctx, input }) => annotate(ctx, input)),
  edit: protectedProcedure('timeline:write', AnnotationEdit).mutation(({ ctx, input }) => editAnnotation(ctx, input)),
  remove: protectedProcedure('timeline:write', AnnotationEnd).mutation(({ ctx, input }) =>
    removeAnnotation(ctx, input),
  ),
  restore: protectedProcedure('timeline:write', UndoToken).mutation(({ ctx, input }) =>
    restoreAnnotation(ctx, input.token),
  ),
  clock: protectedProcedure('row:read', OfHost).query(({ ctx, input }) => clockOf(ctx.db, input.hostId)),
  setClock: protectedProcedure('timeline:write', ClockOffset).mutation(({ ctx, input }) => setClock(ctx, input)),
})
