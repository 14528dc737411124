import { z } from 'zod'
import { AlarmKind, AlarmState, BatchFormat, BatchState, MemberRole, VerdictKind, VerdictScope } from '#db/types.ts'

/** What the REST bridge answers: exactly these fields, whatever a procedure returns beside them. */
export const UserRead = z.object({
  username: z.string(),
  role: z.enum(MemberRole),
  tenant_id: z.int(),
  id: z.int(),
  is_active: z.boolean(),
  created_at: z.date(),
})

export const Token = z.object({ access_token: z.string(), token_type: z.literal('bearer') })

export const TenantRead = z.object({ id: z.int(), name: z.string(), description: z.string().nullable() })

export const HostRead = z.object({
  id: z.int(),
  hostname: z.string(),
  ip_address: z.string().nullable(),
  os: z.string().nullable(),
  tenant_id: z.int(),
  host_metadata: z.record(z.string(), z.unknown()).nullable(),
  created_at: z.date(),
  last_seen: z.date(),
})

export const BatchRead = z.object({
  id: z.int(),
  state: z.enum(BatchState),
  format: z.enum(BatchFormat).nullable(),
  artifact: z.string().nullable(),
  received: z.int(),
  stored: z.int(),
  duplicate: z.int(),
  rejected: z.int(),
  bytes: z.int(),
  sha256: z.string(),
  error: z.string().nullable(),
  proposed: z
    .object({
      artifacts: z.array(z.object({ artifact: z.string(), share_pct: z.number() })),
      columns: z.array(z.string()),
      needs_host: z.boolean(),
    })
    .nullable()
    .meta({ description: 'While the state is needs_artifact: what these rows could be, by their columns.' }),
  locked_at: z.date().nullable().meta({ description: 'Since when an encrypted archive waits for another password.' }),
  same_content_as: z.int().nullable(),
  repairs: z.int().nullable(),
  created_at: z.date(),
  done_at: z.date().nullable(),
})

export const AlarmRead = z.object({
  id: z.int(),
  kind: z.enum(AlarmKind),
  state: z.enum(AlarmState),
  says: z.string(),
  source_id: z.int().nullable(),
  source_name: z.string().nullable(),
  artifact: z.string().nullable(),
  batch_id: z.int().nullable(),
  times: z.int(),
  opened_at: z.date(),
  last_at: z.date(),
  acknowledged_at: z.date().nullable(),
  closed_at: z.date().nullable(),
})

export const RejectRead = z.object({
  line: z.int(),
  code: z.string(),
  reason: z.string(),
  file: z.string().nullable(),
  line_in: z.int().nullable(),
  raw: z.string(),
  bytes: z.int(),
})

export const Ingested = z.object({ message: z.literal('Data ingested successfully'), host_id: z.int() })

export const Verdict = z.object({
  hash: z.string(),
  malicious: z.int().nullable(),
  suspicious: z.int().nullable(),
  harmless: z.int().nullable(),
  undetected: z.int().nullable(),
  names: z.array(z.string()),
  fetched_at: z.date().nullable(),
  message: z.string().nullable(),
  cached: z.boolean(),
})

export const VerdictRead = z.object({
  id: z.int(),
  type: z.string(),
  value: z.string(),
  shape: z.string().meta({ description: 'Set when it holds for every value of this shape.' }),
  verdict: z.enum(VerdictKind),
  scope: z.enum(VerdictScope),
  scope_value: z.string().meta({ description: 'The label, the id of the host, or the name of the parent process.' }),
  reason: z.string(),
  owner_name: z.string(),
  decided_at: z.date(),
  expires_at: z.date().nullable(),
  version: z.int(),
})

export const Deed = z.object({ ids: z.array(z.int()), undo: z.string() })

export const ObservableRead = z.object({
  type: z.string(),
  value: z.string(),
  shape: z.string(),
  hosts: z.int(),
  total_hosts: z.int(),
  verdict: VerdictRead.pick({
    id: true, verdict: true, scope: true, scope_value: true, reason: true, owner_name: true, expires_at: true, version: true,
  })
    .extend({ partial: z.boolean().meta({ description: 'It may not hold on every host or under every parent process.' }) })
    .nullable(), // biome-ignore format: a list to read across
})

export const Problem = z.object({ detail: z.string() })

export const InvalidRequest = z.object({
  detail: z.union([
    z.array(
      z.object({
        type: z.string(),
        loc: z.array(z.union([z.string(), z.int()])),
        msg: z.string(),
        input: z.unknown(),
      }),
    ),
    z.string(),
  ]),
})

/** The shapes that have a name of their own in the OpenAPI document. */
export const NAMED = {
  UserRead,
  Token,
  TenantRead,
  HostRead,
  BatchRead,
  AlarmRead,
  RejectRead,
  Ingested,
  Verdict,
  VerdictRead,
  Deed,
  ObservableRead,
  Problem,
  InvalidRequest,
}
