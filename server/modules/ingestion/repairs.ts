import { Readable } from 'node:stream'
import type { z } from 'zod'
import { record } from '#server/platform/activity.ts'
import { AppError } from '#server/platform/errors.ts'
import { enqueue } from '#server/platform/jobs.ts'
import type { DetachedCtx } from '#server/platform/trpc.ts'
import { loadDeliveries } from './jobs.ts'
import { type Batch, getBatch, UNTRIED } from './queries.ts'
import { forgetRejects, rejectLines } from './rows.ts'
import type { BatchId, Repair, Replay } from './schema.ts'
import { receive } from './service.ts'

/**
 * Loads a failed delivery again from its kept file; host and artifact can be named now. Throws `conflict` when it has
 * not failed, or its file is gone. What it rejected the last time is judged anew.
 */
export const replay = (ctx: DetachedCtx, { id, artifact, hostname }: z.output<typeof Replay>): Promise<Batch> =>
  ctx.transact('read write', async (within) => {
    const batch = await getBatch(within, id)
    const again = await within.db
      .updateTable('batch')
      .set((eb) => ({
        state: 'spooled', done_at: null, error: null, ...UNTRIED, load_id: null, watched_at: null,
        received: 0, rejected: 0, loaded_bytes: 0, phase: null, locked_at: null,
        artifact: artifact ?? eb.ref('artifact'),
        hostname: hostname ?? eb.ref('hostname'),
      })) // biome-ignore format: a list to read across
      .where('id', '=', id)
      .where('state', '=', 'failed')
      .where('spool_name', 'is not', null)
      .returning('id')
      .executeTakeFirst()
    if (!again) throw new AppError('conflict', notAgain(batch))
    await record(within, 'batch.replayed', { type: 'batch', id }, { artifact, hostname })
    await enqueue(within.db, loadDeliveries, {})
    const replayed = await getBatch(within, id)
    // Last, because it cannot be taken back; the row is locked until this commits, so no load of it can have begun.
    await forgetRejects(ctx.rows, id)
    return replayed
  })

const notAgain = ({ state }: Batch) =>
  state === 'failed'
    ? 'The file of this delivery is not kept any more: send it again.'
    : 'Only a delivery that failed can be loaded again.'

/** Removes the kept file of a failed delivery; its ledger line and its rejected lines stay. */
export async function discard(ctx: DetachedCtx, { id }: z.output<typeof BatchId>): Promise<Batch> {
  const name = await ctx.transact('read write', async (within) => {
    const { db } = within
    const kept = await db.selectFrom('batch').select('spool_name').where('id', '=', id).executeTakeFirst()
    const gone = await db
      .updateTable('batch')
      .set({ spool_name: null })
      .where('id', '=', id)
      .where('state', '=', 'failed')
      .where('spool_name', 'is not', null)
      .returning('id')
      .executeTakeFirst()
    if (!gone) throw new AppError('conflict', notAgain(await getBatch(within, id)))
    await record(within, 'batch.discarded', { type: 'batch', id })
    return kept!.spool_name!
  })
  await ctx.spool.remove(name)
  return ctx.transact('read only', (within) => getBatch(within, id))
}

/**
 * Delivers rejected lines that were mended in the page, as a delivery of its own that names the one it mends. Lines left
 * as they were are not sent, unless what they lacked is said now. Throws `invalid` when nothing was mended.
 */
export async function repair(
  ctx: DetachedCtx,
  { id, lines, artifact, hostname }: z.output<typeof Repair>,
): Promise<Batch> {
  const { filename } = await ctx.transact('read only', (within) => getBatch(within, id))
  const were = await rejectLines(ctx.rows, id, lines.map(({ line }) => line)) // biome-ignore format: one line
  const now = new Map(lines.map(({ line, raw }) => [line, raw.replaceAll('\r\n', '\n').trim()]))
  const told = { NO_ARTIFACT: artifact, NO_HOST: hostname } as Record<string, string | undefined>
  const mended = were.filter(({ line, code, raw }) => now.get(line) !== raw.trim() || told[code] !== undefined)
  if (mended.length === 0)
    throw new AppError('invalid', 'No line was changed. Mend at least one, or say what the lines lack.')
  const body = mended.map(({ line, code }) => `${JSON.stringify({ line, reason: code, raw: now.get(line) })}\n`)
  const spooled = await ctx.spool.receive(Readable.from(body.map((text) => Buffer.from(text))))
  const facts = {
    repairs: id,
    artifact,
    hostname,
    filename: filename ? `mended lines of ${filename}`.slice(0, 255) : undefined,
  }
  try {
    const { batch } = await ctx.transact('read write', (within) =>
      receive(within, { ...facts, client_id: undefined, flow_id: undefined, format: 'auto' }, spooled),
    )
    return batch
  } catch (error) {
    await ctx.spool.remove(spooled.name)
    throw error
  }
}
