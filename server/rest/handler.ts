import { type Request, type RequestHandler, type Response, Router } from 'express'
import { z } from 'zod'
import { whole } from '../platform/input.ts'
import { leftOf } from '../platform/left.ts'
import { failure, log } from '../platform/log.ts'
import type { RequestContext } from '../platform/trpc.ts'
import { createCaller } from '../router.ts'
import { admitted } from './admitted.ts'
import { readBody } from './bodies.ts'
import { callerOf } from './callers.ts'
import { cors } from './cors.ts'
import { parsePart } from './invalid.ts'
import { endsSoon, letGo } from './let-go.ts'
import { problem, refusalOf } from './refusals.ts'
import { Answer, type RestBase, type Route, SENT } from './route.ts'
import { ROUTES } from './routes.ts'
import { type Door, noteCaller } from './turn-away.ts'

const PathId = z.object({ id: whole(1, Number.MAX_SAFE_INTEGER) })
const AnyQuery = z.unknown()

/** The plain REST bridge: each route is a procedure under another name. It adds no rule of its own. */
export function restApi(base: RestBase): Router {
  const router = Router({ caseSensitive: true })
  router.use(cors(base.env.CORS_ORIGINS))
  for (const [path, routes] of byPath(ROUTES)) {
    const at = router.route(path)
    for (const route of routes) at[route.method](serve(base, route))
    at.all(notThatMethod(routes))
  }
  router.use((req, res) => send(req, res, problem(404, 'Not Found')))
  return router
}

const isDelivery = ({ body, admits }: Route) => admits === true || body?.kind === 'stream'

/** The bridge's doors for deliveries, under each of the `prefixes` it is served at. */
export function restDoor(prefixes: string[]): Door {
  const paths = new Set(ROUTES.filter(isDelivery).flatMap(({ path }) => prefixes.map((prefix) => prefix + path)))
  return {
    takes: (path) => paths.has(path),
    busy: (_req, { status, reason, retryAfter }) => ({
      status,
      body: { detail: reason },
      headers: { 'Retry-After': String(retryAfter) },
    }),
  }
}

const pathOf = ({ path }: Route) => path.replace(/\{(\w+)\}/g, ':$1')

function byPath(routes: Route[]): Map<string, Route[]> {
  const found = new Map<string, Route[]>()
  for (const route of routes) found.set(pathOf(route), [...(found.get(pathOf(route)) ?? []), route])
  return found
}

function notThatMethod(routes: Route[]): RequestHandler {
  const methods = routes.flatMap(({ method }) => (method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()]))
  return (req, res) => send(req, res, problem(405, 'Method Not Allowed', { Allow: methods.join(', ') }))
}

const serve =
  (base: RestBase, route: Route): RequestHandler =>
  async (req, res) => {
    try {
      const answer = await run(base, route, req, res)
      if (answer) send(req, res, answer)
    } catch (error) {
      refuse(req, res, error)
    }
  }

async function run(base: RestBase, route: Route, req: Request, res: Response): Promise<Answer | null> {
  const requestId: string = res.locals.requestId
  const ip = req.ip ?? ''
  const delivers = isDelivery(route)
  const actor = await callerOf(base, route, req, requestId)
  if (delivers && actor) noteCaller(req, actor)
  const { id } = route.path.includes('{id}') ? parsePart(PathId, 'path', req.params) : { id: 0 }
  const query = parsePart(route.query ?? AnyQuery, 'query', queryOf(req))
  const pool = delivers ? base.intakePool : base.pool
  const apiWith = (delivered?: RequestContext['delivered']) =>
    createCaller({ ...base, pool, actor, requestId, ip, delivered, left: leftOf(req, res) })
  const place = route.admits && actor ? admitted(base.admission, actor.tenantId, req) : null
  try {
    const body = await bodyOf(route, req)
    const call = { base, requestId, ip, actor, api: apiWith(), apiWith, id, query, body, req, res }
    return answerOf(route, await route.run(call))
  } finally {
    place?.release()
  }
}

function answerOf(route: Route, result: unknown): Answer | null {
  if (result === SENT) return null
  if (result instanceof Answer) return result
  const { status, shape } = route.success[0]!
  return new Answer(status, shape?.parse(result))
}

const queryOf = (req: Request) => Object.fromEntries(new URL(req.url, 'http://any').searchParams)

async function bodyOf({ body }: Route, req: Request): Promise<unknown> {
  if (!body || body.kind === 'stream') return undefined
  return parsePart(body.schema, 'body', await readBody(req, body.kind, body.maxBytes))
}

function refuse(req: Request, res: Response, error: unknown) {
  if (res.headersSent || res.destroyed) return void res.destroy()
  const expected = refusalOf(error)
  if (!expected) {
    const cause = (error as { cause?: unknown }).cause ?? error
    log.error({ requestId: res.locals.requestId, error: failure(cause) }, 'request failed')
  }
  send(req, res, expected ?? problem(500, 'Internal Server Error'))
}

function send(req: Request, res: Response, { status, body, headers }: Answer) {
  if (!endsSoon(req)) res.set('Connection', 'close')
  res.status(status).set(headers)
  if (body === undefined) res.end()
  else res.json(body)
  if (!req.complete) letGo(req, res)
}
