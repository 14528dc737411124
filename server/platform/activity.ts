import { enqueue, type Job } from './jobs.ts'
import type { TenantDb } from './tenant.ts'

export type Author = { accountId: number | null; name: string }
export type Subject = { type: string; id: number | string }
type Recording = { db: TenantDb; actor: Author; requestId: string }

type Started = Job<Record<string, never>>
const starts = new Map<string, Set<Started>>()
const queued = new WeakMap<TenantDb, Set<Started>>()

/** From now on, what is recorded under `verb` queues `job` for its tenant, in the same transaction. */
export const startOn = (verb: string, job: Started) => void starts.set(verb, (starts.get(verb) ?? new Set()).add(job))

/** Writes what happened to the tenant's activity, in the caller's transaction: without the entry there is no change. */
export async function record(
  ctx: Recording,
  verb: string,
  subject: Subject,
  detail: Record<string, unknown> = {},
): Promise<void> {
  await ctx.db
    .insertInto('activity')
    .values({
      actor_id: ctx.actor.accountId,
      actor_name: ctx.actor.name,
      verb,
      subject_type: subject.type,
      subject_id: String(subject.id),
      detail: JSON.stringify(detail),
      request_id: ctx.requestId,
    })
    .execute()
  await startJobs(ctx.db, verb)
}

// Once per transaction: a load may end hundreds of deliveries in one.
async function startJobs(db: TenantDb, verb: string) {
  const already = queued.get(db) ?? new Set()
  queued.set(db, already)
  for (const job of starts.get(verb) ?? []) {
    if (already.has(job)) continue
    already.add(job)
    await enqueue(db, job, {})
  }
}
