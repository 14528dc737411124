import { Readable } from 'node:stream'
import { stringify } from 'lossless-json'
import type { z } from 'zod'
import { upsertHost } from '#server/modules/hosts/queries.ts'
import { record } from '#server/platform/activity.ts'
import { AppError } from '#server/platform/errors.ts'
import { enqueue } from '#server/platform/jobs.ts'
import type { Spooled } from '#server/platform/spool.ts'
import type { Ctx, DetachedCtx } from '#server/platform/trpc.ts'
import { FLAWS, type Flaw } from './formats/framed.ts'
import { loadDeliveries } from './jobs.ts'
import { type Batch, getBatch } from './queries.ts'
import { rejectPage } from './rows.ts'
import type { DeliveryFacts, IdempotencyKey, Push, RejectList } from './schema.ts'

type Facts = z.infer<typeof DeliveryFacts>
export type Received = { batch: Batch; replayed: boolean }

/**
 * Enters a spooled delivery in the ledger and queues its load, in one transaction: from here on it is never lost.
 * The same key with the same bytes gives the first result again (`replayed`); with other bytes it is `invalid`,
 * while the first one is still loading it is `conflict`.
 */
export async function receive(
  ctx: Ctx,
  facts: Facts,
  spooled: Spooled,
  key?: z.infer<typeof IdempotencyKey>,
): Promise<Received> {
  const { db, actor } = ctx
  const idempotencyKey = key ? `${actor.sourceId ? `source-${actor.sourceId}` : 'people'}:${key}` : null
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
    })
    .onConflict((c) => c.columns(['tenant_id', 'idempotency_key']).doNothing())
    .returning('id')
    .executeTakeFirst()
  if (!made) return { batch: await replay(ctx, idempotencyKey!, spooled), replayed: true }

  await record(
    ctx,
    'batch.received',
    { type: 'batch', id: made.id },
    { bytes: spooled.bytes, filename: facts.filename },
  )
  await enqueue(db, loadDeliveries, {})
  return { batch: await getBatch(ctx, made.id), replayed: false }
}

async function replay(ctx: Ctx, idempotencyKey: string, { sha256 }: Spooled): Promise<Batch> {
  const { id } = await ctx.db
    .selectFrom('batch')
    .select('id')
    .where('idempotency_key', '=', idempotencyKey)
    .executeTakeFirstOrThrow()
  const first = await getBatch(ctx, id)
  if (first.sha256 !== sha256) throw new AppError('invalid', 'This Idempotency-Key was used for other bytes.')
  if (!first.done_at) throw new AppError('conflict', 'A delivery with this Idempotency-Key is still loading.', {}, 2)
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
        batch: (await receive(within, { ...facts, flow_id: undefined, filename: undefined }, spooled)).batch,
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

/** One page of a delivery's quarantine, each line with its reason in words. */
export async function rejectsOf(ctx: DetachedCtx, input: z.infer<typeof RejectList>) {
  await ctx.transact('read only', (within) => getBatch(within, input.id))
  const page = await rejectPage(ctx.rows, input)
  return {
    rows: page.map((reject) => ({ ...reject, reason: FLAWS[reject.code as Flaw] ?? reject.code })),
    next: page.length === input.limit ? page.at(-1)!.line : null,
  }
}
