import type { FileHandle } from 'node:fs/promises'
import { pipeline, Readable } from 'node:stream'
import { promisify } from 'node:util'
import { crc32, createInflateRaw, inflateRaw } from 'node:zlib'
import { Locked, opener, overhead } from './winzip-aes.ts'
import type { Entry } from './zip.ts'

/** A file of an archive that cannot be read, or not to its end. The other files can. */
export class BrokenMember extends Error {}

const HEADER_BYTES = 30
const SIGNATURE = 0x04034b50
const [STORED, DEFLATED, AES] = [0, 8, 99]
const [ENCRYPTED, SIZES_LATER] = [0x1, 0x8]
const UNKNOWN_SIZE = 0xffffffff
const BLOCK_BYTES = 1024 * 1024
const SMALL_BYTES = 256 * 1024
const SMALL_UNPACKED_BYTES = 4 * 1024 * 1024
const AE_2 = 2

const unpackAtOnce = promisify(inflateRaw)

/**
 * The content of a file in an archive, checked against size and checksum. Throws BrokenMember, and Locked where the
 * password does not fit.
 */
export async function* contentOf(file: FileHandle, entry: Entry, password?: string): AsyncGenerator<Buffer> {
  let bytes = 0
  let crc = 0
  try {
    for await (const block of unpacked(file, entry, password)) {
      bytes += block.length
      if (bytes > entry.bytes) throw new BrokenMember('it is longer than its archive says')
      crc = crc32(block, crc)
      yield block
    }
  } catch (error) {
    if (error instanceof Locked || error instanceof BrokenMember) throw error
    throw new BrokenMember((error as Error).message)
  }
  if (bytes < entry.bytes) throw new BrokenMember('it is shorter than its archive says')
  if (!(entry.aes && entry.aes.version >= AE_2) && crc !== entry.crc)
    throw new BrokenMember('its checksum does not match')
}

/** The whole content of a small file. Throws BrokenMember when it is larger than `maxBytes`. */
export async function wholeOf(file: FileHandle, entry: Entry, maxBytes: number, password?: string): Promise<Buffer> {
  if (entry.bytes > maxBytes) throw new BrokenMember(`it is larger than ${maxBytes.toLocaleString('en')} bytes`)
  const blocks: Buffer[] = []
  for await (const block of contentOf(file, entry, password)) blocks.push(block)
  return Buffer.concat(blocks)
}

async function* unpacked(file: FileHandle, entry: Entry, password?: string): AsyncGenerator<Buffer> {
  const start = await startOf(file, entry)
  const method = methodOf(entry)
  const packed = entry.aes ? decrypted(file, entry, start, password) : raw(file, start, entry.packedBytes)
  if (method === STORED) {
    yield* packed
  } else if (entry.packedBytes <= SMALL_BYTES && entry.bytes <= SMALL_UNPACKED_BYTES) {
    const blocks: Buffer[] = []
    for await (const block of packed) blocks.push(block)
    yield await unpackAtOnce(Buffer.concat(blocks), { maxOutputLength: entry.bytes + 1 }).catch(toBroken)
  } else {
    const inflate = createInflateRaw({ chunkSize: 256 * 1024 })
    yield* pipeline(Readable.from(packed), inflate, () => {}) as AsyncIterable<Buffer>
  }
}

function toBroken(error: { code?: string; message: string }): never {
  const long = error.code === 'ERR_BUFFER_TOO_LARGE' || error.code === 'ERR_OUT_OF_RANGE'
  throw new BrokenMember(long ? 'it is longer than its archive says' : error.message)
}

function methodOf({ method, aes, flags }: Entry): number {
  if (method !== AES && flags & ENCRYPTED)
    throw new BrokenMember('it is encrypted in the old ZIP way; Velociraptor uses AES')
  const packing = method === AES ? aes?.method : method
  if (packing === STORED || packing === DEFLATED) return packing
  throw new BrokenMember(`it is compressed in a way (method ${packing}) that Velociraptor does not use`)
}

/** Where the content begins, once the header before it says the same as the directory. */
async function startOf(file: FileHandle, { offset, method, bytes, packedBytes }: Entry): Promise<number> {
  const header = await exactly(file, offset, HEADER_BYTES)
  if (header.readUInt32LE(0) !== SIGNATURE) throw new BrokenMember('its header is not where the archive says')
  const disagrees = (at: number, said: number) => {
    const here = header.readUInt32LE(at)
    return here !== said && here !== UNKNOWN_SIZE && here !== 0
  }
  if (header.readUInt16LE(8) !== method) throw new BrokenMember('its header names another compression')
  const later = header.readUInt16LE(6) & SIZES_LATER
  if (!later && (disagrees(18, packedBytes) || disagrees(22, bytes)))
    throw new BrokenMember('its header says another size than the archive')
  return offset + HEADER_BYTES + header.readUInt16LE(26) + header.readUInt16LE(28)
}

async function* decrypted(file: FileHandle, entry: Entry, start: number, password?: string): AsyncGenerator<Buffer> {
  const { strength } = entry.aes!
  if (strength < 1 || strength > 3) throw new BrokenMember('it is encrypted in an unknown way')
  if (password === undefined) throw new Locked('The archive is encrypted. Give its password.')
  const { head, mac } = overhead(strength)
  const length = entry.packedBytes - head - mac
  if (length < 0) throw new BrokenMember('it is too short to be encrypted')
  const open = await opener(password, strength, await exactly(file, start, head))
  for await (const block of raw(file, start + head, length)) yield open.plain(block)
  open.check(await exactly(file, start + head + length, mac))
}

async function* raw(file: FileHandle, start: number, length: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < length; at += BLOCK_BYTES) {
    yield await exactly(file, start + at, Math.min(BLOCK_BYTES, length - at))
  }
}

async function exactly(file: FileHandle, at: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.allocUnsafeSlow(length), 0, length, at)
  if (bytesRead < length) throw new BrokenMember('the archive ends before it')
  return buffer
}
