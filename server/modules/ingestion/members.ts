import { type FileHandle, open as openFile } from 'node:fs/promises'
import type { JobCtx } from '#server/platform/jobs.ts'
import { factsByLine, type MemberLine, secretsFor, type Told, uploadLines } from './archives.ts'
import { type Archive, openArchive } from './formats/archive.ts'
import { rowFilesOf } from './formats/archived-rows.ts'
import { containerOf, fill, nameless } from './formats/container.ts'
import { detect, FORMATS, type FormatName, unpacked } from './formats/detect.ts'
import { DOOR_FORMATS, type DoorFormat, isDoorFormat, isGzip } from './formats/doors.ts'
import type { Facts, Format } from './formats/framed.ts'
import { mended } from './formats/repair.ts'
import { refuseUnnamed } from './formats/unnamed.ts'
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

/** What a delivery was found to be, roughly how much more it unpacks to, and what its archive tells beside its rows. */
export type Opened = {
  format: FormatName | DoorFormat
  packing: number
  members: AsyncIterable<Member>
  told: Told | null
  close: () => Promise<void>
}

/** Opens a delivery by its bytes. Throws Unreadable for none of our formats, Unnamed where a person must say more. Close it. */
export async function open(ctx: JobCtx, batch: Loading): Promise<Opened> {
  const path = ctx.spool.path(batch.spool_name ?? '')
  const door = isDoorFormat(batch.format) ? batch.format : null
  const { format, gzip } = door ? { format: door, gzip: await isGzip(path) } : await detect(path)
  const bytes = () => unpacked(ctx.spool.read(batch.spool_name ?? ''), { gzip, maxBytes: MAX_UNPACKED_BYTES })
  if (format === 'zip') return openZip(ctx, batch, gzip ? bytes() : null)
  const only: Member = {
    name: '',
    facts: factsOf(batch),
    format: isDoorFormat(format) ? DOOR_FORMATS[format] : FORMATS[format],
    identity: isDoorFormat(format) ? 'position' : 'content', // an Elastic row's own id goes before both
    bytes,
  }
  if (batch.repairs !== null) {
    const mends = batch.repairs
    only.format = mended(only.format, await ctx.transact('read only', (db) => factsByLine(db, mends)))
  } else if (!isDoorFormat(format)) await refuseUnnamed(only.format, bytes(), only.facts)
  return { format, packing: gzip ? 5 : 1, members: one(only), told: null, close: async () => {} }
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

async function openZip(ctx: JobCtx, batch: Loading, unzipped: AsyncIterable<Buffer> | null): Promise<Opened> {
  const folder = ctx.spool.path('')
  let file: FileHandle | null = null
  try {
    file = unzipped ? await nameless(folder) : await openFile(ctx.spool.path(batch.spool_name ?? ''))
    if (unzipped) await fill(file, unzipped)
    const container = await containerOf(file, await secretsFor(ctx, batch), folder)
    file = container.file
    const { entries, password } = container
    const archive = await openArchive(file, entries, { password, filename: batch.filename ?? '' })
    const told: Told = { members: [], abouts: [...archive.abouts.values()] }
    const members = membersOf(ctx, archive, factsOf(batch), told.members)
    return { format: 'zip', packing: 5, members, told, close: () => archive.file.close() }
  } catch (error) {
    await file?.close().catch(() => {})
    throw error
  }
}

/** The files of rows; while they are read, and behind them, every file of the archive is entered in `lines`. */
async function* membersOf(ctx: JobCtx, archive: Archive, request: Facts, lines: MemberLine[]): AsyncGenerator<Member> {
  let before = 0
  const read = new Map<string, Pick<MemberLine, 'facts' | 'first_line' | 'lines'>>()
  for await (const file of rowFilesOf(archive, request)) {
    const counted = counting(file.format)
    yield { ...file, format: counted.format, identity: 'content' }
    read.set(file.name, { facts: file.facts, first_line: before + 1, lines: counted.lines() })
    before += counted.lines()
  }
  for (const { name, kind, entry, note } of archive.files) {
    if (kind !== 'upload') lines.push({ name, kind, bytes: entry.bytes, note, ...read.get(name) })
  }
  for await (const upload of uploadLines(ctx, archive)) lines.push(upload)
}

function counting(format: Format) {
  let last = 0
  return {
    lines: () => last,
    format: async function* (bytes: AsyncIterable<Buffer>) {
      for await (const block of format(bytes)) {
        last = Math.max(last, block.at(-1)!.line)
        yield block
      }
    },
  }
}
