import { setTimeout as sleep } from 'node:timers/promises'
import type { Api } from '../router.ts'
import type { Call } from './route.ts'

export type LedgerLine = Awaited<ReturnType<Api['ingestion']['get']>>

const PATIENCE_MS = 10_000
const FIRST_MS = 25
const LONGEST_MS = 200

/** The delivery once it has ended, or as it is after ten seconds, or when the client has gone. */
export async function settled(
  { api, res }: Pick<Call<unknown, unknown>, 'api' | 'res'>,
  batch: LedgerLine,
): Promise<LedgerLine> {
  const until = Date.now() + PATIENCE_MS
  let seen = batch
  for (
    let pause = FIRST_MS;
    !hasEnded(seen) && Date.now() < until && !res.destroyed;
    pause = Math.min(pause * 1.5, LONGEST_MS)
  ) {
    await sleep(pause)
    seen = await api.ingestion.get({ id: batch.id })
  }
  return seen
}

export const hasEnded = ({ state }: LedgerLine) => state === 'done' || state === 'failed'
