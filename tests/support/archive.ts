import { createCipheriv, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto'
import { crc32, deflateRawSync } from 'node:zlib'

/** A file to put into a ZIP. What is not said is as it should be; the rest is how archives lie. */
export type Packed = {
  name: string
  content?: string | Buffer
  store?: boolean
  password?: string
  mode?: number
  method?: number
  /** Sizes only behind the content, as Velociraptor writes them. */
  later?: boolean
  /** What the directory, or the header before the content, says instead of the truth. */
  saysBytes?: number
  localBytes?: number
  saysCrc?: number
  offset?: number
}

/** A ZIP of these files. `zip64` writes the larger directory end; `saysEntries` claims another number of files. */
export function zipOf(files: Packed[], { zip64 = false, saysEntries = files.length } = {}): Buffer {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let at = 0
  for (const file of files) {
    const entry = entryOf(file)
    directory.push(directoryLine(entry, file.offset ?? at))
    parts.push(...entry.local)
    at += entry.local.reduce((sum, { length }) => sum + length, 0)
  }
  const size = directory.reduce((sum, { length }) => sum + length, 0)
  return Buffer.concat([
    ...parts,
    ...directory,
    ...(zip64 ? large(saysEntries, size, at) : []),
    end(saysEntries, size, at, zip64),
  ])
}

type Made = {
  file: Packed
  name: Buffer
  body: Buffer
  bytes: number
  crc: number
  method: number
  flags: number
  extra: Buffer
  local: Buffer[]
}

function entryOf(file: Packed): Made {
  const content = Buffer.from(file.content ?? '')
  const name = Buffer.from(file.name)
  const packing = file.store ? 0 : 8
  const plain = file.store ? content : deflateRawSync(content)
  const body = file.password === undefined ? plain : encrypted(plain, file.password)
  const aes = file.password !== undefined
  const later = file.later ?? false
  const made = {
    file,
    name,
    body,
    bytes: file.saysBytes ?? content.length,
    crc: file.saysCrc ?? (aes ? 0 : crc32(content)),
    method: file.method ?? (aes ? 99 : packing),
    flags: 0x800 | (aes ? 1 : 0) | (later ? 8 : 0),
    extra: aes ? aesField(packing) : Buffer.alloc(0),
  }
  const header = Buffer.alloc(30)
  header.writeUInt32LE(0x04034b50, 0)
  header.writeUInt16LE(20, 4)
  header.writeUInt16LE(made.flags, 6)
  header.writeUInt16LE(made.method, 8)
  header.writeUInt32LE(later ? 0 : made.crc, 14)
  header.writeUInt32LE(later ? 0 : body.length, 18)
  header.writeUInt32LE(later ? 0 : (file.localBytes ?? content.length), 22)
  header.writeUInt16LE(name.length, 26)
  header.writeUInt16LE(made.extra.length, 28)
  const behind = Buffer.alloc(later ? 16 : 0)
  if (later) {
    behind.writeUInt32LE(0x08074b50, 0)
    behind.writeUInt32LE(made.crc, 4)
    behind.writeUInt32LE(body.length, 8)
    behind.writeUInt32LE(file.localBytes ?? content.length, 12)
  }
  return { ...made, local: [header, name, made.extra, body, behind] }
}

function directoryLine({ file, name, body, bytes, crc, method, flags, extra }: Made, offset: number): Buffer {
  const line = Buffer.alloc(46)
  line.writeUInt32LE(0x02014b50, 0)
  line.writeUInt16LE(0x031e, 4)
  line.writeUInt16LE(20, 6)
  line.writeUInt16LE(flags, 8)
  line.writeUInt16LE(method, 10)
  line.writeUInt32LE(crc, 16)
  line.writeUInt32LE(body.length, 20)
  line.writeUInt32LE(bytes, 24)
  line.writeUInt16LE(name.length, 28)
  line.writeUInt16LE(extra.length, 30)
  line.writeUInt32LE((((file.mode ?? 0o100644) << 16) >>> 0) >>> 0, 38)
  line.writeUInt32LE(offset, 42)
  return Buffer.concat([line, name, extra])
}

function end(entries: number, size: number, at: number, zip64: boolean): Buffer {
  const record = Buffer.alloc(22)
  record.writeUInt32LE(0x06054b50, 0)
  for (const place of [8, 10]) record.writeUInt16LE(zip64 ? 0xffff : entries & 0xffff, place)
  record.writeUInt32LE(zip64 ? 0xffffffff : size, 12)
  record.writeUInt32LE(zip64 ? 0xffffffff : at, 16)
  return record
}

function large(entries: number, size: number, at: number): Buffer[] {
  const record = Buffer.alloc(56)
  record.writeUInt32LE(0x06064b50, 0)
  record.writeBigUInt64LE(44n, 4)
  for (const place of [24, 32]) record.writeBigUInt64LE(BigInt(entries), place)
  record.writeBigUInt64LE(BigInt(size), 40)
  record.writeBigUInt64LE(BigInt(at), 48)
  const locator = Buffer.alloc(20)
  locator.writeUInt32LE(0x07064b50, 0)
  locator.writeBigUInt64LE(BigInt(at + size), 8)
  locator.writeUInt32LE(1, 16)
  return [record, locator]
}

function aesField(packing: number): Buffer {
  const field = Buffer.alloc(11)
  field.writeUInt16LE(0x9901, 0)
  field.writeUInt16LE(7, 2)
  field.writeUInt16LE(2, 4)
  field.write('AE', 6)
  field.writeUInt8(3, 8)
  field.writeUInt16LE(packing, 9)
  return field
}

/** WinZip AE-2 with a key of 256 bits, written from its description, one block at a time. */
function encrypted(plain: Buffer, password: string): Buffer {
  const salt = randomBytes(16)
  const keys = pbkdf2Sync(password, salt, 1_000, 66, 'sha1')
  const cipher = createCipheriv('aes-256-ecb', keys.subarray(0, 32), null).setAutoPadding(false)
  const body = Buffer.from(plain)
  for (let block = 0; block * 16 < body.length; block += 1) {
    const counter = Buffer.alloc(16)
    counter.writeBigUInt64LE(BigInt(block + 1))
    const key = cipher.update(counter)
    for (let n = 0; n < 16 && block * 16 + n < body.length; n += 1)
      body[block * 16 + n] = body[block * 16 + n]! ^ key[n]!
  }
  const mac = createHmac('sha1', keys.subarray(32, 64)).update(body).digest().subarray(0, 10)
  return Buffer.concat([salt, keys.subarray(64), body, mac])
}
