import { hash as argon2, verify as verifyArgon2 } from '@node-rs/argon2'
import { verify as verifyBcrypt } from '@node-rs/bcrypt'
import { dictionary } from '@zxcvbn-ts/language-common'
import { AppError } from '../errors.ts'
import { waitingRoom } from './waiting-room.ts'

/** NIST SP 800-63B-4: 15 characters where the password is the only factor; no composition rules. */
export const MIN_PASSWORD_LENGTH = 15
export const MAX_PASSWORD_LENGTH = 256

// ASVS 5.0, 11.4.2: Argon2id with 46 MiB and two passes. 50 waiting logins are some two seconds of work.
const COST = { memoryCost: 47_104, timeCost: 2, parallelism: 1 }
const CURRENT = '$argon2id$v=19$m=47104,t=2,p=1$'
const inTurn = waitingRoom({ atOnce: 2, waiting: 50 })
const common = new Set((dictionary['passwords-common'] as string[]).map((word) => word.toLowerCase()))
const nobody = argon2('no account has this password', COST)

/** Argon2id hash of a password. Throws AppError `rate_limited` when too many are being hashed at once. */
export const hashPassword = (password: string): Promise<string> => inTurn(() => argon2(normal(password), COST))

/**
 * Whether `password` matches a stored hash, and whether that hash should be renewed (bcrypt, or an older cost).
 * Without a stored hash it is false after the same time, so that nobody can tell which accounts exist.
 */
export async function verifyPassword(
  stored: string | null,
  password: string,
): Promise<{ ok: boolean; renew: boolean }> {
  const text = normal(password)
  // bcrypt reads 72 bytes only, and so did the version of the product that wrote such hashes.
  if (stored?.startsWith('$2')) {
    const ok = await inTurn(() => verifyBcrypt(Buffer.from(text).subarray(0, 72), stored))
    return { ok, renew: ok }
  }
  const hash = stored ?? (await nobody)
  const ok = (await inTurn(() => verifyArgon2(hash, text))) && stored !== null
  return { ok, renew: ok && !hash.startsWith(CURRENT) }
}

/** Throws AppError `invalid` (field `field`) for a password that is short, common, or made of the names around it. */
export function checkPassword(password: string, names: string[], field = 'password'): void {
  const refuse = (why: string) => {
    throw new AppError('invalid', why, { [field]: why })
  }
  const text = normal(password)
  const length = [...text].length
  if (length < MIN_PASSWORD_LENGTH) refuse(`Use at least ${MIN_PASSWORD_LENGTH} characters: a short sentence is fine.`)
  if (length > MAX_PASSWORD_LENGTH) refuse(`Use at most ${MAX_PASSWORD_LENGTH} characters.`)
  const core = kernel(text)
  if (common.has(text.toLowerCase()) || common.has(core))
    refuse('This password is on the lists that attackers try first.')
  if (new Set(text).size < 5) refuse('This password repeats too few characters.')
  const around = ['velocicompanion', 'velociraptor', ...names]
    .map((name) => kernel(name))
    .filter((name) => name.length > 2)
  if (around.includes(core)) refuse('This password is a name that anyone here could guess.')
}

const normal = (password: string) => password.normalize('NFKC')

/** What is left of a padded password: lower case, without the digits and signs around it, a repeated word once. */
function kernel(text: string): string {
  const word = text.toLowerCase().replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '')
  return word.match(/^(.+?)\1+$/u)?.[1] ?? word
}
