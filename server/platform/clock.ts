/** The current time. Everything that expires asks here, so that a test can move the clock. */
export let now = (): Date => new Date()

const HOUR_MS = 3_600_000

/** A day ahead, to the end of that hour, in ms: what is dated later cannot be true. The same for an hour, so that an answer can be. */
export const farthestTrue = (): number => (Math.floor(now().getTime() / HOUR_MS) + 25) * HOUR_MS

/** Replaces the clock; without an argument, restores it. For tests. */
export function setClock(read: () => Date = () => new Date()): void {
  now = read
}
