import type { TenantDb } from './tenant.ts'

export type Author = { accountId: number | null; name: string }
export type Subject = { type: string; id: number | string }
type Recording = { db: TenantDb; actor: Author; requestId: string }

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
}
