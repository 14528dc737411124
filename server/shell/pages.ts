import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { createRequestHandler } from '@remix-run/express'
import type { ServerBuild } from '@remix-run/node'
import express, { type RequestHandler, type Response, Router } from 'express'
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
  routes.all(
    '*',
    createRequestHandler({
      build,
      mode: base.env.NODE_ENV === 'development' ? 'development' : 'production',
      getLoadContext: (req, res) =>
        pageContext(
          { ...base, requestId: (res as Response).locals.requestId, ip: req.ip ?? '' },
          {
            cookie: req.headers.cookie,
            nonce: (res as Response).locals.nonce,
            origin: base.env.PUBLIC_URL ? publicOrigin(base.env).origin : `http://${req.headers.host}`,
            meta: { ip: req.ip ?? null, userAgent: req.headers['user-agent'] ?? null },
            left: leftOf(req, res),
          },
        ),
    }),
  )
  return { routes, close }
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
