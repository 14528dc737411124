import { detachedProcedure, router } from '#server/platform/trpc.ts'
import { columnNames } from './rows.ts'
import { ArtifactColumns, Days, Everything, OfHost, RowId, RowList } from './schema.ts'
import { getRow, listArtifacts, listRows, newestOf, perDay } from './service.ts'

export const telemetryRouter = router({
  rows: detachedProcedure('row:read', RowList).query(({ ctx, input }) => listRows(ctx, input)),
  row: detachedProcedure('row:read', RowId).query(({ ctx, input }) => getRow(ctx, input.id)),
  ofHost: detachedProcedure('row:read', OfHost).query(({ ctx, input }) => newestOf(ctx, input.hostId)),
  artifacts: detachedProcedure('row:read', Everything).query(({ ctx }) => listArtifacts(ctx)),
  columns: detachedProcedure('row:read', ArtifactColumns).query(({ ctx, input }) =>
    columnNames(ctx.rows, input.artifact),
  ),
  perDay: detachedProcedure('row:read', Days).query(({ ctx, input }) => perDay(ctx, input.days)),
})
