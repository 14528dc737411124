import { AppError } from './errors.ts'

/** A reader left, and what it was asking was stopped. */
export class Left extends AppError {
  constructor() {
    super('unavailable', 'The answer was no longer waited for.')
  }
}

/** The engine could have answered, with more time or memory than a question may have. */
class TooMuch extends AppError {
  constructor(what: string) {
    super('unavailable', `The search ${what}. Narrow it down by artifact, host or time.`)
  }
}

const TOO_SLOW = new Set(['159', '160', '394'])
const TOO_BIG = new Set(['241', '307', '396'])

/** What the engine's client throws, as what a person can be told. */
export function rethrow(error: unknown): never {
  if (isLeft(error)) throw new Left()
  const { code } = error as { code?: string }
  if (code && TOO_SLOW.has(code)) throw new TooMuch('took too long and was stopped')
  if (code && TOO_BIG.has(code)) throw new TooMuch('needs more memory than it may use')
  if (/No space left on device|NOT_ENOUGH_SPACE|ENOSPC/.test((error as Error).message))
    throw new AppError('unavailable', 'The disk is full; the row engine cannot write.', {}, 60)
  const refused = /ECONNREFUSED|ECONNRESET|EPIPE|socket hang up|Timeout/i.test(`${code} ${(error as Error).message}`)
  if (refused)
    throw new AppError('unavailable', 'The row engine is restarting; records still work. Try again in a moment.', {}, 3)
  throw error
}

// What the client throws for a request that we have ended ourselves.
const isLeft = (error: unknown) =>
  /^(AbortError|The user aborted a request|The operation was aborted)/.test(
    `${(error as Error).name === 'AbortError' ? 'AbortError' : (error as Error).message}`,
  )

/** The answer, or null where the row engine is down or would take too long: what else was asked stands without it. */
export const orAway = <T>(answer: Promise<T>): Promise<T | null> => nullWhere(answer, () => true)

/** The answer, or null where finding it would take too long or too much memory; an engine that is down still throws. */
export const inTime = <T>(answer: Promise<T>): Promise<T | null> =>
  nullWhere(answer, (error) => error instanceof TooMuch)

const nullWhere = <T>(answer: Promise<T>, holds: (error: AppError) => boolean): Promise<T | null> =>
  answer.catch((error: unknown) => {
    if (error instanceof AppError && error.code === 'unavailable' && holds(error)) return null
    throw error
  })
