import { AppError } from '#server/platform/errors.ts'
import { Slice } from '#server/platform/input.ts'
import { detachedProcedure, protectedProcedure, router } from '#server/platform/trpc.ts'
import { delivery, members, rejectsOf } from './ledger.ts'
import { batchesById, getBatch, listBatches } from './queries.ts'
import { discard, repair, replay } from './repairs.ts'
import { BatchId, BatchList, Delivery, MemberList, Push, RejectList, Repair, Replay } from './schema.ts'
import { push, receive } from './service.ts'

export const ingestionRouter = router({
  list: protectedProcedure('batch:read', BatchList).query(({ ctx, input }) => listBatches(ctx, input)),
  page: protectedProcedure('batch:read', Slice).query(({ ctx, input }) => batchesById(ctx, input)),
  get: protectedProcedure('batch:read', BatchId).query(({ ctx, input }) => getBatch(ctx, input.id)),
  rejects: detachedProcedure('batch:read', RejectList).query(({ ctx, input }) => rejectsOf(ctx, input)),
  delivery: protectedProcedure('batch:read', BatchId).query(({ ctx, input }) => delivery(ctx, input)),
  members: protectedProcedure('batch:read', MemberList).query(({ ctx, input }) => members(ctx, input)),
  replay: detachedProcedure('batch:repair', Replay).mutation(({ ctx, input }) => replay(ctx, input)),
  discard: detachedProcedure('batch:repair', BatchId).mutation(({ ctx, input }) => discard(ctx, input)),
  repair: detachedProcedure('batch:repair', Repair).mutation(({ ctx, input }) => repair(ctx, input)),
  push: detachedProcedure('ingest:write', Push).mutation(({ ctx, input }) => push(ctx, input)),
  receive: protectedProcedure('ingest:write', Delivery).mutation(({ ctx, input: { idempotencyKey, ...facts } }) => {
    if (!ctx.delivered) throw new AppError('invalid', 'Send the delivery itself to POST /api/ingestion/batches.')
    return receive(ctx, facts, ctx.delivered, idempotencyKey)
  }),
})
