import { Readable } from 'node:stream'
import type { Request } from 'express'
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
import { createCaller } from '../router.ts'
import { type Dialect, Refused } from './dialect.ts'
import { tokenIn } from './tokens.ts'

type Delivery = { base: RestBase; dialect: Dialect; req: Request; requestId: string }

/**
 * Takes a forwarder's body: when this resolves it is in the spool and in the ledger, or was so before. Its SHA-256 is
 * its name, so the same body is taken once. Throws Refused; of what is refused nothing is kept.
 */
export async function takeBody({ base, dialect, req, requestId }: Delivery): Promise<void> {
  try {
    const actor = await sender(base, dialect, req)
    const gzip = readable(base, req)
    await noteSource(base, actor, actor.sourceId!, requestId)
    const place = admitted(base.admission, actor.tenantId, req)
    try {
      const bytes = counted(req.iterator({ destroyOnReturn: false }), place)
      const spooled = await base.spool.receive(Readable.from(begun(bytes, dialect, gzip)))
      await enter({ base, dialect, req, requestId }, actor, spooled)
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

/** The same bytes, once they begin as this protocol's do: what they hold is for the load to read. */
async function* begun(bytes: AsyncIterable<Buffer>, { opens }: Dialect, gzip: boolean): AsyncGenerator<Buffer> {
  let seen = false
  for await (const chunk of bytes) {
    if (!seen) {
      const first = gzip ? chunk[0] : chunk[skipSpace(chunk, 0)]
      if (first !== undefined && first !== (gzip ? GZIP : opens.charCodeAt(0)))
        throw new Refused('other format', gzip ? 'The body is not gzip.' : `The body must begin with ${opens}`)
      seen = first !== undefined
    }
    yield chunk
  }
  if (!seen) throw new Refused('empty', 'The body is empty.')
}

async function enter({ base, dialect, req, requestId }: Delivery, actor: Actor, spooled: Spooled): Promise<void> {
  const { format } = dialect
  const api = createCaller({ ...base, actor, requestId, ip: req.ip ?? '', delivered: spooled })
  const idempotencyKey = `${format}:${spooled.sha256}`
  try {
    const { replayed } = await api.ingestion.receive({ format, idempotencyKey })
    if (replayed) await base.spool.remove(spooled.name)
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
