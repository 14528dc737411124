import type { FileHandle } from 'node:fs/promises'
import yauzl from 'yauzl'
import { Unreadable } from './framed.ts'

/** A file inside an archive, as the archive's directory tells of it. */
export type Entry = {
  name: string
  method: number
  bytes: number
  packedBytes: number
  crc: number
  /** Where its local header begins. */
  offset: number
  flags: number
  /** WinZip AES: how strong, which version, and how it is packed underneath. */
  aes: { version: number; strength: number; method: number } | null
}

export const MAX_ENTRIES = 100_000
const MAX_NAME_BYTES = 4_096
const MAX_DIRECTORY_BYTES = 48 * 1024 ** 2
const MAX_UNPACKED_BYTES = 64 * 1024 ** 3
const RATIO = 200
const RATIO_FROM_BYTES = 1024 ** 2
const WINDOW_BYTES = 1024 ** 2
const HEADER_BYTES = 30
const AES_FIELD = 0x9901
const [LINK, FILE_KIND] = [0xa000, 0xf000]

/**
 * The files of a ZIP, from its directory at the end. Throws Unreadable, naming the file, for an archive that was made to
 * harm: too many files, too much in them, files within each other, names that lead elsewhere, links, one name twice.
 */
export async function entriesOf(file: FileHandle, size: number): Promise<Entry[]> {
  const zip = await opened(file, size)
  const most = MAX_ENTRIES.toLocaleString('en')
  if (zip.entryCount > MAX_ENTRIES) {
    throw new Unreadable(`The ZIP holds ${zip.entryCount.toLocaleString('en')} files; ${most} are read. Split it.`)
  }
  const entries: Entry[] = []
  let directoryBytes = 0
  await new Promise<void>((resolve, reject) => {
    zip.on('error', (error: Error) => reject(new Unreadable(`The ZIP's directory is broken: ${error.message}.`)))
    zip.on('end', resolve)
    zip.on('entry', (entry: yauzl.Entry) => {
      directoryBytes += entry.fileNameLength + entry.extraFieldLength + entry.fileCommentLength
      if (directoryBytes > MAX_DIRECTORY_BYTES) return reject(new Unreadable("The ZIP's directory is too large."))
      try {
        const read = entryOf(entry)
        if (!read.name.endsWith('/')) entries.push(read)
        zip.readEntry()
      } catch (error) {
        reject(error)
      }
    })
    zip.readEntry()
  })
  refuseDoubles(entries)
  refuseOverlaps(entries, size)
  refuseBombs(entries, size)
  return entries
}

async function opened(file: FileHandle, size: number): Promise<yauzl.ZipFile> {
  const options = { autoClose: false, lazyEntries: true, decodeStrings: false, validateEntrySizes: false }
  try {
    return await yauzl.fromRandomAccessReaderPromise(new Windowed(file, size), size, options)
  } catch (error) {
    throw new Unreadable(`The ZIP cannot be opened: ${(error as Error).message}`)
  }
}

/** Reads the file a megabyte at a time: a directory of 100,000 files is otherwise 200,000 reads. */
class Windowed extends yauzl.RandomAccessReader {
  readonly #file: FileHandle
  readonly #size: number
  #from = 0
  #window = Buffer.alloc(0)

  constructor(file: FileHandle, size: number) {
    super()
    this.#file = file
    this.#size = size
  }

  override read(into: Buffer, offset: number, length: number, at: number, done: (error: Error | null) => void): void {
    const copy = () => {
      const start = at - this.#from
      const there = start >= 0 && start + length <= this.#window.length
      if (there) this.#window.copy(into, offset, start, start + length)
      return there
    }
    if (copy()) {
      queueMicrotask(() => done(null))
      return
    }
    const wanted = Math.min(Math.max(length, WINDOW_BYTES), Math.max(0, this.#size - at))
    this.#file.read(Buffer.allocUnsafe(wanted), 0, wanted, at).then(
      ({ buffer, bytesRead }) => {
        this.#from = at
        this.#window = buffer.subarray(0, bytesRead)
        done(copy() ? null : new Error('it ends too early'))
      },
      (error: Error) => done(error),
    )
  }
}

function entryOf(entry: yauzl.Entry): Entry {
  if (entry.fileNameLength > MAX_NAME_BYTES) throw new Unreadable('The ZIP holds a name of more than 4,096 bytes.')
  const name = yauzl.getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, false)
  const leads = name.startsWith('/') || /^[A-Za-z]:/.test(name) || name.split('/').includes('..') || name.includes('\0')
  if (leads) throw new Unreadable(`The ZIP holds a name that leads out of it: ${JSON.stringify(name.slice(0, 200))}.`)
  if (((entry.externalFileAttributes >>> 16) & FILE_KIND) === LINK) {
    throw new Unreadable(`The ZIP holds a link: ${JSON.stringify(name.slice(0, 200))}.`)
  }
  return {
    name,
    method: entry.compressionMethod,
    bytes: entry.uncompressedSize,
    packedBytes: entry.compressedSize,
    crc: entry.crc32,
    offset: entry.relativeOffsetOfLocalHeader,
    flags: entry.generalPurposeBitFlag,
    aes: aesOf(entry.extraFields),
  }
}

function aesOf(fields: yauzl.ExtraField[]): Entry['aes'] {
  const data = fields.find(({ id }) => id === AES_FIELD)?.data
  if (!data || data.length < 7) return null
  return { version: data.readUInt16LE(0), strength: data.readUInt8(4), method: data.readUInt16LE(5) }
}

function refuseDoubles(entries: Entry[]): void {
  const names = new Set<string>()
  for (const { name } of entries) {
    if (names.has(name)) throw new Unreadable(`The ZIP holds ${JSON.stringify(name)} twice.`)
    names.add(name)
  }
}

function refuseOverlaps(entries: Entry[], size: number): void {
  let end = 0
  for (const { name, offset, packedBytes } of [...entries].sort((a, b) => a.offset - b.offset)) {
    if (offset < end) throw new Unreadable(`The ZIP holds ${JSON.stringify(name)} within another file.`)
    end = offset + HEADER_BYTES + packedBytes
    if (end > size) throw new Unreadable(`The ZIP is cut off: ${JSON.stringify(name)} is not all there.`)
  }
}

// An uploaded file may be mostly zeros, so single ones are judged only where they hold rows (`isBomb`).
function refuseBombs(entries: Entry[], size: number): void {
  const bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0)
  if (bytes > RATIO_FROM_BYTES && bytes > size * RATIO) {
    throw new Unreadable('The ZIP unpacks to more than 200 times its size.')
  }
  if (bytes > MAX_UNPACKED_BYTES) throw new Unreadable('The ZIP unpacks to more than 64 GiB.')
}

/** Whether rows would be packed 200 times and more: text that says anything is not. */
export const isBomb = ({ bytes, packedBytes }: Pick<Entry, 'bytes' | 'packedBytes'>) =>
  bytes > RATIO_FROM_BYTES && bytes > packedBytes * RATIO
