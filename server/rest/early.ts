import type { IncomingMessage } from 'node:http'
import { type Admission, refusalError } from '../platform/admission.ts'
import { hashToken } from '../platform/auth/keys.ts'
import { recent } from '../platform/recent.ts'
import type { Actor } from '../platform/trpc.ts'
import { roomFor } from './admitted.ts'

const FRESH_MS = 10_000
const known = recent<{ tenantId: number; at: number }>(1_000)

const keyOf = ({ authorization }: IncomingMessage['headers']) => (authorization ? hashToken(authorization) : null)

/** Notes whose deliveries this header brings, for a few seconds. */
export function noteCaller({ headers }: IncomingMessage, { tenantId }: Actor): void {
  const key = keyOf(headers)
  if (key) known.keep(key, { tenantId, at: Date.now() })
}

/**
 * Refuses a delivery for which its tenant has no room now, before the database is asked who sends it: a flood of them costs
 * little. Throws as `admitted` does. Who is let in is asked every time; a token that was revoked within
 * these seconds is refused for one reason or the other.
 */
export function refuseEarly(admission: Admission, req: IncomingMessage): void {
  const key = keyOf(req.headers)
  const caller = key ? known.recall(key) : undefined
  if (!caller || Date.now() - caller.at > FRESH_MS) return
  const refusal = admission.refusal(roomFor(caller.tenantId, req))
  if (refusal) throw refusalError(refusal)
}
