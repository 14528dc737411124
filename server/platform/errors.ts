/** The whole vocabulary of expected failures. Anything else is a bug and is shown as "Something went wrong." */
export const STATUS = {
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  invalid: 422,
  rate_limited: 429,
  bad_gateway: 502,
  unavailable: 503,
} as const

export type ErrorCode = keyof typeof STATUS

export class AppError extends Error {
  readonly code: ErrorCode
  /** Field name to message, for forms. */
  readonly fields: Record<string, string>
  /** When trying again makes sense. */
  readonly retryAfterSeconds: number | undefined

  constructor(code: ErrorCode, message: string, fields: Record<string, string> = {}, retryAfterSeconds?: number) {
    super(message)
    this.code = code
    this.fields = fields
    this.retryAfterSeconds = retryAfterSeconds
  }
}

/** Somebody else was faster: what stands now goes back under `stored.…`, so that a form can show both and lose nothing. */
export const clash = (message: string, stored: Record<string, string>) =>
  new AppError('conflict', message, {
    version: message,
    ...Object.fromEntries(Object.entries(stored).map(([name, value]) => [`stored.${name}`, value])),
  })

const NO_CONNECTION = /^(08|53|57)|^(ECONNREFUSED|ECONNRESET|EPIPE|ENOTFOUND)$/

const CONNECTION_LOST =
  /timeout exceeded when trying to connect|Connection terminated|connection error and is not queryable/

/** What a database or engine failure means to the caller; an unknown one is returned as it came. */
export function fromDatabase(error: unknown): unknown {
  const { code = '', constraint = '', message = '' } = error as { code?: string; constraint?: string; message?: string }
  if (code === '23505') {
    const field = constraint.match(/^[a-z]+_(.+)_unique$/)?.[1]
    return new AppError('conflict', 'Already exists.', field ? { [field]: 'Already taken.' } : {})
  }
  if (code === '23503') return new AppError('conflict', 'Refers to, or is used by, another record.')
  if (code === '57014') return new AppError('unavailable', 'That took too long and was stopped. Narrow it down.')
  if (NO_CONNECTION.test(code) || CONNECTION_LOST.test(message)) {
    return new AppError('unavailable', 'The database is not reachable. Try again in a moment.', {}, 2)
  }
  return error
}
