import { z } from 'zod'
import { rejectStream } from '../modules/ingestion/rows.ts'
import { Slice, whole } from '../platform/input.ts'
import { sendFile } from './download.ts'
import type { Call, SENT } from './route.ts'

export const RejectQuery = Slice.extend({
  after: whole(0, Number.MAX_SAFE_INTEGER)
    .default(0)
    .meta({ description: 'Only lines after this one; cheaper than skip.' }),
  download: z.enum(['0', '1']).default('0').meta({ description: '1: all of them, whole, as JSON lines to keep.' }),
})

/** A delivery's quarantine: a page of it as a list, or all of it as a file. */
export async function readRejects(call: Call<z.output<typeof RejectQuery>, unknown>): Promise<unknown> {
  const { api, id, query } = call
  if (query.download === '1') return download(call)
  const { after, skip, limit } = query
  return (await api.ingestion.rejects({ id, after, skip, limit })).rows
}

async function download({ api, id, base, actor, res }: Call<unknown, unknown>): Promise<typeof SENT> {
  await api.ingestion.get({ id }) // not found for everybody else's
  const lines = await rejectStream(base.telemetry.forTenant(actor!.tenantId), id)
  res.set({
    'Content-Type': 'application/x-ndjson; charset=utf-8',
    'Content-Disposition': `attachment; filename="delivery-${id}-rejected.jsonl"`,
  })
  return sendFile(res, lines)
}
