import type { SourceKind } from '#db/types.ts'
import { base, ended, type Tenant } from '../support/world.ts'
import type { Row } from './stock-clients.ts'

/** Distinct rows of a few hosts and artifacts, in a hunt, with what JSON.parse would spoil. */
export const someRows = (count: number, tag = 'a'): Row[] =>
  Array.from({ length: count }, (_, n) => ({
    text: `{"N":${n},"Tag":"${tag}","z":9223372036854775807,"a.b":-0.10,"Path":"C:\\\\x\\u003cb\\u003e \\ud83d\\ude00","Deep":{"event":{"attributes":[1e2]}}}`,
    artifact: n % 3 === 0 ? 'Windows.System.Pslist' : 'Custom.Peer/Main',
    clientId: `C.${(n % 5).toString(16).padStart(16, '0')}`,
    hostname: `WS-${n % 5}`,
    flowId: 'F.D1ABCDEFGHIJK.H',
  }))

/** One row again and again, as a history file gives it. */
export const sameRows = (count: number): Row[] => Array(count).fill({ ...someRows(1)[0]!, artifact: 'Linux.History' })

export type Kept = { raw: string; artifact: string; host: string; client_id: string; flow_id: string; batch_id: number }

/** Every row of the tenant, by what it says, once all its deliveries have ended. */
export async function storedRows(tenant: Tenant): Promise<Kept[]> {
  for (const { id } of (await tenant.as('user').ingestion.list({ limit: 200 })).rows)
    await ended(() => tenant.as('user').ingestion.get({ id }))
  const rows = await base.telemetry
    .forTenant(tenant.id)
    .select<{ raw: string; artifact: string; host_id: number; flow_id: string; batch_id: number }>(
      `select raw, artifact, host_id, flow_id, batch_id from rows where tenant_id = {tenant:UInt64} order by raw`,
      {},
      { seconds: 60, maxRows: 1_000_000 },
    )
  const hosts = new Map(
    (await tenant.as('user').hosts.list({ limit: 200 })).rows.map((host) => [Number(host.id), host]),
  )
  return rows.map(({ host_id, ...row }) => {
    const host = hosts.get(Number(host_id))
    return { ...row, host: host?.hostname ?? '', client_id: host?.client_id ?? '' }
  })
}

/** The tenant's deliveries, once all have ended, oldest first. */
export async function deliveries(tenant: Tenant) {
  const { rows } = await tenant.as('user').ingestion.list({ limit: 200, dir: 'asc' })
  return Promise.all(rows.map(({ id }) => ended(() => tenant.as('user').ingestion.get({ id }))))
}

/** A source of a kind and its token. */
export const newSource = (tenant: Tenant, kind: SourceKind = 'rest') =>
  tenant.as('admin').sources.create({ name: `${kind}-${Math.random().toString(36).slice(2)}`, kind })

export const sorted = (texts: string[]) => [...texts].sort()
