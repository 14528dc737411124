import { hostIdsOf, mergedHosts } from '#server/modules/hosts/service.ts'
import { namesOf } from '#server/modules/telemetry/queries.ts'
import { shiftsOf } from '#server/modules/timeline/queries.ts'
import type { Narrowing } from '#server/modules/timeline/rows.ts'
import { farthestTrue } from '#server/platform/clock.ts'
import { missing, tallyOf } from '#server/platform/table.ts'
import { orAway } from '#server/platform/telemetry.ts'
import type { TenantDb } from '#server/platform/tenant.ts'
import type { DetachedCtx } from '#server/platform/trpc.ts'
import { lastTwoDeliveries } from './queries.ts'
import { differences, hourly, newestEvent, rarest } from './rows.ts'
import { INVENTORY } from './schema.ts'

type Own = { host: { id: number; hostname: string }; hosts: number[] }

/** A host as the one that stands for it, with all that are one with it. Throws `not_found` for another tenant's. */
async function hostOf(db: TenantDb, hostId: number): Promise<Own> {
  const hosts = await hostIdsOf(db, hostId)
  const host = hosts.length > 0 ? (await namesOf(db, [hostId])).get(hostId) : undefined
  return { host: host ?? missing('host'), hosts }
}

/** The rarest things on a host, with on how many of all hosts each was seen; null while the row engine is away. */
export async function rarestOf(ctx: DetachedCtx, { hostId, type }: { hostId: number; type?: string | undefined }) {
  const { host, hosts, merged, total } = await ctx.transact('read only', async (own) => ({
    ...(await hostOf(own.db, hostId)),
    merged: await mergedHosts(own.db),
    total: await tallyOf(own, 'host'),
  }))
  const found = await orAway(rarest(ctx.rows, { hosts, merged, type }))
  const at = (ms: number | null) => (ms === null ? null : new Date(ms))
  return {
    host,
    totalHosts: total,
    values:
      found?.map(({ first_ms, last_ms, ...value }) => ({
        ...value,
        first_seen: at(first_ms),
        last_seen: at(last_ms),
      })) ?? null,
  }
}

/** What changed on a host between the two newest deliveries of each of its inventories; null while the row engine is away. */
export async function changesOf(ctx: DetachedCtx, hostId: number) {
  const { host, hosts, delivered } = await ctx.transact('read only', async ({ db }) => {
    const own = await hostOf(db, hostId)
    return { ...own, delivered: await lastTwoDeliveries(db, own.hosts) }
  })
  const inventories = delivered.filter(({ artifact }) => INVENTORY.test(artifact))
  const pairs = inventories.map(({ artifact, batches: [newest, previous] }) => ({
    artifact,
    newest: newest!.id,
    previous: previous!.id,
  }))
  const found = await orAway(differences(ctx.rows, hosts, pairs))
  const changes = inventories.flatMap(({ artifact, batches: [newest, previous] }) => {
    const difference = found?.find((one) => one.artifact === artifact)
    return difference ? [{ ...difference, newest: newest!, previous: previous! }] : []
  })
  return { host, changes: found && changes }
}

const ACTIVITY_DAYS = 28
const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000

/**
 * Events of a host per hour (UTC) over the four weeks that end with its newest one, of those not more than a day ahead;
 * null while the row engine is away. Throws `not_found` for a foreign host.
 */
export async function activityOf(ctx: DetachedCtx, hostId: number) {
  const { host, hosts, shifts } = await ctx.transact('read only', async ({ db }) => ({
    ...(await hostOf(db, hostId)),
    shifts: await shiftsOf(db),
  }))
  const known = { condition: null, hostIds: hosts, from: null, to: farthestTrue(), shifts }
  return { host, activity: await orAway(hoursOf(ctx, known)) }
}

async function hoursOf({ rows }: DetachedCtx, known: Narrowing) {
  const newest = await newestEvent(rows, known)
  if (newest === null) return { from: null, hours: [] }
  const to = (Math.floor(newest / DAY_MS) + 1) * DAY_MS
  const from = to - ACTIVITY_DAYS * DAY_MS
  const found = await hourly(rows, { ...known, from, to })
  return { from: new Date(from), hours: found.map(({ hour, n }) => ({ at: new Date(hour * HOUR_MS), n })) }
}
