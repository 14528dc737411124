import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Admission, type Admitted, refusalError } from '../platform/admission.ts'

/** What a delivery of a tenant asks of admission, by its headers alone. */
function roomFor(tenantId: number, { headers }: IncomingMessage) {
  const length = headers['content-length']
  return { tenantId, expectedBytes: length === undefined ? null : Number(length) }
}

type Kept = { tenantId: number; place: Admitted }
const kept = new WeakMap<IncomingMessage, Kept>()

/**
 * Takes room for a body by the head of its request, before anybody is asked who sends it; `admitted` finds it. Room that
 * nobody asks for is given back with the answer. A refusal where there is none.
 */
export function admitEarly(admission: Admission, tenantId: number, req: IncomingMessage, res: ServerResponse) {
  const place = admission.admit(roomFor(tenantId, req))
  if (!place.admitted) return place
  kept.set(req, { tenantId, place })
  res.once('close', place.release)
  return null
}

/** Room for this request's body. Throws AppError `rate_limited` or `unavailable`, before a byte of it is read. */
export function admitted(admission: Admission, tenantId: number, req: IncomingMessage): Admitted {
  const early = kept.get(req)
  if (early?.tenantId === tenantId) return early.place
  const place = admission.admit(roomFor(tenantId, req))
  if (!place.admitted) throw refusalError(place)
  return place
}
