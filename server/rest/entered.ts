import { AppError, fromDatabase } from '../platform/errors.ts'
import { inTenant } from '../platform/tenant.ts'
import type { Actor } from '../platform/trpc.ts'
import type { RestBase } from './route.ts'

type Try = { actor: Actor | null; requestId: string; name: string }

/**
 * Whether the ledger may have a spooled delivery although entering it failed: a connection lost in the middle of COMMIT
 * leaves that open. Then its file may be all there is: it goes only when the ledger says it does not know it; the sweep
 * takes what is left.
 */
export async function mayBeEntered(
  { pool }: RestBase,
  { actor, requestId, name }: Try,
  error: unknown,
): Promise<boolean> {
  const cause = fromDatabase((error as { cause?: unknown }).cause ?? error)
  if (!actor || !(cause instanceof AppError) || cause.code !== 'unavailable') return false
  const known = await inTenant(pool, { ...actor, requestId }, 'read only', (db) =>
    db.selectFrom('batch').select('state').where('spool_name', '=', name).execute(),
  ).catch(() => null)
  return known === null || known.length > 0
}
