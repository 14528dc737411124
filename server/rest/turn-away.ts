import { randomUUID } from 'node:crypto'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Admission, Refusal } from '../platform/admission.ts'
import { hashToken } from '../platform/auth/keys.ts'
import { recent } from '../platform/recent.ts'
import type { Actor } from '../platform/trpc.ts'
import { admitEarly } from './admitted.ts'
import { answer, type Wire } from './answer.ts'

/** A door for deliveries, as far as it can be known from the head of a request. */
export type Door = { takes: (path: string) => boolean; busy: (req: IncomingMessage, why: Refusal) => Wire }

/** What goes with every answer, and what is told of every request. */
export type Around = {
  headers: Record<string, string>
  note: (res: ServerResponse, about: { requestId: string; method: string; path: string }) => void
  stopping: () => boolean
}

const FRESH_MS = 10_000
const known = recent<{ tenantId: number; at: number }>(1_000)

const keyOf = ({ authorization }: IncomingMessage['headers']) => (authorization ? hashToken(authorization) : null)

/** Notes whose deliveries this header brings, for a few seconds. */
export function noteCaller({ headers }: IncomingMessage, { tenantId }: Actor): void {
  const key = keyOf(headers)
  if (key) known.keep(key, { tenantId, at: Date.now() })
}

/** Whose deliveries it brings, by what was noted lately; null when nothing was. */
function tenantOf({ headers }: IncomingMessage): number | null {
  const key = keyOf(headers)
  const caller = key ? known.recall(key) : undefined
  return caller && Date.now() - caller.at <= FRESH_MS ? caller.tenantId : null
}

/**
 * Stands before everything else, so that a flood of deliveries for which a tenant has no room costs little: such a one is
 * answered from its head and from memory, the rest goes on to `next`. Who is let in is asked every time; a token
 * that was revoked within these seconds is refused for one reason or the other. A page of another origin goes on,
 * as its answer needs headers of its own.
 */
export function turningAway(doors: Door[], admission: Admission, around: Around, next: RequestListener) {
  return (req: IncomingMessage, res: ServerResponse): void => {
    const path = req.url?.split('?', 1)[0] ?? ''
    const away = req.method === 'POST' && req.headers.origin === undefined && !around.stopping()
    const door = away ? doors.find(({ takes }) => takes(path)) : undefined
    const tenantId = door ? tenantOf(req) : null
    const refusal = tenantId === null ? null : admitEarly(admission, tenantId, req, res)
    if (!door || !refusal) return void next(req, res)
    const requestId = randomUUID()
    around.note(res, { requestId, method: 'POST', path })
    const said = door.busy(req, refusal)
    answer(req, res, { ...said, headers: { ...around.headers, ...said.headers, 'X-Request-Id': requestId } })
  }
}
