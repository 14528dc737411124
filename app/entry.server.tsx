import { Writable } from 'node:stream'
import type { AppLoadContext, EntryContext } from '@remix-run/node'
import { RemixServer } from '@remix-run/react'
import { renderToPipeableStream } from 'react-dom/server'
import { NonceProvider } from './lib/nonce.ts'

const GIVE_UP_MS = 5000

// Nothing of a page comes later, so the router need not keep its data for what might.
export const streamTimeout = 500

/** The whole page in one piece: nothing on our pages is deferred, and sending it by and by costs a write each time. */
export default function handleRequest(
  request: Request,
  status: number,
  headers: Headers,
  remix: EntryContext,
  { nonce }: AppLoadContext,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    const page = (
      <NonceProvider value={nonce}>
        <RemixServer context={remix} url={request.url} nonce={nonce} abortDelay={GIVE_UP_MS} />
      </NonceProvider>
    )
    const { pipe, abort } = renderToPipeableStream(page, {
      nonce,
      onAllReady() {
        // A timer that outlives its page keeps the page in memory.
        clearTimeout(late)
        pipe(collected((body) => resolve(new Response(body, { headers, status }))))
      },
      onError: reject,
    })
    const late = setTimeout(abort, GIVE_UP_MS + 1000).unref()
    headers.set('Content-Type', 'text/html; charset=utf-8')
  })
}

function collected(then: (body: Buffer<ArrayBuffer>) => void): Writable {
  const parts: Buffer[] = []
  return new Writable({
    write(part: Buffer, _encoding, next) {
      parts.push(Buffer.from(part)) // React writes into the same memory again
      next()
    },
    final(done) {
      then(Buffer.concat(parts))
      done()
    },
  })
}

/** What loaders and actions did not expect, with the id that the person is shown. */
export function handleError(error: unknown, { request, context }: { request: Request; context: AppLoadContext }) {
  if (request.signal.aborted) return
  const cause = error instanceof Error ? (error.stack ?? error.message) : String(error)
  console.error(`page failed request=${context.requestId} ${request.method} ${new URL(request.url).pathname}: ${cause}`)
}
