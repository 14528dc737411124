import { setTimeout as sleep } from 'node:timers/promises'
import type { Api } from '../router.ts'
import type { Call } from './route.ts'

export type LedgerLine = Awaited<ReturnType<Api['ingestion']['get']>>

const PATIENCE_MS = 10_000
const FIRST_MS = 25
const LONGEST_MS = 200
// Each asks the database several times a second: the rest are told where to look instead.
const AT_ONCE = 24
let waiting = 0

/** The delivery once it has ended or waits for a person, or as it is after ten seconds, or when the client has gone or too many wait. */
export async function settled(
  { api, res }: Pick<Call<unknown, unknown>, 'api' | 'res'>,
  batch: LedgerLine,
): Promise<LedgerLine> {
  if (hasEnded(batch) || waiting >= AT_ONCE) return batch
  waiting += 1
  try {
    return await ended({ api, res }, batch)
  } finally {
    waiting -= 1
  }
}

async function ended({ api, res }: Pick<Call<unknown, unknown>, 'api' | 'res'>, batch: LedgerLine) {
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

export const hasEnded = ({ state }: LedgerLine) => state === 'done' || state === 'failed' || state === 'needs_artifact'
