/** The current time. Everything that expires asks here, so that a test can move the clock. */
export let now = (): Date => new Date()

/** Replaces the clock; without an argument, restores it. For tests. */
export function setClock(read: () => Date = () => new Date()): void {
  now = read
}
