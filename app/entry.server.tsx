import { PassThrough } from 'node:stream'
import { type AppLoadContext, createReadableStreamFromReadable, type EntryContext } from '@remix-run/node'
import { RemixServer } from '@remix-run/react'
import { isbot } from 'isbot'
import { renderToPipeableStream } from 'react-dom/server'
import { NonceProvider } from './lib/nonce.ts'

const GIVE_UP_MS = 5000

/** Sends the shell of the page at once; a robot waits for all of it. */
export default function handleRequest(
  request: Request,
  status: number,
  headers: Headers,
  remix: EntryContext,
  { nonce }: AppLoadContext,
): Promise<Response> {
  const ready = isbot(request.headers.get('user-agent')) ? 'onAllReady' : 'onShellReady'
  return new Promise((resolve, reject) => {
    let sent = false
    let answer = status
    const page = (
      <NonceProvider value={nonce}>
        <RemixServer context={remix} url={request.url} nonce={nonce} abortDelay={GIVE_UP_MS} />
      </NonceProvider>
    )
    const { pipe, abort } = renderToPipeableStream(page, {
      nonce,
      [ready]() {
        sent = true
        const body = new PassThrough()
        headers.set('Content-Type', 'text/html; charset=utf-8')
        resolve(new Response(createReadableStreamFromReadable(body), { headers, status: answer }))
        pipe(body)
      },
      onShellError: reject,
      onError(error: unknown) {
        answer = 500
        // Before the shell is sent, onShellError carries the failure; after it, only the log can.
        if (sent && !request.signal.aborted) console.error(error)
      },
    })
    setTimeout(abort, GIVE_UP_MS + 1000).unref()
  })
}

/** What loaders and actions did not expect, with the id that the person is shown. */
export function handleError(error: unknown, { request, context }: { request: Request; context: AppLoadContext }) {
  if (request.signal.aborted) return
  const cause = error instanceof Error ? (error.stack ?? error.message) : String(error)
  console.error(`page failed request=${context.requestId} ${request.method} ${new URL(request.url).pathname}: ${cause}`)
}
