import type { DoorFormat } from '../modules/ingestion/formats/doors.ts'
import type { Wire } from '../rest/answer.ts'

export type { Wire }

/** Why a delivery is not taken. `busy` and `broken` pass; the rest is the same the next time. */
export type Cause =
  | 'no token'
  | 'other scheme'
  | 'unknown token'
  | 'empty'
  | 'other format'
  | 'other encoding'
  | 'too large'
  | 'busy'
  | 'broken'

/** A delivery that is not taken, before it is put into words of the client's protocol. */
export class Refused extends Error {
  readonly cause: Cause
  /** Whether it is this tenant that sends too much, not the installation that is away or full. */
  readonly own: boolean
  readonly retryAfter: number | undefined

  constructor(cause: Cause, says: string, { own = false, retryAfter }: { own?: boolean; retryAfter?: number } = {}) {
    super(says)
    this.cause = cause
    this.own = own
    this.retryAfter = retryAfter
  }
}

/** How a forwarder's protocol says who sends, that a body is safe, and that it is not. */
export type Dialect = {
  format: DoorFormat
  /** What its bodies begin with. */
  opens: '{' | '['
  /** Names of the Authorization schemes that carry a token, in small letters; `basic` carries it as the password. */
  schemes: readonly string[]
  /** What ends or begins each event, where the protocol names no rows: then two equal bodies may be different evidence. */
  marker: string | null
  received: Wire
  refused: (why: Refused) => Wire
}

/** When to come again, where that makes sense. */
export const retry = ({ retryAfter }: Refused): Record<string, string> =>
  retryAfter === undefined ? {} : { 'Retry-After': String(retryAfter) }
