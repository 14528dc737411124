import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { createRequestHandler } from '@remix-run/express'
import type { ServerBuild } from '@remix-run/node'
import express, { type Request, type RequestHandler, type Response, Router } from 'express'
import { projectRoot } from '#db/root.ts'
import { pageContext } from '../context.ts'
import { publicOrigin } from '../platform/env.ts'
import { leftOf } from '../platform/left.ts'
import type { RequestContext } from '../platform/trpc.ts'

export type PageBase = Omit<RequestContext, 'actor' | 'requestId' | 'ip'>

/** The Remix pages: in production the built ones with their assets, in development through Vite with hot reload. */
export async function pages(base: PageBase): Promise<{ routes: Router; close: () => Promise<void> }> {
  const { serve, build, close } = base.env.NODE_ENV === 'development' ? await fromVite() : await fromBuild()
  const routes = Router()
  routes.use(serve)
  const mode = base.env.NODE_ENV === 'development' ? 'development' : 'production'
  const handler = (of: ServerBuild | (() => Promise<ServerBuild>)) =>
    createRequestHandler({ build: of, mode, getLoadContext: contextOf(base) })
  routes.all('*', typeof build === 'function' ? handler(build) : bySegment(build, handler))
  return { routes, close }
}

const contextOf = (base: PageBase) => (req: Request, res: Response) =>
  pageContext(
    { ...base, requestId: res.locals.requestId, ip: req.ip ?? '' },
    {
      cookie: req.headers.cookie,
      nonce: res.locals.nonce,
      origin: base.env.PUBLIC_URL ? publicOrigin(base.env).origin : `http://${req.headers.host}`,
      meta: { ip: req.ip ?? null, userAgent: req.headers['user-agent'] ?? null },
      left: leftOf(req, res),
    },
  )

/** Only routes that can match the first segment of a path are asked: the router compiles each anew for every request. */
function bySegment(build: ServerBuild, handler: (of: ServerBuild) => RequestHandler): RequestHandler {
  const segmentOf = (path = '') => path.split('/')[0]!
  const known = new Set(Object.values(build.routes).map((route) => segmentOf(route?.path)))
  const handlers = new Map<string, RequestHandler>()
  for (const segment of known) {
    const asked = (path?: string) => ['', '*', segment].includes(segmentOf(path)) || segmentOf(path).startsWith(':')
    const only = <Route extends { path?: string }>(routes: Record<string, Route | undefined>) =>
      Object.fromEntries(Object.entries(routes).filter(([, route]) => asked(route?.path)))
    const assets = { ...build.assets, routes: only(build.assets.routes) } // the browser has the whole from a file
    handlers.set(segment, handler({ ...build, routes: only(build.routes), assets } as ServerBuild))
  }
  // Another case, an escape, two slashes: what the router makes of those is its own business.
  const whole = handler(build)
  return (req, res, next) => {
    const segment = segmentOf(req.path.slice(1)).replace(/\.data$/, '')
    return ((segment && handlers.get(segment)) || whole)(req, res, next)
  }
}

async function fromBuild() {
  const folder = join(projectRoot, 'build/pages')
  const build = (await import(pathToFileURL(join(folder, 'server/index.js')).href)) as ServerBuild
  const assets = express.static(join(folder, 'client/assets'), { immutable: true, maxAge: '1y', fallthrough: false })
  const others = express.static(join(folder, 'client'), { maxAge: '1h', index: false })
  // Asking the disk for every page whether it is a file costs each page; a file's name has an ending.
  const serve = Router()
    .use('/assets', assets, notFound)
    .get(/\.\w+$/, others)
  return { serve: serve as RequestHandler, build, close: async () => {} }
}

const notFound: express.ErrorRequestHandler = (_error, _req, res, _next) =>
  void res.status(404).type('text/plain').send('Not found.\n')

async function fromVite() {
  const { createServer } = await import('vite')
  const vite = await createServer({ root: projectRoot, server: { middlewareMode: true } })
  const build = () => vite.ssrLoadModule('virtual:remix/server-build') as Promise<ServerBuild>
  return { serve: vite.middlewares as RequestHandler, build, close: () => vite.close() }
}
