import type { z } from 'zod'
import { record } from '#server/platform/activity.ts'
import { now } from '#server/platform/clock.ts'
import { enqueue } from '#server/platform/jobs.ts'
import type { Ctx, DetachedCtx } from '#server/platform/trpc.ts'
import { applyRetention } from './jobs.ts'
import { putRule, reaches } from './queries.ts'
import { type Reach, rowsReached } from './rows.ts'
import type { RetentionRule } from './schema.ts'

type Wanted = z.infer<typeof RetentionRule>

/** Sets how long rows are kept. Nothing goes before the next night, or before somebody asks for it. */
export async function setRule(ctx: Ctx, { artifact = '', days }: Wanted) {
  const { id } = await putRule(ctx.db, { artifact, days: days ?? null })
  await record(
    ctx,
    'retention.set',
    { type: 'retention', id },
    { artifact: artifact || 'all', days: days ?? 'for ever' },
  )
  return { id }
}

/** Takes a rule away: the general one holds then, or none. Repeating it changes nothing. */
export async function removeRule(ctx: Ctx, { artifact = '' }: Pick<Wanted, 'artifact'>) {
  const gone = await ctx.db.deleteFrom('retention').where('artifact', '=', artifact).returning('id').executeTakeFirst()
  if (!gone) return { removed: false }
  await record(ctx, 'retention.removed', { type: 'retention', id: gone.id }, { artifact: artifact || 'all' })
  return { removed: true }
}

/** The rules, each with the rows it would take now; null while the row engine is away. */
export async function rulesWithDue(ctx: DetachedCtx) {
  const found = await ctx.transact('read only', ({ db }) => reaches(db))
  const due = await Promise.all(found.map(({ reach }) => dueOf(ctx, reach).catch(() => null)))
  return found.map(({ rule }, at) => ({ ...rule, due: due[at] ?? null }))
}

/** How many rows would go now if `wanted` were a rule. */
export async function preview(ctx: DetachedCtx, { artifact = '', days }: Wanted) {
  const rule = { id: 0, artifact, days: days ?? null, updated_at: now() }
  const [found] = await ctx.transact('read only', ({ db }) => reaches(db, rule))
  const taken = found?.reach ? await rowsReached(ctx.rows, found.reach) : []
  return { rows: sumOf(taken), artifacts: taken.slice(0, 10) }
}

/** Has the rules applied now, in the background. */
export async function runNow(ctx: Ctx) {
  await enqueue(ctx.db, applyRetention, {})
  await record(ctx, 'retention.asked', { type: 'retention', id: 0 })
  return { queued: true }
}

const dueOf = async (ctx: DetachedCtx, reach: Reach | null) => (reach ? sumOf(await rowsReached(ctx.rows, reach)) : 0)
const sumOf = (taken: { rows: number }[]) => taken.reduce((sum, { rows }) => sum + rows, 0)
