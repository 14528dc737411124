import { installation } from './world.ts'

export type Reply = { status: number; headers: Headers; text: string }

/** A request to the running product, as a program sends it: no redirect is followed. */
export async function send(path: string, init: RequestInit = {}, url = installation.url): Promise<Reply> {
  const response = await fetch(new URL(path, url), { redirect: 'manual', ...init })
  return { status: response.status, headers: response.headers, text: await response.text() }
}

const json = { 'content-type': 'application/json' }

/** A procedure over HTTP as a page's script calls it: with the session cookie, from our own origin. */
export function callProcedure(
  name: string,
  {
    type,
    input,
    cookie,
    url = installation.url,
  }: { type: 'query' | 'mutation'; input?: unknown; cookie?: string | undefined; url?: string },
): Promise<Reply> {
  const headers = { ...json, origin: url, ...(cookie ? { cookie } : {}) }
  if (type === 'mutation')
    return send(
      `/api/trpc/${name}`,
      { method: 'POST', headers, body: JSON.stringify(input ?? null) === 'null' ? '' : JSON.stringify(input) },
      url,
    )
  const query = input === undefined ? '' : `?input=${encodeURIComponent(JSON.stringify(input))}`
  return send(`/api/trpc/${name}${query}`, { headers }, url)
}

/** A request to the REST bridge with a bearer token. A body that is no text goes as JSON. */
export function callRest(
  method: string,
  path: string,
  { token, body, headers = {} }: { token?: string | undefined; body?: unknown; headers?: Record<string, string> } = {},
): Promise<Reply> {
  const sent = body === undefined || typeof body === 'string' ? body : JSON.stringify(body)
  const authorization: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {}
  return send(`/api${path}`, {
    method,
    headers: { ...(sent === undefined ? {} : json), ...authorization, ...headers },
    ...(sent === undefined ? {} : { body: sent }),
  })
}

/** An answer as bytes that can be compared and searched: status line, headers but those of the moment, body. */
export function wholeOf({ status, headers, text }: Reply): string {
  const OF_THE_MOMENT = new Set([
    'date',
    'x-request-id',
    'content-security-policy',
    'keep-alive',
    'connection',
    'content-length',
    'transfer-encoding',
  ])
  const shown = [...headers].filter(([name]) => !OF_THE_MOMENT.has(name)).map(([name, value]) => `${name}: ${value}`)
  return [status, ...shown, text.replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'uuid')].join(
    '\n',
  )
}
