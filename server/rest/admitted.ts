import type { IncomingMessage } from 'node:http'
import { type Admission, type Admitted, refusalError } from '../platform/admission.ts'

/** What a delivery of a tenant asks of admission, by its headers alone. */
export function roomFor(tenantId: number, { headers }: IncomingMessage) {
  const length = headers['content-length']
  return { tenantId, expectedBytes: length === undefined ? null : Number(length) }
}

/** Room for this request's body. Throws AppError `rate_limited` or `unavailable`, before a byte of it is read. */
export function admitted(admission: Admission, tenantId: number, req: IncomingMessage): Admitted {
  const place = admission.admit(roomFor(tenantId, req))
  if (!place.admitted) throw refusalError(place)
  return place
}
