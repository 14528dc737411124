import { setTimeout as sleep } from 'node:timers/promises'
import type { Kysely } from 'kysely'
import type { Tables } from '#db/types.ts'
import { ENDED, endedOf } from '../backlog.ts'
import type { Api } from '../router.ts'
import type { Call } from './route.ts'

export type LedgerLine = Awaited<ReturnType<Api['ingestion']['get']>>

const PATIENCE_MS = 10_000
const LOOK_MS = 25
// Each holds a connection open: the rest are told where to look instead.
const AT_ONCE = 100

/** The delivery once it has ended or waits for a person, or as it is after ten seconds, or when the client has gone or too many wait. */
export async function settled(
  { api, actor, base, res }: Pick<Call<unknown, unknown>, 'api' | 'actor' | 'base' | 'res'>,
  batch: LedgerLine,
): Promise<LedgerLine> {
  if (hasEnded(batch) || !actor) return batch
  const watch = watches.get(base.pool) ?? watchEnds(base.pool)
  watches.set(base.pool, watch)
  if (watch.size() >= AT_ONCE || res.destroyed) return batch
  const over = new AbortController()
  const leave = () => over.abort()
  const patience = setTimeout(leave, PATIENCE_MS)
  res.once('close', leave)
  await watch.end({ tenantId: actor.tenantId, id: batch.id }, over.signal)
  res.off('close', leave)
  clearTimeout(patience)
  return res.destroyed ? batch : api.ingestion.get({ id: batch.id })
}

export const hasEnded = ({ state }: LedgerLine) => ENDED.some((ended) => ended === state)

const watches = new WeakMap<Kysely<Tables>, ReturnType<typeof watchEnds>>()

type Asked = { tenantId: number; id: number }

/** Looks for the ends of all deliveries that are waited for, with one question however many they are. */
function watchEnds(pool: Kysely<Tables>) {
  const waiting = new Set<Asked & { tell: () => void }>()
  let looking = false
  const look = async () => {
    looking = true
    while (waiting.size > 0) {
      await sleep(LOOK_MS)
      const ended = new Set(await endedOf(pool, [...waiting]).catch(() => [])) // the next look may be answered
      for (const one of waiting) if (ended.has(one.id)) one.tell()
    }
    looking = false
  }
  return {
    size: () => waiting.size,

    /** Resolves when the delivery has ended, or nobody waits for that any more. */
    end: (asked: Asked, over: AbortSignal) =>
      new Promise<void>((resolve) => {
        const one = { ...asked, tell: () => void (waiting.delete(one) && resolve()) }
        waiting.add(one)
        over.addEventListener('abort', one.tell, { once: true })
        if (!looking) void look()
      }),
  }
}
