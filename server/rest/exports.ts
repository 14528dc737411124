import type { z } from 'zod'
import type { Exported } from '../modules/exporting/schema.ts'
import { exportRows } from '../modules/exporting/service.ts'
import { leftOf } from '../platform/left.ts'
import { detached } from '../platform/trpc.ts'
import { sendFile } from './download.ts'
import type { Call } from './route.ts'

/** Rows as a file. A reader who leaves stops the engine. */
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
  return sendFile(res, bytes)
}
