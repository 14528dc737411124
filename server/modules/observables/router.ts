import { Nothing } from '#server/platform/input.ts'
import { detachedProcedure, router } from '#server/platform/trpc.ts'
import { Cells, Observable, Pasted } from './schema.ts'
import { dossierOf, findPasted, newestValues, ofCells, prevalenceOf } from './service.ts'

export const observablesRouter = router({
  ofCells: detachedProcedure('observable:read', Cells).query(({ ctx, input }) => ofCells(ctx, input.cells)),
  dossier: detachedProcedure('observable:read', Observable).query(({ ctx, input }) => dossierOf(ctx, input)),
  find: detachedProcedure('observable:read', Pasted).query(({ ctx, input }) => findPasted(ctx, input.text)),
  prevalence: detachedProcedure('observable:read', Observable).query(({ ctx, input }) => prevalenceOf(ctx, input)),
  newest: detachedProcedure('observable:read', Nothing).query(({ ctx }) => newestValues(ctx)),
})
