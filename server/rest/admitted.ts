import type { IncomingMessage } from 'node:http'
import { type Admission, type Admitted, refusalError } from '../platform/admission.ts'

/** Room for this request's body. Throws AppError `rate_limited` or `unavailable`, before a byte of it is read. */
export function admitted(admission: Admission, tenantId: number, { headers }: IncomingMessage): Admitted {
  const length = headers['content-length']
  const place = admission.admit({ tenantId, expectedBytes: length === undefined ? null : Number(length) })
  if (!place.admitted) throw refusalError(place)
  return place
}
