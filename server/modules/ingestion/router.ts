import { SourceId } from '#server/modules/sources/schema.ts'
import { AppError } from '#server/platform/errors.ts'
import { Nothing, Slice } from '#server/platform/input.ts'
import { adminProcedure, detachedProcedure, protectedProcedure, router } from '#server/platform/trpc.ts'
import { delivery, members, rejectsOf } from './ledger.ts'
import { batchesById, getBatch, listBatches, sourceLedger } from './queries.ts'
import { discard, repair, replay } from './repairs.ts'
import {
  ArchiveKey,
  BatchId,
  BatchList,
  Delivery,
  MemberList,
  NameArtifact,
  Push,
  RejectList,
  Repair,
  Replay,
  Unlock,
} from './schema.ts'
import { push, receive } from './service.ts'
import { archiveKey, nameArtifact, removeArchiveKey, saveArchiveKey, sealedPassword, unlock } from './waiting.ts'

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
  unlock: protectedProcedure('batch:repair', Unlock).mutation(({ ctx, input }) => unlock(ctx, input)),
  nameArtifact: protectedProcedure('batch:repair', NameArtifact).mutation(({ ctx, input }) => nameArtifact(ctx, input)),
  archiveKey: protectedProcedure('batch:read', Nothing).query(({ ctx }) => archiveKey(ctx)),
  saveArchiveKey: adminProcedure('source:write', ArchiveKey).mutation(({ ctx, input }) => saveArchiveKey(ctx, input)),
  removeArchiveKey: adminProcedure('source:write', Nothing).mutation(({ ctx }) => removeArchiveKey(ctx)),
  ofSource: adminProcedure('source:read', SourceId).query(({ ctx, input }) => sourceLedger(ctx, input.id)),
  push: detachedProcedure('ingest:write', Push).mutation(({ ctx, input }) => push(ctx, input)),
  receive: protectedProcedure('ingest:write', Delivery).mutation(({ ctx, input }) => {
    const { idempotencyKey, password, ...facts } = input
    const { delivered } = ctx
    if (!delivered) throw new AppError('invalid', 'Send the delivery itself to POST /api/ingestion/batches.')
    const sealed_password = password ? sealedPassword(ctx, delivered.sha256, password) : null
    return receive(ctx, { ...facts, sealed_password }, delivered, idempotencyKey)
  }),
})
