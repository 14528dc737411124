import { TRPCError } from '@trpc/server'
import { BadGzip, EmptyDelivery, UnknownFormat } from '../modules/ingestion/formats/detect.ts'
import { AppError, fromDatabase, STATUS } from '../platform/errors.ts'
import { TooLarge } from '../platform/spool.ts'
import { flaw, flawsOf, Invalid, isZodError } from './invalid.ts'
import { Answer } from './route.ts'

/** A refusal that only HTTP knows: 400, 413, 415. */
export class Refused extends Error {
  readonly status: number

  constructor(status: number, detail: string) {
    super(detail)
    this.status = status
  }
}

// What the contract answers with 400, where the same words are a conflict or an invalid form elsewhere.
const BAD_REQUEST = new Set([
  'Inactive user',
  'Username already registered',
  'Username already taken',
  'Tenant name already exists',
  'Cannot delete your own account',
])
// A procedure says it to a page; here the same means that the token names nobody any more.
const NOBODY = 'Sign in first.'
const FIELDS: Record<string, string> = {
  newPassword: 'password',
  currentPassword: 'current_password',
  setupCode: 'setup_code',
}
const RETRY_SECONDS = { unavailable: 5, rate_limited: 60 }

/** How an expected failure is answered; null for a bug. */
export function refusalOf(error: unknown): Answer | null {
  const cause = fromDatabase(error instanceof TRPCError ? (error.cause ?? error) : error)
  if (cause instanceof AppError) return fromApp(cause)
  if (cause instanceof Invalid) return problem(422, cause.flaws)
  if (isZodError(cause)) return problem(422, flawsOf(cause, 'body'))
  if (cause instanceof Refused) return problem(cause.status, cause.message)
  if (cause instanceof TooLarge) return problem(413, cause.message)
  if (cause instanceof EmptyDelivery || cause instanceof BadGzip) return problem(422, cause.message)
  if (cause instanceof UnknownFormat) return problem(415, cause.message)
  return null
}

export const problem = (status: number, detail: unknown, headers: Record<string, string> = {}) =>
  new Answer(status, { detail }, headers)

function fromApp({ code, message, fields, retryAfterSeconds }: AppError): Answer {
  if (BAD_REQUEST.has(message)) return problem(400, message)
  if (code === 'unauthenticated') {
    return problem(401, message === NOBODY ? 'Could not validate credentials' : message, {
      'WWW-Authenticate': 'Bearer',
    })
  }
  const named = Object.entries(fields).filter(([field]) => field !== '')
  if (code === 'invalid' && named.length > 0) {
    return problem(
      422,
      named.map(([field, why]) =>
        flaw('body', FIELDS[field] ?? field, why, why === 'Field required' ? 'missing' : 'value_error'),
      ),
    )
  }
  const retry = retryAfterSeconds ?? RETRY_SECONDS[code as keyof typeof RETRY_SECONDS]
  return problem(
    STATUS[code],
    code === 'not_found' ? notFound(message) : message,
    retry ? { 'Retry-After': String(retry) } : {},
  )
}

function notFound(message: string): string {
  const noun = message.match(/^No such (\w+)\.$/)?.[1]
  return noun ? `${noun[0]?.toUpperCase()}${noun.slice(1)} not found` : message
}
