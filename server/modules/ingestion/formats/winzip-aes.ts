import { createCipheriv, createHmac, pbkdf2 } from 'node:crypto'
import { promisify } from 'node:util'
import { Unreadable } from './framed.ts'

/** The archive is encrypted, and no password, or a wrong one, was given. Another try can open it. */
export class Locked extends Unreadable {}

const VERIFIER_BYTES = 2
const MAC_BYTES = 10
const ROUNDS = 1_000
const BLOCK = 16
const SLICE_BYTES = 64 * 1024

const derive = promisify(pbkdf2)

/** Bytes before and behind the encrypted content. Strength 1 to 3 is a key of 128 to 256 bits. */
export const overhead = (strength: number) => ({ head: 4 + 4 * strength + VERIFIER_BYTES, mac: MAC_BYTES })

/**
 * Decrypts one file of a WinZip AES archive (AE-1, AE-2; https://www.winzip.com/en/support/aes-encryption/). `head` is
 * salt and verifier, `mac` the ten bytes behind the content. Throws Locked for another password, before any output, and
 * Error at the end when the content was changed.
 */
export async function opener(password: string, strength: number, head: Buffer) {
  const keyBytes = 8 + 8 * strength
  const salt = head.subarray(0, head.length - VERIFIER_BYTES)
  const keys = await derive(password, salt, ROUNDS, 2 * keyBytes + VERIFIER_BYTES, 'sha1')
  if (!keys.subarray(2 * keyBytes).equals(head.subarray(-VERIFIER_BYTES))) {
    throw new Locked('The password does not open this archive. Give another one.')
  }
  const cipher = createCipheriv(`aes-${8 * keyBytes}-ecb`, keys.subarray(0, keyBytes), null).setAutoPadding(false)
  const hmac = createHmac('sha1', keys.subarray(keyBytes, 2 * keyBytes))
  const stream = keyStream((counters) => cipher.update(counters))
  return {
    plain(block: Buffer): Buffer {
      hmac.update(block)
      return stream.applied(block)
    },
    check(mac: Buffer): void {
      if (!hmac.digest().subarray(0, MAC_BYTES).equals(mac)) throw new Error('its content was changed on the way')
    },
  }
}

/** Counter mode as WinZip counts: from 1, the lowest byte first. Node's own counts from the other end. */
function keyStream(encrypt: (counters: Buffer) => Buffer) {
  const counters = Buffer.alloc(SLICE_BYTES)
  let counter = 0
  let left: Buffer = Buffer.alloc(0)
  const more = () => {
    for (let at = 0; at < SLICE_BYTES; at += BLOCK) {
      counter += 1
      counters.writeUInt32LE(counter >>> 0, at)
      counters.writeUInt32LE(Math.floor(counter / 2 ** 32), at + 4)
    }
    return encrypt(counters)
  }
  return {
    applied(block: Buffer): Buffer {
      const plain = Buffer.allocUnsafe(block.length)
      for (let at = 0; at < block.length; ) {
        if (left.length === 0) left = more()
        const length = Math.min(left.length, block.length - at)
        for (let n = 0; n < length; n += 1) plain[at + n] = block[at + n]! ^ left[n]!
        left = left.subarray(length)
        at += length
      }
      return plain
    },
  }
}
