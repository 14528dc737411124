import { activity } from '#server/modules/activity/queries.ts'
import { standing } from '#server/modules/alarms/service.ts'
import { listBatches } from '#server/modules/ingestion/queries.ts'
import { totals } from '#server/modules/telemetry/rows.ts'
import { listArtifacts, perDay } from '#server/modules/telemetry/service.ts'
import { tallyOf } from '#server/platform/table.ts'
import { orAway } from '#server/platform/telemetry.ts'
import type { Ctx, DetachedCtx } from '#server/platform/trpc.ts'

const LATEST = { sort: 'created_at', dir: 'desc', limit: 8 } as const

/** What the tenant holds and what happened last. `rows` is null while the row engine is away; the records still come. */
export async function overview(ctx: DetachedCtx) {
  const [records, rows] = await Promise.all([ctx.transact('read only', recordsOf), orAway(rowsOf(ctx))])
  return { ...records, ...(rows ?? { rows: null, perDay: [], artifacts: [], artifactCount: null }) }
}

async function recordsOf(ctx: Ctx) {
  const { db } = ctx
  const total = await tallyOf(ctx, 'host')
  const { seen24h } = await db
    .selectFrom('host')
    .select((eb) => eb.fn.countAll<number>().as('seen24h'))
    .where('last_seen_at', '>', dayAgo())
    .executeTakeFirstOrThrow()
  const batches = await db
    .selectFrom('batch')
    .select((eb) => [
      eb.fn.countAll<number>().filterWhere('state', '=', 'done').filterWhere('done_at', '>', dayAgo()).as('done24h'),
      eb.fn
        .countAll<number>()
        .filterWhere('state', '=', 'failed')
        .filterWhere('done_at', '>', dayAgo())
        .as('failed24h'),
      eb.fn.countAll<number>().filterWhere('state', 'in', ['receiving', 'spooled', 'loading']).as('inProgress'),
    ])
    .executeTakeFirstOrThrow()
  const sources = await db
    .selectFrom('source')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .where('revoked_at', 'is', null)
    .executeTakeFirstOrThrow()
  const { rows: latest } = await listBatches(ctx, LATEST)
  const alarms = await standing(ctx)
  const { rows: recent } = await activity.list(ctx, { ...LATEST, limit: 10 })
  return { hosts: { total, seen24h }, batches: { ...batches, latest }, sources: sources.n, alarms, activity: recent }
}

async function rowsOf(ctx: DetachedCtx) {
  const [sum, days, artifacts] = await Promise.all([totals(ctx.rows), perDay(ctx, 30), listArtifacts(ctx)])
  const top = artifacts.sort((a, b) => b.rows - a.rows).slice(0, 10)
  return { rows: sum, perDay: days, artifacts: top, artifactCount: artifacts.length }
}

const dayAgo = () => new Date(Date.now() - 86_400_000)
