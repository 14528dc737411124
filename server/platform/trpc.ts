import { initTRPC, type TRPC_ERROR_CODE_KEY, TRPCError } from '@trpc/server'
import type { Kysely } from 'kysely'
import { z } from 'zod'
import type { Tables } from '#db/types.ts'
import type { Admission } from './admission.ts'
import type { Auth } from './auth/doors.ts'
import type { Env } from './env.ts'
import { AppError, type ErrorCode, fromDatabase } from './errors.ts'
import { allows, type Permission, type Role } from './policy.ts'
import type { Spool, Spooled } from './spool.ts'
import type { Telemetry, TenantRows } from './telemetry.ts'
import { inTenant, type Mode, type TenantDb } from './tenant.ts'

/** Who acts: a person (accountId) or a source's token (sourceId), always inside one tenant. */
export type Actor = {
  accountId: number | null
  sourceId: number | null
  sessionId: string | null
  name: string
  tenantId: number
  role: Role
  operator: boolean
}

/** What every request brings, however it arrived. */
export type RequestContext = {
  actor: Actor | null
  pool: Kysely<Tables>
  /** The same database through connections that only deliveries use. */
  intakePool: Kysely<Tables>
  telemetry: Telemetry
  spool: Spool
  /** Whether a delivery may begin. */
  admission: Admission
  requestId: string
  auth: Auth
  /** The caller's address, for limits and the session list. */
  ip: string
  /** Ends when the one who asks has left; only for what changes nothing. */
  left?: AbortSignal | undefined
  /** The delivery this request brought, safe in the spool; only the upload door sets it. */
  delivered?: Spooled | undefined
  /** Settings that procedures read; the rest of the environment is the composition root's. */
  env: Env
}

/** What domain code receives: who is acting, and their tenant's records and rows. */
export type Ctx = { actor: Actor; db: TenantDb; rows: TenantRows; spool: Spool; requestId: string }

/** The same without an open transaction, for work that waits on another system. `transact` opens short ones. */
export type DetachedCtx = Omit<Ctx, 'db'> & {
  transact: <T>(mode: Mode, work: (ctx: Ctx) => Promise<T>) => Promise<T>
}

type Meta = { permission: Permission; admin?: true }
const t = initTRPC
  .context<RequestContext>()
  .meta<Meta>()
  .create({
    // tRPC would send the message, and in development the stack, of any error to the caller.
    errorFormatter: ({ shape, error }) => ({
      ...shape,
      message: error.code === 'INTERNAL_SERVER_ERROR' ? 'Something went wrong.' : shape.message,
      data: {
        code: shape.data.code,
        httpStatus: shape.data.httpStatus,
        path: shape.data.path,
        fields: fieldsOf(error),
      },
    }),
  })

export const router = t.router
export const callerOf = t.createCallerFactory

/** A procedure for members whose role holds `permission`. Authorise, then parse, then one transaction of one tenant. */
export const protectedProcedure = <S extends z.ZodType>(permission: Permission, input: S) =>
  t.procedure.meta({ permission }).use(authorize(permission)).input(input).use(transact)

/** The same for a tenant's admins only, whatever the policy grants to other roles. */
export const adminProcedure = <S extends z.ZodType>(permission: Permission, input: S) =>
  t.procedure.meta({ permission, admin: true }).use(adminOnly).use(authorize(permission)).input(input).use(transact)

/** Authorised and parsed, but holding no database connection while it waits for the row engine or the network. */
export const detachedProcedure = <S extends z.ZodType>(permission: Permission, input: S) =>
  t.procedure.meta({ permission }).use(authorize(permission)).input(input).use(detach)

const adminOnly = t.middleware(({ ctx, next }) => {
  if (ctx.actor && ctx.actor.role !== 'admin') throw toTrpc(new AppError('forbidden', 'Only an admin may do this.'))
  return next()
})

const authorize = (permission: Permission) =>
  t.middleware(({ ctx, next }) => {
    const { actor } = ctx
    if (!actor) throw toTrpc(new AppError('unauthenticated', 'Sign in first.'))
    if (!allows(actor.role, permission))
      throw toTrpc(new AppError('forbidden', `Your role does not include ${permission}.`))
    return next({ ctx: { actor } })
  })

const transact = t.middleware(async ({ ctx, type, next }) => {
  const base = ctxOf(ctx)
  try {
    return await inTenant(ctx.pool, identityOf(base), type === 'mutation' ? 'read write' : 'read only', async (db) => {
      const result = await next({ ctx: { ...base, db } })
      if (!result.ok) throw result.error // tRPC returns failures; only a throw rolls back
      return result
    })
  } catch (error) {
    throw toTrpc(error)
  }
})

const detach = t.middleware(async ({ ctx, next }) => {
  const result = await next({ ctx: detached(ctx) })
  if (!result.ok) throw toTrpc(result.error)
  return result
})

/** What a detached procedure receives, for a door that streams what no procedure can return. It authorises nothing. */
export function detached(ctx: RequestContext): DetachedCtx {
  const base = ctxOf(ctx)
  return {
    ...base,
    transact: (mode, work) => inTenant(ctx.pool, identityOf(base), mode, (db) => work({ ...base, db })),
  }
}

function ctxOf({ actor, telemetry, spool, requestId, left }: RequestContext): Omit<Ctx, 'db'> {
  if (!actor) throw toTrpc(new AppError('unauthenticated', 'Sign in first.'))
  return { actor, rows: telemetry.forTenant(actor.tenantId, left), spool, requestId }
}

const identityOf = ({ actor, requestId }: Omit<Ctx, 'db'>) => ({
  tenantId: actor.tenantId,
  accountId: actor.accountId,
  requestId,
})

const CODES = {
  unauthenticated: 'UNAUTHORIZED',
  forbidden: 'FORBIDDEN',
  not_found: 'NOT_FOUND',
  conflict: 'CONFLICT',
  invalid: 'UNPROCESSABLE_CONTENT',
  rate_limited: 'TOO_MANY_REQUESTS',
  bad_gateway: 'BAD_GATEWAY',
  unavailable: 'SERVICE_UNAVAILABLE',
} as const satisfies Record<ErrorCode, TRPC_ERROR_CODE_KEY>

/** Expected failures keep their message; anything else is opaque to the caller, its cause kept for the log. */
export function toTrpc(error: unknown): TRPCError {
  if (error instanceof TRPCError && error.code !== 'INTERNAL_SERVER_ERROR') return error
  const cause = fromDatabase(error instanceof TRPCError ? (error.cause ?? error) : error)
  return cause instanceof AppError
    ? new TRPCError({ code: CODES[cause.code], message: cause.message, cause })
    : new TRPCError({ code: 'INTERNAL_SERVER_ERROR', message: 'Something went wrong.', cause })
}

/** What a person can correct, by field; '' holds the form's own message. */
export function fieldsOf(error: unknown): Record<string, string> {
  const cause = error instanceof TRPCError ? error.cause : error
  if (cause instanceof z.core.$ZodError) {
    return Object.fromEntries(cause.issues.map((issue) => [issue.path.join('.'), issue.message]))
  }
  return cause instanceof AppError ? cause.fields : {}
}
