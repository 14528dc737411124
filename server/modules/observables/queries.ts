import { hostsSeen, mergedHosts, survivor } from '#server/modules/hosts/service.ts'
import { tallyOf } from '#server/platform/table.ts'
import type { Ctx } from '#server/platform/trpc.ts'

/** SQL for the host that stands for a row's, SQL for how many there are of a value, and how many stand for themselves. */
export type Fleet = { host: ReturnType<typeof survivor>; seenOn: string; hosts: number }

/** The fleet as numbers of hosts are counted: merged ones are the one that stands for them. */
export async function fleetOf(ctx: Pick<Ctx, 'db'>): Promise<Fleet> {
  const merged = await mergedHosts(ctx.db)
  return { host: survivor(merged), seenOn: hostsSeen(merged), hosts: await tallyOf(ctx, 'host') }
}

/** Names and systems of hosts, by id. */
export async function hostsNamed({ db }: Pick<Ctx, 'db'>, ids: number[]) {
  if (ids.length === 0) return new Map<number, { hostname: string; os: string | null }>()
  const found = await db.selectFrom('host').select(['id', 'hostname', 'os']).where('id', 'in', ids).execute()
  return new Map(found.map(({ id, hostname, os }) => [id, { hostname, os }]))
}

const NEWEST = 5

/** Where the last deliveries that were stored begin: the oldest id among them; null when nothing was delivered. */
export async function newestFrom({ db }: Pick<Ctx, 'db'>): Promise<number | null> {
  const found = await db
    .selectFrom('batch')
    .select('id')
    .where('state', '=', 'done')
    .where('stored', '>', 0)
    .orderBy('id', 'desc')
    .limit(NEWEST)
    .execute()
  return found.at(-1)?.id ?? null
}
