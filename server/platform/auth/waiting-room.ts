import { AppError } from '../errors.ts'

/** Runs at most `atOnce` pieces of work side by side and lets `waiting` more wait. Beyond that: AppError `rate_limited`. */
export function waitingRoom({ atOnce, waiting }: { atOnce: number; waiting: number }) {
  const queue: (() => void)[] = []
  let running = 0

  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (running >= atOnce) {
      if (queue.length >= waiting) throw new AppError('rate_limited', 'Too many sign-ins at once. Try again.', {}, 2)
      await new Promise<void>((resolve) => queue.push(resolve))
    } else running += 1
    try {
      return await work()
    } finally {
      const next = queue.shift() // the place passes on, so `running` stays
      if (next) next()
      else running -= 1
    }
  }
}
