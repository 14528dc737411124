import { constants, createHash, createPrivateKey, createPublicKey, privateDecrypt, X509Certificate } from 'node:crypto'
import { z } from 'zod'
import { Locked } from './winzip-aes.ts'

/** What may open an encrypted archive. */
export type Secrets = { password: string | undefined; privateKey: string | undefined }

const Metadata = z.array(z.object({ Scheme: z.string(), EncryptedPass: z.string(), PublicKey: z.string().optional() }))

/**
 * The password of an encrypted container: the one that was given, or the one its metadata.json holds for our private key
 * (RSA-OAEP with SHA-512). Throws Locked, saying what would open it.
 */
export function passwordOf(metadata: string | null, { password, privateKey }: Secrets): string {
  if (password !== undefined) return password
  if (metadata === null) throw new Locked('The archive is encrypted. Give its password.')
  const wrapped = readMetadata(metadata)
  if (!wrapped) throw new Locked('The archive is encrypted, and its metadata.json cannot be read. Give its password.')
  const { Scheme, EncryptedPass, PublicKey } = wrapped
  if (Scheme.toUpperCase() !== 'X509') {
    throw new Locked(
      `The archive is encrypted by ${Scheme.slice(0, 20)}, which is not read here. Decrypt it with
 velociraptor, or give its password.`.replace('\n', ''),
    )
  }
  const whose = certificateOf(PublicKey)
  if (privateKey === undefined) {
    throw new Locked(
      `The archive is encrypted for ${whose}. Save the private key of that certificate, or give the password.`,
    )
  }
  try {
    const { RSA_PKCS1_OAEP_PADDING: padding } = constants
    return privateDecrypt(
      { key: privateKey, padding, oaepHash: 'sha512' },
      Buffer.from(EncryptedPass, 'base64'),
    ).toString()
  } catch {
    throw new Locked(
      `The archive is encrypted for ${whose}, and the saved private key is another. Save that one, or give the password.`,
    )
  }
}

function readMetadata(json: string) {
  try {
    return Metadata.parse(JSON.parse(json))[0] ?? null
  } catch {
    return null
  }
}

function certificateOf(pem: string | undefined): string {
  try {
    const { subject, fingerprint256 } = new X509Certificate(pem ?? '')
    return `the certificate ${JSON.stringify(subject.replaceAll('\n', ', ').slice(0, 100))} (${fingerprint256.slice(0, 23)}…)`
  } catch {
    return 'a certificate'
  }
}

/** SHA-256 of the public half of an RSA private key in PEM. Throws for anything else. */
export function fingerprintOf(privateKey: string): string {
  const key = createPrivateKey(privateKey)
  if (key.asymmetricKeyType !== 'rsa') throw new Error('It is no RSA key')
  return createHash('sha256')
    .update(createPublicKey(key).export({ type: 'spki', format: 'der' }))
    .digest('hex')
}
