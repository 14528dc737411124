import { createServer, type Server } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { createExpressMiddleware } from '@trpc/server/adapters/express'
import compression from 'compression'
import express, { type ErrorRequestHandler, type RequestHandler } from 'express'
import { forwarders } from './forwarders/handler.ts'
import { fromCookie } from './platform/auth/doors.ts'
import { publicOrigin } from './platform/env.ts'
import { AppError, fromDatabase, STATUS } from './platform/errors.ts'
import { leftOf } from './platform/left.ts'
import { failure, log } from './platform/log.ts'
import { toTrpc } from './platform/trpc.ts'
import { apiDocs } from './rest/docs.ts'
import { restApi, restDoor } from './rest/handler.ts'
import { type Around, turningAway } from './rest/turn-away.ts'
import { appRouter } from './router.ts'
import { logAtEnd } from './shell/access-log.ts'
import { continueWhenRead } from './shell/continue.ts'
import {
  bareHeaders,
  identify,
  onlyKnownHosts,
  pageBodyLimit,
  sameOriginOnly,
  securityHeaders,
} from './shell/guards.ts'
import { shedSlowBodies } from './shell/pace.ts'
import { type PageBase, pages } from './shell/pages.ts'
import { probes, type Readiness } from './shell/probes.ts'

export type Web = { server: Server; port: number; close: () => Promise<void> }

const GRACE_MS = 10_000
// Between "not ready" and a closed door: what is on its way comes in, and balancers look elsewhere.
const FAREWELL_MS = 300
const API = ['/api/v1', '/api']

/** Everything that listens: guards first, then probes, REST, tRPC and the pages. Resolves when it accepts requests. */
export async function listen(base: PageBase): Promise<Web> {
  const readiness: Readiness = { stopping: false }
  let port = base.env.PORT
  const { listener, close } = await assemble(base, readiness, () => port)
  const server = createServer({ maxHeaderSize: 16 * 1024, connectionsCheckingInterval: 5_000 }, listener)
  continueWhenRead(server)

  // Headers within 10 s (looked at every 5), a silent socket 30 s; a whole upload may take an hour.
  server.headersTimeout = 10_000
  server.keepAliveTimeout = 5_000
  server.requestTimeout = 3_600_000
  server.timeout = 30_000
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    const { LISTEN_FD: fd, HOST: host, PORT: port } = base.env
    server.listen(fd ? { fd } : { host, port }, resolve)
  })
  const address = server.address()
  if (address !== null && typeof address === 'object') port = address.port

  return {
    server,
    port,
    close: async () => {
      readiness.stopping = true
      await sleep(FAREWELL_MS)
      await ended(server)
      await close()
    },
  }
}

async function assemble(base: PageBase, readiness: Readiness, port: () => number) {
  const app = express()
  const origin = publicOrigin(base.env)
  const https = origin.protocol === 'https:'
  const probe = probes(base, readiness)
  const site = await pages(base)
  const note: Around['note'] = (res, about) => {
    logAtEnd(res, about)
    probe.measure(res, about)
  }
  const ingest = forwarders(base)

  app.disable('x-powered-by')
  app.set('etag', false)
  if (base.env.TRUST_PROXY) app.set('trust proxy', base.env.TRUST_PROXY)
  app.use(identify, noted(note), farewell(readiness), shedSlowBodies, ...securityHeaders({ https }))
  app.use(onlyKnownHosts(origin, port))
  app.use(
    sameOriginOnly(
      (req) => (https ? [origin.origin] : [origin.origin, `http://${req.headers.host}`]),
      base.env.CORS_ORIGINS,
    ),
  )
  app.use(probe.routes)
  app.use('/ingest', ingest.routes)
  app.use(compression())
  app.get('/', welcome)
  if (!base.env.DISABLE_API_DOCS) app.use(apiDocs())
  app.use('/api/trpc', pageBodyLimit, jsonOnly, trpc(base))
  app.use(API, restApi(base))
  app.use(pageBodyLimit, noteReader(base), site.routes)
  app.use(lastResort)
  const doors = [restDoor(API), ...ingest.doors('/ingest')]
  const around = { headers: bareHeaders({ https }), note, stopping: () => readiness.stopping }
  return { listener: turningAway(doors, base.admission, around, app), close: site.close }
}

/** Tells of each request, by its path as the client sent it: a mounted router shortens it later. */
const noted =
  (note: Around['note']): RequestHandler =>
  ({ method, path }, res, next) => {
    note(res, { requestId: res.locals.requestId, method, path })
    next()
  }

const trpc = (base: PageBase): RequestHandler =>
  createExpressMiddleware({
    router: appRouter,
    maxBodySize: 1024 * 1024,
    allowBatching: true,
    allowMethodOverride: true, // a question that is longer than an address may be comes by POST
    maxBatchSize: 10,
    createContext: async ({ req, res }) => {
      const signedIn = await fromCookie(base.auth, req.headers.cookie).catch((error: unknown) => {
        throw toTrpc(error)
      })
      const caller = { actor: signedIn?.actor ?? null, requestId: res.locals.requestId, ip: req.ip ?? '' }
      return { ...base, ...caller, left: leftOf(req, res) }
    },
    onError: ({ error, path, ctx }) => {
      if (error.code === 'INTERNAL_SERVER_ERROR')
        log.error({ path, requestId: ctx?.requestId, error: failure(error.cause ?? error) }, 'procedure failed')
    },
  })

const noteReader =
  ({ admission }: PageBase): RequestHandler =>
  (_req, _res, next) => {
    admission.noteReader()
    next()
  }

/** While stopping, no connection is kept for a next request that nobody would answer. */
const farewell =
  (readiness: Readiness): RequestHandler =>
  (_req, res, next) => {
    if (readiness.stopping) res.setHeader('Connection', 'close')
    next()
  }

// tRPC would take forms and plain bytes too, which a foreign page can send without asking.
const jsonOnly: RequestHandler = (req, res, next) => {
  if (req.method === 'GET' || req.is('application/json')) return next()
  res.status(415).json({ detail: 'Send application/json.' })
}

const welcome: RequestHandler = (req, res, next) => {
  if (req.accepts(['html', 'json']) !== 'json') return next()
  res.json({ message: 'Welcome to VelociCompanion', docs: '/docs', health: '/health' })
}

const lastResort: ErrorRequestHandler = (error, _req, res, _next) => {
  const { requestId } = res.locals
  const known = fromDatabase(error)
  const unread = Number((error as { status?: number }).status)
  const [status, text] =
    known instanceof AppError
      ? [STATUS[known.code], known.message]
      : unread >= 400 && unread < 500
        ? [unread, 'That request cannot be read.']
        : [500, `Something went wrong. Request ${requestId}`]
  if (status >= 500) log.error({ requestId, error: failure(error) }, 'request failed')
  if (res.headersSent) return void res.destroy()
  if (status === 503) res.setHeader('Retry-After', '2')
  res.status(status).type('text/plain').send(`${text}\n`)
}

/** Lets requests under way finish; what is not done after ten seconds is cut. */
async function ended(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeIdleConnections()
  const cut = setTimeout(() => server.closeAllConnections(), GRACE_MS)
  await closed
  clearTimeout(cut)
}
