import type { Request } from 'express'
import { z } from 'zod'
import { detect } from '../modules/ingestion/formats/detect.ts'
import { ArchivePassword, DeliveryFacts, IdempotencyKey } from '../modules/ingestion/schema.ts'
import { blank, Id } from '../platform/input.ts'
import type { Spooled } from '../platform/spool.ts'
import { admitted } from './admitted.ts'
import { mayBeEntered } from './entered.ts'
import { flaw, Invalid, parsePart } from './invalid.ts'
import { problem, Refused, refusalOf } from './refusals.ts'
import { Answer, type Call, type RestBase } from './route.ts'
import { type LedgerLine, settled } from './settled.ts'
import { BatchRead } from './shapes.ts'
import { type Arrived, arrive } from './wire.ts'

const SMALL_BYTES = 1024 * 1024

/** Facts of a delivery from the URL; in a form they may stand beside the file instead. */
export const DeliveryQuery = DeliveryFacts.extend({
  from: z.enum(['page']).optional(),
  tenant: z
    .preprocess(blank, Id.optional())
    .meta({ description: 'The tenant it is meant for; refused where the sender acts in another one.' }),
})

type Upload = Call<z.output<typeof DeliveryQuery>, unknown>

/** POST /ingestion/batches. A page's form without script is led to its delivery, or back to the list with the reason. */
export async function takeDelivery(call: Upload): Promise<Answer> {
  const asked = { page: call.query.from === 'page' || isPageForm(call.req) }
  try {
    const answer = await take(call, asked)
    const { id, batch_id } = answer.body as { id?: number; batch_id?: number }
    return asked.page ? seeOther(`/deliveries/${id ?? batch_id}`) : answer
  } catch (error) {
    const refusal = asked.page ? refusalOf(error) : null
    if (!refusal) throw error
    return seeOther(`/deliveries?error=${encodeURIComponent(reasonOf(refusal))}`)
  }
}

// A browser that submits a form asks for a page; our own script asks for JSON, other clients for anything.
const isPageForm = (req: Request) =>
  req.headers['content-type']?.startsWith('multipart/form-data') === true && req.accepts(['json', 'html']) === 'html'

const seeOther = (to: string) => new Answer(303, undefined, { Location: to })

function reasonOf({ body }: Answer): string {
  const { detail } = body as { detail: string | { msg: string }[] }
  return typeof detail === 'string' ? detail : (detail[0]?.msg ?? 'The delivery was refused.')
}

async function take(call: Upload, asked: { page: boolean }): Promise<Answer> {
  const { base, req, query } = call
  if (query.tenant !== undefined && query.tenant !== call.actor!.tenantId) {
    throw new Refused(409, 'This is meant for another tenant than the one you are in now. Nothing was stored.')
  }
  const gzip = refuseUnreadable(req, base)
  const key = idempotencyKey(req)
  const { arrived, received } = await takeIn(call, { query, key, gzip }, asked)
  if (received.replayed) {
    await base.spool.remove(arrived.spooled.name)
    return ended(call, received.batch, { 'Idempotent-Replayed': 'true' }, 200)
  }
  const waits = arrived.spooled.bytes <= SMALL_BYTES && !asked.page
  return ended(call, waits ? await settled(call, received.batch) : received.batch)
}

/** From the first byte to the ledger. The room it takes is given back before anybody waits for the load. */
async function takeIn(call: Upload, said: Said, asked: { page: boolean }) {
  const { base, req, actor } = call
  const place = admitted(base.admission, actor!.tenantId, req)
  try {
    const arrived = await arrive(req, base.spool, place)
    asked.page ||= arrived.fields.from === 'page'
    return { arrived, received: await enter(call, arrived, said) }
  } finally {
    place.release()
  }
}

/** What the headers alone forbid, before a byte is read. Returns whether the body says it is gzip. */
function refuseUnreadable({ headers }: Request, { env }: RestBase): boolean {
  const encoding = headers['content-encoding']?.trim().toLowerCase() ?? 'identity'
  if (!['identity', 'gzip', 'x-gzip'].includes(encoding)) {
    throw new Refused(415, `Content-Encoding ${encoding} is not understood. Send gzip, or none.`)
  }
  const gzip = encoding !== 'identity'
  if (gzip && headers['content-type']?.startsWith('multipart/')) {
    throw new Refused(415, 'A form cannot be gzip as a whole. Put a .gz file into it instead.')
  }
  if (Number(headers['content-length'] ?? 0) > env.MAX_DELIVERY_BYTES) {
    const most = env.MAX_DELIVERY_BYTES.toLocaleString('en')
    throw new Refused(413, `A delivery may have ${most} bytes at most. Split the file, or raise MAX_DELIVERY_BYTES.`)
  }
  return gzip
}

function idempotencyKey({ headers }: Request): string | undefined {
  const given = headers['idempotency-key']
  if (given === undefined) return undefined
  const parsed = IdempotencyKey.safeParse(given)
  if (!parsed.success) throw new Invalid([flaw('header', 'Idempotency-Key', 'Must be 1 to 255 visible characters.')])
  return parsed.data
}

/** The password of an encrypted archive. Not in the URL: addresses end up in logs. */
function archivePassword({ headers, query }: Request, fields: Record<string, string>): string | undefined {
  if (query.password !== undefined) {
    throw new Invalid([flaw('query', 'password', 'Send it as form field password or header X-Archive-Password.')])
  }
  const given = fields.password || headers['x-archive-password']
  if (given === undefined || given === '') return undefined
  const parsed = ArchivePassword.safeParse(given)
  if (!parsed.success) throw new Invalid([flaw('body', 'password', 'Must be 1 to 1,024 characters.')])
  return parsed.data
}

type Said = { query: z.output<typeof DeliveryQuery>; key: string | undefined; gzip: boolean }

/** Enters a spooled delivery in the ledger. Nothing is kept of one that is refused. */
async function enter(call: Upload, { spooled, fields }: Arrived, { query, key, gzip }: Said) {
  try {
    const { from: _page, tenant: _tenant, ...facts } = query
    const told = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== ''))
    const all = parsePart(DeliveryFacts, 'body', { ...facts, ...told })
    await refuseUnknown(call.base, spooled, { said: all.format, gzip })
    const password = archivePassword(call.req, fields)
    return await call.apiWith(spooled).ingestion.receive({ ...all, idempotencyKey: key, password })
  } catch (error) {
    const { actor, requestId } = call
    if (!(await mayBeEntered(call.base, { actor, requestId, name: spooled.name }, error)))
      await call.base.spool.remove(spooled.name)
    throw error
  }
}

async function refuseUnknown({ spool }: RestBase, { name }: Spooled, { said, gzip }: { said: string; gzip: boolean }) {
  const found = await detect(spool.path(name))
  if (gzip && !found.gzip) throw new Refused(415, 'Content-Encoding says gzip, but these bytes are not gzip.')
  if (said !== 'auto' && said !== found.format) {
    throw new Refused(
      415,
      `format=${said} was said, but these bytes are ${found.format}. Leave format out to have it detected.`,
    )
  }
}

function ended({ req }: Upload, batch: LedgerLine, headers: Record<string, string> = {}, done = 201): Answer {
  const location = { Location: `${req.baseUrl}/ingestion/batches/${batch.id}` }
  if (batch.state === 'failed') {
    const refusal = problem(422, batch.error, { ...headers, ...location })
    return new Answer(422, { ...(refusal.body as object), batch_id: batch.id }, refusal.headers)
  }
  return new Answer(batch.state === 'done' ? done : 202, BatchRead.parse(batch), { ...headers, ...location })
}
