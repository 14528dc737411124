import { pipeline } from 'node:stream/promises'
import type { z } from 'zod'
import type { Exported } from '../modules/exporting/schema.ts'
import { exportRows } from '../modules/exporting/service.ts'
import { leftOf } from '../platform/left.ts'
import { detached } from '../platform/trpc.ts'
import { type Call, SENT } from './route.ts'

const LONGEST_MS = 1_800_000

/**
 * Rows as a file. It ends with the connection: a reader who leaves stops the engine, and half an hour is the longest. A slow
 * reader empties what lies between us for minutes, in which nothing is written: silence ends nothing here.
 */
export async function sendRows({
  base,
  actor,
  requestId,
  ip,
  query,
  req,
  res,
}: Call<z.output<typeof Exported>, unknown>) {
  const ctx = detached({ ...base, actor, requestId, ip, left: leftOf(req, res) })
  const { name, type, bytes, about } = await exportRows(ctx, query)
  res.set({
    'Content-Type': type,
    'Content-Disposition': `attachment; filename="${name}"`,
    ...(about.of !== null && {
      'X-Rows-Found': String(about.of),
      'X-Rows-Sent': String(Math.min(about.of, about.limit)),
    }),
  })
  res.setTimeout(0)
  const over = setTimeout(() => res.destroy(), LONGEST_MS)
  try {
    await pipeline(bytes, res)
  } finally {
    clearTimeout(over)
  }
  return SENT
}
