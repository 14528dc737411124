import { randomBytes, randomUUID } from 'node:crypto'
import type { NextFunction, Request, RequestHandler, Response } from 'express'
import helmet from 'helmet'
import { isLoopback } from '../platform/env.ts'

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS'])
const PAGE_BODY_BYTES = 1024 * 1024

/** Gives each request an id and each response a nonce, before anything can fail. */
export const identify: RequestHandler = (_req, res, next) => {
  res.locals.requestId = randomUUID()
  res.locals.nonce = randomBytes(18).toString('base64url')
  res.setHeader('X-Request-Id', res.locals.requestId)
  next()
}

/** Refuses a Host that is not ours with 400: links and redirects must never be built on what a client claims. */
export function onlyKnownHosts(origin: URL, ports: () => number): RequestHandler {
  return (req, res, next) => {
    delete req.headers['x-forwarded-host'] // Remix would read a port from it
    const host = req.headers.host?.toLowerCase() ?? ''
    const { hostname, port } = split(host)
    const known = host === origin.host || (isLoopback(hostname) && Number(port || 80) === ports())
    // A proxy that names itself as Host means us: Remix compares with the Origin, which is the public one.
    if (known && origin.protocol === 'https:') req.headers.host = origin.host
    // The forwarders' doors build nothing on it and read no cookie, and a refusal would cost the sender its rows.
    const forwarder = req.url.startsWith('/ingest/')
    if ((known || forwarder) && !req.url.startsWith('//') && req.url.startsWith('/')) return next()
    res.status(400).type('text/plain').send('Unknown host. Set PUBLIC_URL to the address you use.\n')
  }
}

const split = (host: string) => {
  const [, hostname = '', port = ''] = host.match(/^(\[[^\]]*\]|[^:]*)(?::(\d{1,5}))?$/) ?? []
  return { hostname, port }
}

/** The security headers of every answer, errors and static files included. */
export function securityHeaders({ https }: { https: boolean }): RequestHandler[] {
  const basics = helmet({
    contentSecurityPolicy: false,
    strictTransportSecurity: https ? { maxAge: 31_536_000, includeSubDomains: true } : false,
    referrerPolicy: { policy: 'same-origin' },
    crossOriginResourcePolicy: { policy: 'same-origin' },
    crossOriginOpenerPolicy: { policy: 'same-origin' },
    xFrameOptions: { action: 'deny' },
  })
  const policy: RequestHandler = (_req, res, next) => {
    res.setHeader('Content-Security-Policy', contentSecurityPolicy(res.locals.nonce, { https }))
    res.setHeader('Cache-Control', 'no-store')
    res.setHeader('Permissions-Policy', 'camera=(), geolocation=(), microphone=()')
    next()
  }
  return [basics, policy]
}

/** The same for an answer that is no page and is made before any of that: it needs nothing. */
export const bareHeaders = ({ https }: { https: boolean }): Record<string, string> => ({
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'X-Frame-Options': 'DENY',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Cache-Control': 'no-store',
  ...(https && { 'Strict-Transport-Security': 'max-age=31536000; includeSubDomains' }),
})

const contentSecurityPolicy = (nonce: string, { https }: { https: boolean }) =>
  [
    "default-src 'none'",
    `script-src 'nonce-${nonce}' 'strict-dynamic'`,
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    `connect-src 'self'${process.env.NODE_ENV === 'development' ? ' ws://127.0.0.1:* ws://localhost:*' : ''}`,
    "manifest-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    ...(https ? ['upgrade-insecure-requests'] : []),
  ].join('; ')

/**
 * One check for every unsafe method on every path. A browser must say the request comes from our own origin; a caller
 * that brings its own credentials, or none at all to the API, carries nothing a foreign page could borrow.
 */
export function sameOriginOnly(ours: (req: Request) => string[], allowed: string[]): RequestHandler {
  return (req, res, next) => {
    if (SAFE.has(req.method) || fromOurPages(req, ours(req)) || bringsItsOwn(req, allowed)) return next()
    refuse(res)
  }
}

function fromOurPages(req: Request, origins: string[]): boolean {
  const { origin } = req.headers
  const site = req.headers['sec-fetch-site']
  if (origin !== undefined) return origins.includes(origin) && (site === undefined || site === 'same-origin')
  return site === 'same-origin'
}

function bringsItsOwn({ headers, path }: Request, allowed: string[]): boolean {
  const tokenDoor = path.startsWith('/ingest/') || (path.startsWith('/api/') && !path.startsWith('/api/trpc'))
  if (!tokenDoor) return false
  if (headers.authorization !== undefined) return true
  if (headers.cookie !== undefined) return false
  // No browser at all, or a page that CORS_ORIGINS names: such a page signs in without a cookie.
  return headers.origin === undefined ? headers['sec-fetch-site'] === undefined : allowed.includes(headers.origin)
}

function refuse(res: Response) {
  res.status(403).json({ detail: 'This request came from another site and was refused.' })
}

/** Pages take forms, never files: their bodies end at 1 MB. Uploads have a door of their own. */
export function pageBodyLimit(req: Request, res: Response, next: NextFunction) {
  if (SAFE.has(req.method)) return next()
  const length = Number(req.headers['content-length'] ?? Number.NaN)
  if (req.headers['transfer-encoding'] !== undefined || Number.isNaN(length)) {
    return void res.status(411).type('text/plain').send('Send a Content-Length.\n')
  }
  if (length > PAGE_BODY_BYTES) return void res.status(413).type('text/plain').send('Forms may have 1 MB at most.\n')
  next()
}
