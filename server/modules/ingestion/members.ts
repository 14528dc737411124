import type { JobCtx } from '#server/platform/jobs.ts'
import { detect, FORMATS, type FormatName, unpacked } from './formats/detect.ts'
import type { Facts, Format } from './formats/framed.ts'
import { mended } from './formats/repair.ts'
import type { Loading } from './queries.ts'

const MAX_UNPACKED_BYTES = 64 * 1024 ** 3

/** A file of rows: the delivery itself, or one inside its archive. */
export type Member = {
  name: string
  facts: Facts
  format: Format
  /** What makes a row the same row: what it says, or where it stands in these very bytes. */
  identity: 'content' | 'position'
  bytes: () => AsyncIterable<Buffer>
}

/** What a delivery was found to be, and roughly how much more it unpacks to. */
export type Opened = { format: FormatName; packing: number; members: AsyncIterable<Member> }

/** Opens a delivery by its bytes. Throws what `isHopeless` knows when they are none of our formats. */
export async function open(ctx: JobCtx, batch: Loading): Promise<Opened> {
  const { format, gzip } = await detect(ctx.spool.path(batch.spool_name ?? ''))
  const only: Member = {
    name: '',
    facts: factsOf(batch),
    format: batch.repairs === null ? FORMATS[format] : mended(FORMATS[format], () => undefined),
    identity: 'content',
    bytes: () => unpacked(ctx.spool.read(batch.spool_name ?? ''), { gzip, maxBytes: MAX_UNPACKED_BYTES }),
  }
  return { format, packing: gzip ? 5 : 1, members: one(only) }
}

/** What the request said of the rows that do not say it themselves. */
const factsOf = (batch: Loading): Facts => ({
  artifact: batch.artifact ?? '',
  clientId: batch.client_id ?? '',
  hostname: batch.hostname ?? '',
  flowId: batch.flow_id ?? '',
  sure: false,
})

async function* one(member: Member) {
  yield member
}
