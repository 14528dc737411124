import type { AppLoadContext, EntryContext } from '@remix-run/node'
import { RemixServer } from '@remix-run/react'
import { renderToString } from 'react-dom/server'
import { NonceProvider } from './lib/nonce.ts'
import { withData } from './lib/page-data.ts'

// Nothing of a page comes later, so the router need not keep its data for what might.
export const streamTimeout = 500

/**
 * The whole page as one text: nothing on our pages is deferred, and React's streams encode each of the thousands of
 * pieces of a grid by itself. What the page was drawn from goes with it as Remix would stream it.
 */
export default async function handleRequest(
  request: Request,
  status: number,
  headers: Headers,
  remix: EntryContext,
  { nonce }: AppLoadContext,
): Promise<Response> {
  const data = await new Response(remix.serverHandoffStream).text()
  const page = renderToString(
    <NonceProvider value={nonce}>
      <RemixServer context={{ ...remix, serverHandoffStream: undefined }} url={request.url} nonce={nonce} />
    </NonceProvider>,
  )
  headers.set('Content-Type', 'text/html; charset=utf-8')
  return new Response(Buffer.from(withData(page, data, nonce)), { headers, status })
}

/** What loaders and actions did not expect, with the id that the person is shown. */
export function handleError(error: unknown, { request, context }: { request: Request; context: AppLoadContext }) {
  if (request.signal.aborted) return
  const cause = error instanceof Error ? (error.stack ?? error.message) : String(error)
  console.error(`page failed request=${context.requestId} ${request.method} ${new URL(request.url).pathname}: ${cause}`)
}
