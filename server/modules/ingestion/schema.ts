import { z } from 'zod'
import { BatchState } from '#db/types.ts'
import { Hostname } from '#server/modules/hosts/schema.ts'
import { ById, blank, line, listInput, whole } from '#server/platform/input.ts'

export const BatchId = ById
export const BatchList = listInput(['created_at'], { state: z.preprocess(blank, z.enum(BatchState).optional()) })
export const RejectList = ById.extend({
  after: z.coerce.number().int().min(0).default(0),
  skip: whole(0, 1e12).default(0),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
})

const name = (max: number) => z.preprocess(blank, line(max).optional())

/** What the request may say of a delivery whose rows do not say it themselves. */
export const DeliveryFacts = z.object({
  artifact: name(255),
  hostname: name(255),
  client_id: name(255),
  flow_id: name(255),
  filename: name(255),
  format: z.preprocess(blank, z.enum(['jsonl', 'csv', 'auto']).default('auto')),
})

/** 1 to 255 visible characters (IETF draft Idempotency-Key). */
export const IdempotencyKey = z.string().regex(/^[\x21-\x7e]{1,255}$/, 'Must be 1 to 255 visible characters.')

/** The seed's one-object push. */
export const Push = z.object({
  hostname: Hostname,
  data: z.record(z.string(), z.unknown()),
})
