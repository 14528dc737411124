import { Readable } from 'node:stream'
import type { Request, Response } from 'express'
import { skipSpace } from '../modules/ingestion/formats/json-scan.ts'
import { counted } from '../platform/admission.ts'
import { fromSourceToken } from '../platform/auth/doors.ts'
import { AppError, fromDatabase } from '../platform/errors.ts'
import { type Spooled, TooLarge } from '../platform/spool.ts'
import type { Actor } from '../platform/trpc.ts'
import { admitted } from '../rest/admitted.ts'
import { noteSource } from '../rest/callers.ts'
import { mayBeEntered } from '../rest/entered.ts'
import type { RestBase } from '../rest/route.ts'
import { noteCaller } from '../rest/turn-away.ts'
import { createCaller } from '../router.ts'
import type { Answers, Earlier } from './answers.ts'
import { type Dialect, Refused } from './dialect.ts'
import { watchRepetition } from './repetition.ts'
import { tokenIn } from './tokens.ts'

export type Delivery = { base: RestBase; answers: Answers; dialect: Dialect; req: Request; res: Response }

/**
 * Takes a forwarder's body: when this resolves it is in the spool and in the ledger, or was so before. The same body is
 * taken once. Throws Refused; of what is refused nothing is kept.
 */
export async function takeBody(delivery: Delivery): Promise<void> {
  const { base, dialect, req, res } = delivery
  const begun = performance.now()
  try {
    const actor = await sender(base, dialect, req)
    noteCaller(req, actor)
    const gzip = readable(base, req)
    await noteSource(base, actor, actor.sourceId!, res.locals.requestId)
    const place = admitted(base.admission, actor.tenantId, req)
    const repetition = dialect.marker === null ? null : watchRepetition(dialect.marker)
    try {
      const bytes = counted(req.iterator({ destroyOnReturn: false }), place)
      const spooled = await base.spool.receive(Readable.from(checked(bytes, { dialect, gzip, repetition })))
      if (!repetition?.isRepetitive()) await enter(delivery, actor, spooled)
      else await enterCopy(delivery, { actor, spooled, begun })
    } finally {
      place.release()
    }
  } catch (error) {
    throw refusalOf(error)
  }
}

async function sender({ auth }: RestBase, { schemes }: Dialect, { headers }: Request): Promise<Actor> {
  const found = tokenIn(headers.authorization, schemes)
  if (found === 'no token') throw new Refused(found, 'Send the token of a source in the Authorization header.')
  if (found === 'other scheme') throw new Refused(found, `The Authorization must be one of: ${schemes.join(', ')}.`)
  const actor = await fromSourceToken(auth, found.token)
  if (!actor) throw new Refused('unknown token', 'No source has this token, or it was revoked.')
  return actor
}

/** What the headers alone forbid. Returns whether the body says it is gzip. */
function readable({ env }: RestBase, { headers }: Request): boolean {
  const encoding = headers['content-encoding']?.trim().toLowerCase() ?? 'identity'
  if (!['identity', 'gzip', 'x-gzip'].includes(encoding))
    throw new Refused('other encoding', `Content-Encoding ${encoding} is not understood. Send gzip, or none.`)
  if (Number(headers['content-length'] ?? 0) > env.MAX_DELIVERY_BYTES)
    throw new Refused('too large', `A body may have ${env.MAX_DELIVERY_BYTES.toLocaleString('en')} bytes at most.`)
  return encoding !== 'identity'
}

const GZIP = 0x1f

type Checking = { dialect: Dialect; gzip: boolean; repetition: ReturnType<typeof watchRepetition> | null }

/** The same bytes, once they begin as this protocol's do: what they hold is for the load to read. */
async function* checked(bytes: AsyncIterable<Buffer>, { dialect, gzip, repetition }: Checking): AsyncGenerator<Buffer> {
  const { opens } = dialect
  let seen = false
  for await (const chunk of bytes) {
    if (!seen) {
      const first = gzip ? chunk[0] : chunk[skipSpace(chunk, 0)]
      if (first !== undefined && first !== (gzip ? GZIP : opens.charCodeAt(0)))
        throw new Refused('other format', gzip ? 'The body is not gzip.' : `The body must begin with ${opens}`)
      seen = first !== undefined
    }
    repetition?.feed(chunk)
    yield chunk
  }
  if (!seen) throw new Refused('empty', 'The body is empty.')
}

/** A body that is one event over and over may come again as other evidence: our answers to its equals decide. */
const enterCopy = (delivery: Delivery, { actor, spooled, begun }: { actor: Actor; spooled: Spooled; begun: number }) =>
  delivery.answers.inTurn(`${actor.sourceId}:${spooled.sha256}`, { begun, ...delivery }, (earlier) =>
    enter(delivery, actor, spooled, earlier),
  )

/** Brings a spooled body into the ledger, or finds it there. The number of its delivery. */
async function enter({ base, dialect, req, res }: Delivery, actor: Actor, spooled: Spooled, earlier?: Earlier) {
  const { format } = dialect
  const { requestId } = res.locals
  const api = createCaller({ ...base, actor, requestId, ip: req.ip ?? '', delivered: spooled })
  const idempotencyKey = `${format}:${spooled.sha256}`
  try {
    const { batch, replayed } = await api.ingestion.receive({ format, idempotencyKey, earlier })
    if (replayed) await base.spool.remove(spooled.name)
    return batch.id
  } catch (error) {
    if (!(await mayBeEntered(base, { actor, requestId, name: spooled.name }, error)))
      await base.spool.remove(spooled.name)
    throw error
  }
}

function refusalOf(error: unknown): unknown {
  const cause = fromDatabase((error as { cause?: unknown }).cause instanceof Error ? (error as Error).cause : error)
  if (cause instanceof Refused) return cause
  if (cause instanceof TooLarge) return new Refused('too large', cause.message)
  if (!(cause instanceof AppError)) return error
  const { code, message, retryAfterSeconds: retryAfter = 5 } = cause
  if (code === 'unavailable' || code === 'rate_limited')
    return new Refused('busy', message, { own: code === 'rate_limited', retryAfter })
  return error
}
