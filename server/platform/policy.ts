import type { MemberRole } from '#db/types.ts'

export type Role = MemberRole | 'ingest'

const everyone = ['viewer', 'user', 'lead', 'admin'] as const
const hunters = ['user', 'lead', 'admin'] as const
const leads = ['lead', 'admin'] as const
const admins = ['admin'] as const

/** Who may do what: the only place where roles are named. `ingest` is the role of a source's token. */
export const POLICY = {
  'profile:read': everyone,
  'profile:write': everyone,
  'activity:read': everyone,
  'host:read': everyone,
  'host:write': hunters,
  'row:read': everyone,
  'timeline:write': hunters,
  'column:read': everyone,
  'column:write': leads,
  'stack:remember': hunters,
  'view:read': everyone,
  'view:write': hunters,
  'mark:read': everyone,
  'mark:write': hunters,
  'observable:read': everyone,
  'verdict:read': everyone,
  'verdict:write': hunters,
  'batch:read': [...everyone, 'ingest'], // a source's token sees its own deliveries only
  'ingest:write': ['user', 'lead', 'admin', 'ingest'],
  'batch:repair': hunters,
  'alarm:read': everyone,
  'alarm:settle': hunters,
  'source:read': admins,
  'source:write': admins,
  'user:read': admins,
  'user:write': admins,
  'tenant:read': everyone,
  'tenant:write': admins,
  'tenant:create': everyone, // and an operator: tenants.create asks for that
  'tenant:end': everyone, // and an operator: tenants.end asks for that
  'retention:read': admins,
  'retention:write': admins,
  'enrichment:read': everyone,
  'enrichment:lookup': hunters,
  'enrichment:configure': admins,
} as const satisfies Record<string, readonly Role[]>

export type Permission = keyof typeof POLICY

export const allows = (role: Role, permission: Permission) => (POLICY[permission] as readonly Role[]).includes(role)
