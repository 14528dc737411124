import type { z } from 'zod'
import type { Spooled } from '#server/platform/spool.ts'
import type { Ctx } from '#server/platform/trpc.ts'
import type { Delivery } from './schema.ts'

type Earlier = NonNullable<z.infer<typeof Delivery>['earlier']>

/**
 * Which copy a forwarder's body is among its source's deliveries with the same bytes. It repeats the first of them whose
 * answer may never have been read; when there is none, it is one more, and its rows are other rows.
 */
export async function copyOf(
  { db, actor }: Ctx,
  { sha256 }: Spooled,
  { apart, heard }: Earlier,
): Promise<{ repeats: number } | { copy: number }> {
  if (heard.length > 0)
    await db
      .updateTable('batch')
      .set({ heard_at: new Date() })
      .where('id', 'in', heard)
      .where('source_id', '=', actor.sourceId)
      .where('heard_at', 'is', null)
      .execute()
  const equals = await db
    .selectFrom('batch')
    .select(['id', 'copy', 'heard_at'])
    .where('sha256', '=', sha256)
    .where('source_id', '=', actor.sourceId)
    .orderBy('id')
    .execute()
  const unread = equals.find(({ id, heard_at }) => heard_at === null && !apart.includes(id))
  return unread ? { repeats: unread.id } : { copy: Math.max(0, ...equals.map(({ copy }) => copy)) + 1 }
}
