import { hostIdsOf } from '#server/modules/hosts/service.ts'
import { mergedHosts } from '#server/modules/telemetry/queries.ts'
import { shiftsOf } from '#server/modules/timeline/queries.ts'
import type { Narrowing } from '#server/modules/timeline/rows.ts'
import { AppError } from '#server/platform/errors.ts'
import { missing, tallyOf } from '#server/platform/table.ts'
import type { DetachedCtx } from '#server/platform/trpc.ts'
import { lastTwoDeliveries } from './queries.ts'
import { differences, hourly, newestEvent, rarest } from './rows.ts'
import { INVENTORY } from './schema.ts'

/** The rarest things on a host, with on how many of all hosts each was seen; null while the row engine is away. */
export async function rarestOf(ctx: DetachedCtx, { hostId, type }: { hostId: number; type?: string | undefined }) {
  const { hosts, merged, total } = await ctx.transact('read only', async (own) => ({
    hosts: await hostIdsOf(own.db, hostId),
    merged: await mergedHosts(own.db),
    total: await tallyOf(own, 'host'),
  }))
  if (hosts.length === 0) missing('host')
  const found = await orAway(rarest(ctx.rows, { hosts, merged, type }))
  const at = (ms: number | null) => (ms === null ? null : new Date(ms))
  return {
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
  const { hosts, delivered } = await ctx.transact('read only', async ({ db }) => {
    const ids = await hostIdsOf(db, hostId)
    return { hosts: ids, delivered: ids.length > 0 ? await lastTwoDeliveries(db, ids) : [] }
  })
  if (hosts.length === 0) missing('host')
  const inventories = delivered.filter(({ artifact }) => INVENTORY.test(artifact))
  const pairs = inventories.map(({ artifact, batches: [newest, previous] }) => ({
    artifact,
    newest: newest!.id,
    previous: previous!.id,
  }))
  const found = await orAway(differences(ctx.rows, hosts, pairs))
  return (
    found &&
    inventories.flatMap(({ artifact, batches: [newest, previous] }) => {
      const difference = found.find((one) => one.artifact === artifact)
      return difference ? [{ ...difference, newest: newest!, previous: previous! }] : []
    })
  )
}

const ACTIVITY_DAYS = 28
const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000

/**
 * Events of a host per hour (UTC) over the four weeks that end with its newest one, of those not more than a day ahead;
 * null while the row engine is away. Throws `not_found` for a foreign host.
 */
export async function activityOf(ctx: DetachedCtx, hostId: number) {
  const { hostIds, shifts } = await ctx.transact('read only', async ({ db }) => ({
    hostIds: await hostIdsOf(db, hostId),
    shifts: await shiftsOf(db),
  }))
  if (hostIds.length === 0) missing('host')
  return orAway(hoursOf(ctx, { condition: null, hostIds, from: null, to: Date.now() + DAY_MS, shifts }))
}

async function hoursOf({ rows }: DetachedCtx, known: Narrowing) {
  const newest = await newestEvent(rows, known)
  if (newest === null) return { from: null, hours: [] }
  const to = (Math.floor(newest / DAY_MS) + 1) * DAY_MS
  const from = to - ACTIVITY_DAYS * DAY_MS
  const found = await hourly(rows, { ...known, from, to })
  return { from: new Date(from), hours: found.map(({ hour, n }) => ({ at: new Date(hour * HOUR_MS), n })) }
}

async function orAway<T>(answer: Promise<T>): Promise<T | null> {
  return answer.catch((error: unknown) => {
    if (error instanceof AppError && error.code === 'unavailable') return null
    throw error
  })
}
