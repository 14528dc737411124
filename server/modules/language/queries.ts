import type { TenantDb } from '#server/platform/tenant.ts'

const MOST_HOSTS = 200_000

type Row = { id: number; merged_into: number | null; hostname: string; fqdn: string | null; client_id: string | null }

const WHICH = {
  any: ({ hostname, fqdn, client_id }: Row) => [hostname, fqdn, client_id],
  name: ({ hostname, fqdn }: Row) => [hostname, fqdn],
  client: ({ client_id }: Row) => [client_id],
} as const

/** Every host of the tenant with the names it goes by; a merged one leads to the host that stands for it. */
export async function hostNames(db: TenantDb, by: keyof typeof WHICH | 'label') {
  const labels = by === 'label' ? await labelsByHost(db) : null
  const hosts = await db
    .selectFrom('host')
    .select(['id', 'merged_into', 'hostname', 'fqdn', 'client_id'])
    .limit(MOST_HOSTS)
    .execute()
  return hosts.map((host) => ({
    id: host.id,
    survivor: host.merged_into ?? host.id,
    names: by === 'label' ? (labels?.get(host.id) ?? []) : WHICH[by](host).flatMap((name) => name ?? []),
  }))
}

async function labelsByHost(db: TenantDb): Promise<Map<number, string[]>> {
  const found = await db.selectFrom('host_label').select(['host_id', 'label']).where('removed_at', 'is', null).execute()
  const labels = new Map<number, string[]>()
  for (const { host_id, label } of found) labels.set(host_id, [...(labels.get(host_id) ?? []), label])
  return labels
}
