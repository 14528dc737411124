import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { type RequestHandler, type Response, Router } from 'express'
import { openApi } from './openapi.ts'

type Asset = { type: string; package: string; file: string; edit?: (text: string) => string }

const ASSETS: Record<string, Asset> = {
  'swagger-ui.css': { type: 'css', package: 'swagger-ui-dist', file: 'swagger-ui.css' },
  'swagger-ui.js': { type: 'js', package: 'swagger-ui-dist', file: 'swagger-ui-bundle.js' },
  'redoc.js': {
    type: 'js',
    package: 'redoc',
    file: 'bundles/redoc.standalone.js',
    // Its footer would ask another company's server for a logo, and tell it who reads this.
    edit: (text) => text.replaceAll('https://cdn.redoc.ly/redoc/logo-mini.svg', '/favicon.svg'),
  },
}

/** /openapi.json, Swagger UI at /docs and ReDoc at /redoc, all of it from this server. */
export function apiDocs(): Router {
  const router = Router()
  let document: string | undefined
  router.get('/openapi.json', (_req, res) => {
    document ??= JSON.stringify(openApi())
    res.type('application/json').send(document)
  })
  router.get('/docs', page('Swagger UI', '<link rel="stylesheet" href="/docs/assets/swagger-ui.css">', SWAGGER))
  router.get('/redoc', page('ReDoc', '', REDOC))
  for (const [name, asset] of Object.entries(ASSETS)) router.get(`/docs/assets/${name}`, serve(asset))
  return router
}

const SWAGGER = {
  script: 'swagger-ui.js',
  start: "SwaggerUIBundle({ url: '/openapi.json', dom_id: '#docs', deepLinking: true, validatorUrl: null })",
}
const REDOC = {
  script: 'redoc.js',
  // Its search runs in a worker made of a blob, which our policy does not allow.
  start: "Redoc.init('/openapi.json', { disableSearch: true }, document.getElementById('docs'))",
}

const page =
  (title: string, head: string, { script, start }: typeof SWAGGER): RequestHandler =>
  (_req, res) => {
    const nonce: string = res.locals.nonce
    loosenStyles(res)
    res.type('html').send(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>VelociCompanion API: ${title}</title>
<link rel="icon" href="/favicon.svg">
${head}
</head>
<body>
<div id="docs"></div>
<script nonce="${nonce}" src="/docs/assets/${script}"></script>
<script nonce="${nonce}">${start}</script>
</body>
</html>
`)
  }

// Both build their styles while they run. Scripts stay bound to the nonce.
function loosenStyles(res: Response) {
  const policy = String(res.getHeader('Content-Security-Policy') ?? '')
  if (!policy) return
  res.setHeader('Content-Security-Policy', policy.replace(/style-src [^;]*/, "style-src 'self' 'unsafe-inline'"))
}

const packages = createRequire(import.meta.url)

function serve(asset: Asset): RequestHandler {
  let text: string | undefined
  return (_req, res) => {
    text ??= load(asset)
    res.type(asset.type).set('Cache-Control', 'public, max-age=3600').send(text)
  }
}

function load({ package: name, file, edit = (text) => text }: Asset): string {
  return edit(readFileSync(join(dirname(packages.resolve(`${name}/package.json`)), file), 'utf8'))
}
