import { setTimeout as sleep } from 'node:timers/promises'

/**
 * The least of up to forty measurements in ms, ending with the first below `enough`: what a piece of work costs when
 * nothing else holds the machine. Work that always costs more is found out; a busy neighbour is not.
 */
export async function leastOf(enough: number, measure: () => Promise<number>): Promise<number> {
  let least = Number.POSITIVE_INFINITY
  for (let round = 0; round < 40 && least >= enough; round += 1) {
    if (round > 2) await sleep(100)
    least = Math.min(least, await measure())
  }
  return least
}

/** How long `work` took, in ms. */
export async function msOf(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return performance.now() - started
}
