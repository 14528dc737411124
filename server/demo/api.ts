import { setTimeout as sleep } from 'node:timers/promises'
import type { Delivery } from './deliveries.ts'

/** A reason to stop, in words for whoever started the demo. */
export class DemoError extends Error {}

export type Batch = {
  id: number
  state: string
  received: number
  stored: number
  duplicate: number
  rejected: number
  error: string | null
}
export type Delivered = { batch: Batch; replayed: boolean }
export type Api = ReturnType<typeof apiAt>

const TRIES = 20
const TIMEOUT_MS = 60_000

/** The public REST API at `url`, as anybody may use it. Waits and asks again where the server asks for it. */
export function apiAt(url: string) {
  let token = ''

  async function call(
    method: string,
    path: string,
    body?: BodyInit,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    for (let tries = 1; ; tries += 1) {
      const response = await fetch(new URL(`/api${path}`, url), {
        method,
        headers: { ...(token ? { authorization: `Bearer ${token}` } : {}), ...headers },
        redirect: 'error',
        signal: AbortSignal.timeout(TIMEOUT_MS),
        ...(body === undefined ? {} : { body }),
      }).catch(unreachable)
      const again = [429, 503].includes(response.status) || (response.status === 409 && 'idempotency-key' in headers)
      if (!again || tries === TRIES) return response
      await response.body?.cancel()
      await sleep(1000 * Math.min(Number(response.headers.get('retry-after')) || 1, 10))
    }
  }

  function unreachable(error: Error): never {
    const { code, message = '' } = (error.cause ?? error) as { code?: string; message?: string }
    throw new DemoError(
      `No server answers at ${url} (${code ?? message}). Start it with: npm start. Or name another with --url.`,
    )
  }

  return {
    carry: (value: string) => {
      token = value
    },

    /** A JSON answer with its status; the caller decides what a refusal means. */
    async ask<T>(
      method: 'GET' | 'POST',
      path: string,
      json?: object,
    ): Promise<{ status: number; body: T; detail: string }> {
      const body = json === undefined ? undefined : JSON.stringify(json)
      const response = await call(method, path, body, body ? { 'content-type': 'application/json' } : {})
      const answer = (await response.json().catch(() => ({}))) as T & { detail?: unknown }
      const { detail } = answer
      return {
        status: response.status,
        body: answer,
        detail: typeof detail === 'string' ? detail : JSON.stringify(detail ?? ''),
      }
    },

    /** Hands a delivery in; a repeat of one that had failed is handed in anew. Throws DemoError when it is refused. */
    async deliver({ artifact, filename, body, key }: Delivery): Promise<Delivered> {
      const path = `/ingestion/batches?${new URLSearchParams({ artifact, filename })}`
      const response = await call('POST', path, body as BodyInit, {
        'content-type': 'application/gzip',
        'idempotency-key': key,
      })
      const answer = (await response.json().catch(() => ({}))) as Batch & { detail?: unknown; batch_id?: number }
      const replayed = response.headers.get('idempotent-replayed') !== null
      if (response.ok) return { batch: answer, replayed }
      if (replayed && answer.batch_id)
        return this.deliver({ artifact, filename, body, rows: 0, key: `${key}-after-${answer.batch_id}` })
      throw new DemoError(`The server refused ${filename} (${response.status}): ${JSON.stringify(answer.detail ?? '')}`)
    },
  }
}
