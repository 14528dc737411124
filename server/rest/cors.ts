import type { RequestHandler } from 'express'

const METHODS = 'GET, POST, PUT, DELETE'
const ASKED = 'Authorization, Content-Type, Content-Encoding, Content-Digest, Idempotency-Key'
const SHOWN = 'Location, Retry-After, Idempotent-Replayed, WWW-Authenticate, Content-Disposition, X-Request-Id'

/** Lets pages of the listed origins, compared to the letter, call with a token; never with cookies. Closed without a list. */
export const cors =
  (origins: string[]): RequestHandler =>
  (req, res, next) => {
    if (origins.length === 0) return next()
    res.vary('Origin')
    const { origin } = req.headers
    const known = origin !== undefined && origins.includes(origin)
    if (known) res.set({ 'Access-Control-Allow-Origin': origin, 'Access-Control-Expose-Headers': SHOWN })
    if (!known || req.method !== 'OPTIONS' || !req.headers['access-control-request-method']) return next()
    res.set({
      'Access-Control-Allow-Methods': METHODS,
      'Access-Control-Allow-Headers': ASKED,
      'Access-Control-Max-Age': '600',
    })
    res.status(204).end()
  }
