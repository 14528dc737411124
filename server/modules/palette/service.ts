import { ROLES } from '#server/modules/columns/schema.ts'
import { orAway } from '#server/platform/telemetry.ts'
import type { DetachedCtx } from '#server/platform/trpc.ts'
import { hostsLike, viewsLike } from './queries.ts'
import { valuesFrom } from './rows.ts'

const TYPES = ROLES.filter((role) => role !== 'time')
const SHORTEST = 2

/** Hosts, views and values for a few typed characters. Values are null while the row engine is away or too slow. */
export async function find(ctx: DetachedCtx, q: string | undefined) {
  if (!q) return { hosts: [], views: [], values: [] }
  const [records, values] = await Promise.all([
    ctx.transact('read only', async (open) => ({ hosts: await hostsLike(open, q), views: await viewsLike(open, q) })),
    q.length < SHORTEST ? [] : orAway(valuesFrom(ctx.rows, [...TYPES], q)),
  ])
  return { ...records, values }
}
