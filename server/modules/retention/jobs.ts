import { z } from 'zod'
import { forgetFreshness } from '#server/modules/hosts/service.ts'
import { forgetRemoved } from '#server/modules/timeline/queries.ts'
import { record } from '#server/platform/activity.ts'
import { type JobCtx, job } from '#server/platform/jobs.ts'
import { artifactsOf, reaches, rejectingUpTo, unfinished } from './queries.ts'
import { deleteReached, deleteRejects, heldOf, type Reach, rowsReached } from './rows.ts'

/**
 * Deletes the rows whose time has come, rule by rule, and says in the activity how many; and what people removed for good,
 * whatever the rules. Repeating it changes nothing.
 */
export const applyRetention = job('retention.apply', z.object({}), async (ctx) => {
  await ctx.transact('read write', (db) => forgetRemoved(db))
  const rules = await ctx.transact('read only', (db) => reaches(db))
  for (const { rule, reach } of rules) {
    if (!reach || ctx.signal.aborted) continue
    await applyRule(ctx, rule.id, rule.days ?? 0, reach)
  }
})

async function applyRule(ctx: JobCtx, id: number, days: number, reach: Reach) {
  const taken = await rowsReached(ctx.rows, reach)
  const rows = taken.reduce((sum, one) => sum + one.rows, 0)
  await deleteReached(ctx.rows, reach)
  await deleteRejects(ctx.rows, await ctx.transact('read only', (db) => rejectingUpTo(db, reach)))
  await countAnew(ctx, reach)
  if (rows === 0) return
  const who = { actor: { accountId: null, name: 'worker' }, requestId: `retention-${id}` }
  const detail = { rows, days, artifact: reach.artifact || 'all', artifacts: taken.length }
  await ctx.transact('read write', (db) =>
    record({ db, ...who }, 'retention.applied', { type: 'retention', id }, detail),
  )
}

/** Tells the hosts what is left of each artifact; also of those that an earlier try emptied before it was cut off. */
async function countAnew(ctx: JobCtx, reach: Reach) {
  const asOf = new Date()
  const { artifacts, open } = await ctx.transact('read only', async (db) => ({
    artifacts: await artifactsOf(db, reach),
    open: await unfinished(db),
  }))
  for (const artifact of artifacts) {
    const held = await heldOf(ctx.rows, artifact, open)
    await ctx.transact('read write', (db) => forgetFreshness(db, artifact, held, asOf))
  }
}
