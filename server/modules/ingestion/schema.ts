import { z } from 'zod'
import { BatchFormat, BatchState } from '#db/types.ts'
import { Hostname } from '#server/modules/hosts/schema.ts'
import { ById, blank, Id, instant, line, listInput, whole } from '#server/platform/input.ts'

export const BatchId = ById
export const BatchList = listInput(['created_at'], {
  state: z.preprocess(blank, z.enum(BatchState).optional()),
  format: z.preprocess(blank, z.enum(BatchFormat).optional()),
  sourceId: z.preprocess(blank, Id.optional()),
  from: instant,
  to: instant,
  /** with: only those that have rejected lines. */
  rejects: z.preprocess(blank, z.enum(['with']).optional()),
})
export type LedgerFilter = Partial<Omit<z.infer<typeof BatchList>, 'sort' | 'dir' | 'cursor' | 'limit'>>
export const MemberList = ById.extend({
  after: whole(0, 1e9).default(0),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})
export const RejectList = ById.extend({
  after: z.coerce.number().int().min(0).default(0),
  skip: whole(0, 1e12).default(0),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
})

/** Loads a failed delivery again; what its rows do not say can be said now. */
export const Replay = ById.extend({
  artifact: z.preprocess(blank, line(255).optional()),
  hostname: z.preprocess(blank, line(255).optional()),
})

/** Rejected lines, mended by hand; lines as they were are left out. */
export const Repair = Replay.extend({
  lines: z
    .array(z.object({ line: whole(1, Number.MAX_SAFE_INTEGER), raw: z.string().max(64 * 1024) }))
    .min(1)
    .max(200),
})

const name = (max: number) => z.preprocess(blank, line(max).optional())

/** What the request may say of a delivery whose rows do not say it themselves. */
export const DeliveryFacts = z.object({
  artifact: name(255),
  hostname: name(255),
  client_id: name(255),
  flow_id: name(255),
  filename: name(255),
  repairs: z
    .preprocess(blank, Id.optional())
    .meta({ description: 'The delivery whose rejected lines these are, mended.' }),
  format: z.preprocess(blank, z.enum(['jsonl', 'csv', 'auto']).default('auto')),
})

/** 1 to 255 visible characters (IETF draft Idempotency-Key). */
export const IdempotencyKey = z.string().regex(/^[\x21-\x7e]{1,255}$/, 'Must be 1 to 255 visible characters.')

/** What opens an encrypted archive. */
export const ArchivePassword = z.string().min(1).max(1024)

/** What every door may enter: the forwarders' say themselves what they took. */
export const Delivery = DeliveryFacts.extend({
  format: z.enum(['jsonl', 'csv', 'auto', 'elastic', 'hec', 'logscale']).default('auto'),
  idempotencyKey: IdempotencyKey.optional(),
  password: ArchivePassword.optional(),
  /** Of a body that may come twice as different evidence: which earlier ones it repeats for sure not, whose answer was read. */
  earlier: z.object({ apart: z.array(Id).max(10_000), heard: z.array(Id).max(10_000) }).optional(),
})

/** Where a hunt's flows are told apart by host only: `F.X.H` on every client belongs to hunt `H.X`. '' for other flows. */
export const huntOf = (flowId: string): string => flowId.match(/^F\.([^.]+)\.H$/)?.[1]?.replace(/^/, 'H.') ?? ''

/** Another password for an archive that waits for one. */
export const Unlock = ById.extend({ password: ArchivePassword.meta({ title: 'Password' }) })

/** The artifact, and where needed the host, of a delivery that waits for its name. */
export const NameArtifact = ById.extend({
  artifact: line(255).meta({ title: 'Artifact' }),
  hostname: name(255).meta({ title: 'Host' }),
  client_id: name(255),
})

/** The RSA private key for archives that collectors encrypt for the tenant, as PEM. */
export const ArchiveKey = z.object({ pem: z.string().min(1).max(16_384).meta({ title: 'Private key' }) })

/** The seed's one-object push. */
export const Push = z.object({
  hostname: Hostname,
  data: z.record(z.string(), z.unknown()),
})
