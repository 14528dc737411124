import type { IncomingMessage, ServerResponse } from 'node:http'
import { endsSoon, letGo } from './let-go.ts'

/** An answer as it goes over the wire: an object as JSON, text as text. */
export type Wire = { status: number; body: object | string; headers?: Record<string, string> }

/** Answers a request and lets go of what it still sends. Where an answer has begun or the client has left, the connection ends. */
export function answer(req: IncomingMessage, res: ServerResponse, { status, body, headers }: Wire): void {
  if (res.headersSent || res.destroyed) return void res.destroy()
  const isText = typeof body === 'string'
  const text = isText ? body : JSON.stringify(body)
  res.writeHead(status, {
    ...headers,
    ...(!endsSoon(req) && { Connection: 'close' }),
    ...(text !== '' && { 'Content-Type': `${isText ? 'text/plain' : 'application/json'}; charset=utf-8` }),
    'Content-Length': Buffer.byteLength(text),
  })
  res.end(text)
  if (!req.complete) letGo(req, res)
}
