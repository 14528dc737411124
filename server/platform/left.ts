import type { IncomingMessage, ServerResponse } from 'node:http'

/** Ends when the caller goes before the answer is whole. Undefined for what may change something: that is carried through. */
export function leftOf(req: IncomingMessage, res: ServerResponse): AbortSignal | undefined {
  if (req.method !== 'GET' && req.method !== 'HEAD') return undefined
  const gone = new AbortController()
  res.once('close', () => {
    if (!res.writableFinished) gone.abort()
  })
  return gone.signal
}
