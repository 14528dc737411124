import { open } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream'
import { constants, createGunzip, gunzipSync } from 'node:zlib'
import { array } from './array.ts'
import { csv } from './csv.ts'
import { type Format, Unreadable } from './framed.ts'
import { jsonl } from './jsonl.ts'

const HEAD_BYTES = 64 * 1024
const MAX_RATIO = 200
const RATIO_FROM_BYTES = 1024 * 1024

export const FORMATS = { jsonl, csv, object: jsonl, array } as const satisfies Record<string, Format>
/** An archive is no format of rows: its files are. */
export type FormatName = keyof typeof FORMATS | 'zip'

/** A delivery whose bytes are none of our formats; the message says what was found and what to send instead. */
export class UnknownFormat extends Unreadable {}
/** A delivery without a single character to read. */
export class EmptyDelivery extends UnknownFormat {}
/** A gzip that unpacks to too much, or is broken. */
export class BadGzip extends Unreadable {}

/** What a delivery is, from its first bytes, not its name. Throws UnknownFormat. */
export async function detect(path: string): Promise<{ format: FormatName; gzip: boolean }> {
  const file = await open(path, 'r')
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0)
    const start = buffer.subarray(0, bytesRead)
    const gzip = start[0] === 0x1f && start[1] === 0x8b
    return { format: formatOf(gzip ? unpackedHead(start) : start), gzip }
  } finally {
    await file.close()
  }
}

function formatOf(head: Buffer): FormatName {
  if (head.length === 0) throw new EmptyDelivery('The delivery is empty.')
  const signature = head.subarray(0, 4).toString('latin1')
  if (signature === 'PK\x03\x04') return 'zip'
  if (signature === 'PK\x05\x06') throw new EmptyDelivery('The ZIP archive is empty.')
  if (head[0] === 0x1f && head[1] === 0x8b) throw unknown('a gzip inside a gzip')
  if ((head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff)) throw unknown('UTF-16 text')
  const text = head
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .trimStart()
  if (text === '') throw new EmptyDelivery('The delivery holds nothing but white space.')
  if (text.startsWith('{')) return 'jsonl'
  if (text.startsWith('[')) return 'array'
  if (head.subarray(0, 512).includes(0)) throw unknown('binary data')
  const [header = ''] = text.split(/\r?\n/, 1)
  if (/[,;\t|]/.test(header)) return 'csv'
  throw unknown('text without columns')
}

const unknown = (what: string) =>
  new UnknownFormat(
    `This is ${what}. Send JSON lines, a JSON array, CSV or a ZIP as Velociraptor exports them, plain or gzip.`,
  )

function unpackedHead(start: Buffer): Buffer {
  try {
    return gunzipSync(start, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: 16 * 1024 * 1024 })
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE')
      throw new BadGzip('The gzip unpacks to more than 200 times its size.')
    throw new BadGzip('The gzip is broken: its first bytes do not unpack.')
  }
}

/** The delivery's bytes, unpacked. Throws BadGzip past a ratio of 200:1, or `maxBytes`, or for a broken file. */
export async function* unpacked(
  file: Readable,
  { gzip, maxBytes }: { gzip: boolean; maxBytes: number },
): AsyncGenerator<Buffer> {
  if (!gzip) {
    yield* file as AsyncIterable<Buffer>
    return
  }
  let packed = 0
  let plain = 0
  file.on('data', (chunk: Buffer) => {
    packed += chunk.length
  })
  const stream = pipeline(file, createGunzip({ chunkSize: 256 * 1024 }), () => {})
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      plain += chunk.length
      if (plain > maxBytes) throw new BadGzip(`The gzip unpacks to more than ${maxBytes.toLocaleString('en')} bytes.`)
      if (plain > RATIO_FROM_BYTES && plain > packed * MAX_RATIO)
        throw new BadGzip('The gzip unpacks to more than 200 times its size.')
      yield chunk
    }
  } catch (error) {
    if (error instanceof BadGzip) throw error
    throw new BadGzip(`The gzip is broken: ${(error as Error).message}.`)
  } finally {
    file.destroy()
  }
}
