import type { ZodError } from 'zod'

// Failures are told apart by shape, not by class: the server and the pages are built apart, so `instanceof` would lie.

type Expected = { code: string; message: string; fields: Record<string, string> }
export type Failure = { status: number; message: string; fields: Record<string, string> }

const STATUS: Record<string, number> = {
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  invalid: 422,
  rate_limited: 429,
  bad_gateway: 502,
  unavailable: 503,
}

const TRPC_CODE: Record<string, keyof typeof STATUS> = {
  UNAUTHORIZED: 'unauthenticated',
  FORBIDDEN: 'forbidden',
  NOT_FOUND: 'not_found',
  CONFLICT: 'conflict',
  BAD_REQUEST: 'invalid',
  UNPROCESSABLE_CONTENT: 'invalid',
  TOO_MANY_REQUESTS: 'rate_limited',
  BAD_GATEWAY: 'bad_gateway',
  SERVICE_UNAVAILABLE: 'unavailable',
}

/** What a thrown value means to the person; null when it is a bug and must reach the log. `fields` holds '' for the whole. */
export function failureOf(error: unknown): Failure | null {
  const cause = isTrpc(error) ? (error.cause ?? error) : error
  if (isZod(cause)) return { status: 422, message: 'Something in that address is not valid.', fields: issuesOf(cause) }
  if (isExpected(cause)) {
    return { status: STATUS[cause.code] ?? 500, message: cause.message, fields: { '': cause.message, ...cause.fields } }
  }
  const code = isTrpc(error) ? TRPC_CODE[error.code] : undefined
  if (!code) return null
  const { message } = error as Error
  return { status: STATUS[code] ?? 500, message, fields: { '': message } }
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

const isTrpc = (error: unknown): error is Error & { code: string } =>
  error instanceof Error && error.name === 'TRPCError'

const isZod = (error: unknown): error is ZodError => isObject(error) && Array.isArray(error.issues)

const isExpected = (error: unknown): error is Expected =>
  isObject(error) && typeof error.code === 'string' && error.code in STATUS && isObject(error.fields)

const issuesOf = (error: ZodError) =>
  Object.fromEntries(error.issues.map((issue) => [issue.path.join('.'), issue.message]).reverse())
