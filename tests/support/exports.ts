import { tokenOf } from '../rest/client.ts'
import { send } from './product-client.ts'
import type { Tenant } from './world.ts'

/** A file of rows as a program downloads it, with a person's token. */
export async function exported(
  tenant: Tenant,
  asked: Record<string, string | number>,
  role: 'viewer' | 'user' = 'viewer',
) {
  const query = new URLSearchParams(Object.entries(asked).map(([name, value]) => [name, String(value)]))
  return send(`/api/rows/export?${query}`, { headers: { authorization: `Bearer ${await tokenOf(tenant, role)}` } })
}
