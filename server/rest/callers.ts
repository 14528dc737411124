import type { Request } from 'express'
import { noteUse } from '../modules/sources/queries.ts'
import { fromBearer, fromCookie } from '../platform/auth/doors.ts'
import { AppError } from '../platform/errors.ts'
import { allows } from '../platform/policy.ts'
import { inTenant } from '../platform/tenant.ts'
import type { Actor } from '../platform/trpc.ts'
import { appRouter } from '../router.ts'
import type { ProcedureName, RestBase, Route } from './route.ts'

/** Who calls, allowed to call this route; null where anyone may. Throws AppError `unauthenticated` or `forbidden`. */
export async function callerOf(base: RestBase, route: Route, req: Request, requestId: string): Promise<Actor | null> {
  if (route.who === 'anyone') return null
  const actor = await identified(base, route, req)
  const { procedure } = route
  const name = typeof procedure === 'function' ? procedure(actor, req.params.id ?? '') : procedure
  if (name && !mayCall(actor, name)) throw new AppError('forbidden', 'Insufficient permissions')
  if (actor.sourceId !== null) await noteSource(base, actor, actor.sourceId, requestId)
  return actor
}

async function identified(base: RestBase, route: Route, req: Request): Promise<Actor> {
  const { authorization, cookie } = req.headers
  const signedIn =
    route.who === 'page' && authorization === undefined && cookie !== undefined
      ? await fromCookie(base.auth, cookie)
      : null
  return signedIn?.actor ?? fromBearer(base.auth, authorization)
}

// The procedure asks for the same again. Asking here keeps a body from being read, and its flaws from being told,
// to somebody who may not send it.
function mayCall(actor: Actor, name: ProcedureName): boolean {
  const procedures = appRouter._def.procedures as unknown as Record<string, { _def: { meta?: Meta } }>
  const meta = procedures[name]?._def.meta
  if (!meta) throw new Error(`There is no procedure ${name}.`)
  return allows(actor.role, meta.permission) && (!meta.admin || actor.role === 'admin')
}

type Meta = { permission: Parameters<typeof allows>[1]; admin?: true }

const MINUTE_MS = 60_000
const noted = new Map<number, number>()

// Several processes serve: the statement itself compares too.
/** Notes that a source's token was used. Asked for with every delivery, written once a minute. */
export async function noteSource({ pool }: RestBase, { tenantId }: Actor, sourceId: number, requestId: string) {
  const time = Date.now()
  if (time - (noted.get(sourceId) ?? 0) < MINUTE_MS) return
  noted.set(sourceId, time)
  await inTenant(pool, { tenantId, accountId: null, requestId }, 'read write', (db) => noteUse(db, sourceId))
}
