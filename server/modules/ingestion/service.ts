import { Readable } from 'node:stream'
import { stringify } from 'lossless-json'
import type { z } from 'zod'
import { upsertHost } from '#server/modules/hosts/queries.ts'
import { record } from '#server/platform/activity.ts'
import { AppError } from '#server/platform/errors.ts'
import { enqueue } from '#server/platform/jobs.ts'
import type { Spooled } from '#server/platform/spool.ts'
import type { Ctx, DetachedCtx } from '#server/platform/trpc.ts'
import { copyOf } from './copies.ts'
import { isDoorFormat } from './formats/doors.ts'
import { loadDeliveries } from './jobs.ts'
import { type Batch, getBatch } from './queries.ts'
import type { Delivery, IdempotencyKey, Push } from './schema.ts'

type Facts = Omit<z.infer<typeof Delivery>, 'idempotencyKey' | 'password'> & { sealed_password?: string | null }
export type Received = { batch: Batch; replayed: boolean }

/**
 * Enters a spooled delivery in the ledger and queues its load, in one transaction: from here on it is never lost.
 * The same key with the same bytes gives the first result again (`replayed`); with other bytes it is `invalid`,
 * while the first one is still loading it is `conflict`, but for a forwarder's body.
 */
export async function receive(
  ctx: Ctx,
  said: Facts,
  spooled: Spooled,
  key?: z.infer<typeof IdempotencyKey>,
): Promise<Received> {
  const { db, actor } = ctx
  // What mends a delivery speaks of the same host and artifact, unless it says otherwise. Another's is not found.
  const mends = said.repairs ? await getBatch(ctx, said.repairs) : null
  const facts = mends ? inherited(said, mends) : said
  const found = said.earlier ? await copyOf(ctx, spooled, said.earlier) : { copy: 1 }
  if ('repeats' in found) return { batch: await getBatch(ctx, found.repeats), replayed: true }
  const ownKey = found.copy > 1 ? `${key}:${found.copy}` : key
  const idempotencyKey = ownKey ? `${actor.sourceId ? `source-${actor.sourceId}` : 'people'}:${ownKey}` : null
  const same = await db
    .selectFrom('batch')
    .select('id')
    .where('sha256', '=', spooled.sha256)
    .where('state', '!=', 'failed')
    .orderBy('id')
    .limit(1)
    .executeTakeFirst()
  const made = await db
    .insertInto('batch')
    .values({
      source_id: actor.sourceId,
      created_by: actor.accountId,
      format: isDoorFormat(facts.format) ? facts.format : null,
      idempotency_key: idempotencyKey,
      filename: facts.filename ?? null,
      artifact: facts.artifact ?? null,
      hostname: facts.hostname ?? null,
      client_id: facts.client_id ?? null,
      flow_id: facts.flow_id ?? null,
      bytes: spooled.bytes,
      sha256: spooled.sha256,
      spool_name: spooled.name,
      same_content_as: same?.id ?? null,
      repairs: mends?.id ?? null,
      copy: found.copy,
      sealed_password: facts.sealed_password ?? null,
    })
    .onConflict((c) => c.columns(['tenant_id', 'idempotency_key']).doNothing())
    .returning('id')
    .executeTakeFirst()
  if (!made) return { batch: await firstAnswer(ctx, facts, idempotencyKey!, spooled), replayed: true }

  await record(
    ctx,
    'batch.received',
    { type: 'batch', id: made.id },
    { bytes: spooled.bytes, filename: facts.filename, repairs: mends?.id },
  )
  await enqueue(db, loadDeliveries, {})
  return { batch: await getBatch(ctx, made.id), replayed: false }
}

const inherited = (said: Facts, { artifact, hostname, client_id, flow_id }: Batch): Facts => ({
  ...said,
  artifact: said.artifact ?? artifact ?? undefined,
  hostname: said.hostname ?? hostname ?? undefined,
  client_id: said.client_id ?? (said.hostname ? undefined : (client_id ?? undefined)),
  flow_id: said.flow_id ?? flow_id ?? undefined,
})

async function firstAnswer(ctx: Ctx, { format }: Facts, idempotencyKey: string, { sha256 }: Spooled): Promise<Batch> {
  const { id } = await ctx.db
    .selectFrom('batch')
    .select('id')
    .where('idempotency_key', '=', idempotencyKey)
    .executeTakeFirstOrThrow()
  const first = await getBatch(ctx, id)
  if (first.sha256 !== sha256) throw new AppError('invalid', 'This Idempotency-Key was used for other bytes.')
  // A forwarder that sends a body again wants to hear that it is safe, and it is: in the spool, or beyond.
  if (!first.done_at && !isDoorFormat(format))
    throw new AppError('conflict', 'A delivery with this Idempotency-Key is still loading.', {}, 2)
  return first
}

/** The seed's push: one host and what it answered. Results become rows of `data.artifact`; other data describes the host. */
export async function push(
  ctx: DetachedCtx,
  { hostname, data }: z.infer<typeof Push>,
): Promise<{ host_id: number; batch: Batch | null }> {
  const artifact = typeof data.artifact === 'string' && data.artifact !== '' ? data.artifact : undefined
  const lines = artifact ? linesOf(data) : []
  const spooled = lines.length > 0 ? await ctx.spool.receive(Readable.from(lines)) : null
  try {
    return await ctx.transact('read write', async (within) => {
      const host = await upsertHost(within, { hostname, host_metadata: artifact ? null : plain(data) })
      if (!spooled) return { host_id: host.id, batch: null }
      const facts = { artifact, hostname, client_id: host.client_id ?? undefined, format: 'jsonl' as const }
      return {
        host_id: host.id,
        batch: (
          await receive(within, { ...facts, flow_id: undefined, filename: undefined, repairs: undefined }, spooled)
        ).batch,
      }
    })
  } catch (error) {
    if (spooled) await ctx.spool.remove(spooled.name)
    throw error
  }
}

// lossless-json keeps every digit; JSON.parse and JSON.stringify would not.
function linesOf({ artifact: _name, results, ...rest }: Record<string, unknown>): Buffer[] {
  const rows = Array.isArray(results) ? results : Object.keys(rest).length > 0 ? [rest] : []
  return rows.map((row) => Buffer.from(`${stringify(row)}\n`))
}

const plain = (data: Record<string, unknown>) => JSON.parse(stringify(data) ?? '{}')
