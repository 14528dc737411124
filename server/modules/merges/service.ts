import type { z } from 'zod'
import { nameAgain } from '#server/modules/facts/service.ts'
import { getHost } from '#server/modules/hosts/queries.ts'
import { sumUpMerged } from '#server/modules/hosts/service.ts'
import { record } from '#server/platform/activity.ts'
import { AppError } from '#server/platform/errors.ts'
import { missing } from '#server/platform/table.ts'
import type { Ctx } from '#server/platform/trpc.ts'
import { below, candidatesFor, type Side, sideOf } from './queries.ts'
import type { Candidates, HostMerge, HostPair, HostSplit } from './schema.ts'

/** A host and those that may be the same one. Throws `not_found`. */
export async function candidates(ctx: Ctx, { id, q }: z.infer<typeof Candidates>) {
  const host = await getHost(ctx, id)
  const { id: own, hostname, client_id } = host
  return { host: { id: own, hostname, client_id }, candidates: await candidatesFor(ctx.db, host, q) }
}

/** Both hosts and why they cannot be merged, if so; nothing changes. Throws `not_found` when either is unknown. */
export async function preview({ db }: Ctx, { id, otherId }: z.infer<typeof HostPair>) {
  const [stays, goes] = [await sideOf(db, id), await sideOf(db, otherId)]
  if (!stays || !goes) return missing('host')
  return { stays, goes, problem: problemOf(stays, goes) }
}

type Party = Pick<Side, 'id' | 'hostname' | 'merged_into'>

function problemOf(stays: Party, goes: Party): string | null {
  if (stays.id === goes.id) return 'A host cannot be merged into itself.'
  if (goes.merged_into === stays.id) return `${goes.hostname} is merged into ${stays.hostname} already.`
  if (goes.merged_into !== null) return `${goes.hostname} is merged into another host. Split it from that one first.`
  if (stays.merged_into === goes.id)
    return `${stays.hostname} is merged into ${goes.hostname}: the other way round would be a circle. Split them first.`
  if (stays.merged_into !== null)
    return `${stays.hostname} is merged into another host itself. Merge into that one, or split it first.`
  return null
}

/**
 * Makes one host stand for another, and for those merged into that one. Nothing of either is rewritten: rows, facts and
 * labels stay where they are and are read together. Throws `not_found`, and `conflict` where it makes no sense.
 */
export async function merge(ctx: Ctx, { id, otherId, reason }: z.infer<typeof HostMerge>) {
  const { stays, goes } = await both(ctx, id, otherId)
  const problem = problemOf(stays, goes)
  if (problem) throw new AppError('conflict', problem)
  await ctx.db
    .updateTable('host')
    .set({ merged_into: id })
    .where((eb) => eb.or([eb('id', '=', otherId), eb('merged_into', '=', otherId)]))
    .execute()
  await ctx.db
    .insertInto('host_merge')
    .values({ host_id: otherId, into_id: id, reason, merged_by: ctx.actor.accountId, merged_by_name: ctx.actor.name })
    .execute()
  await settle(ctx, [id, otherId])
  await record(ctx, 'host.merged', { type: 'host', id }, { merged: otherId, hostname: goes.hostname, reason })
  return { id }
}

// In the order of their ids, so that two people who merge them either way round wait for one another.
async function both({ db }: Ctx, id: number, otherId: number) {
  const found = await db
    .selectFrom('host')
    .select(['id', 'hostname', 'merged_into'])
    .where('id', 'in', [id, otherId])
    .orderBy('id')
    .forUpdate()
    .execute()
  const [stays, goes] = [id, otherId].map((wanted) => found.find((host) => host.id === wanted) ?? missing('host'))
  return { stays: stays!, goes: goes! }
}

/**
 * Undoes the merge of a host: it stands for itself again, and for those that were merged into it before. Throws
 * `not_found`, and `conflict` when it is not merged.
 */
export async function split(ctx: Ctx, { id }: z.infer<typeof HostSplit>) {
  const { stays: host } = await both(ctx, id, id)
  const undone = await ctx.db
    .deleteFrom('host_merge')
    .where('host_id', '=', id)
    .returning(['into_id', 'reason'])
    .executeTakeFirst()
  if (!undone || host.merged_into === null) throw new AppError('conflict', `${host.hostname} is not merged.`)
  await ctx.db.updateTable('host').set({ merged_into: null }).where('id', '=', id).execute()
  const own = await below(ctx.db, id)
  if (own.length > 0) await ctx.db.updateTable('host').set({ merged_into: id }).where('id', 'in', own).execute()
  await settle(ctx, [host.merged_into, id])
  const detail = { from: host.merged_into, hostname: host.hostname, reason: undone.reason }
  await record(ctx, 'host.split', { type: 'host', id }, detail)
  return { id, from: host.merged_into }
}

async function settle({ db }: Ctx, ids: number[]) {
  await sumUpMerged(db, ids)
  await nameAgain(db, ids)
}
