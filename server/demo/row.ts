import { createHash } from 'node:crypto'
import { DOMAIN, type Machine } from './fleet.ts'
import type { Program } from './programs.ts'

export type Row = Record<string, unknown>
export type Hashes = { MD5: string; SHA1: string; SHA256: string }

/** A file as it stands on a disk. The same product and version has the same hashes on every machine. */
export type Binary = { path: string; product: string; version: string; company: string; signer: string | null }

/** A time as Velociraptor writes it: RFC 3339 with a fraction. */
export function timeText(ms: number, fraction = 7): string {
  const whole = new Date(ms).toISOString()
  const ticks = String(Math.abs(Math.imul(Math.floor(ms), 2654435761)) % 10_000).padStart(4, '0')
  return `${whole.slice(0, 23)}${ticks.slice(0, fraction - 3)}Z`
}

const kept = new Map<string, Hashes>()

/** The file's hashes: real digests of its name and version. */
export function hashesOf({ product, version }: Pick<Binary, 'product' | 'version'>): Hashes {
  const key = `${product}@${version}`
  const known = kept.get(key)
  if (known) return known
  const digest = (kind: string) => createHash(kind).update(key).digest('hex')
  const hashes = { MD5: digest('md5'), SHA1: digest('sha1'), SHA256: digest('sha256') }
  kept.set(key, hashes)
  return hashes
}

/** What Velociraptor's authenticode() says of a file. */
export function authenticode({ path, product, signer }: Binary): Row {
  const own = signer === MICROSOFT
  return {
    Filename: path,
    ProgramName: own ? 'Microsoft Windows' : signer ? product : '',
    PublisherLink: '',
    MoreInfoLink: own ? 'http://www.microsoft.com/windows' : '',
    SerialNumber: signer ? hashesOf({ product: signer, version: 'certificate' }).SHA1.slice(0, 38) : '',
    IssuerName: own ? 'Microsoft Windows Production PCA 2011' : signer ? issuerOf(signer) : '',
    SubjectName: signer ?? '',
    TimestampIssuerName: '',
    TimestampSubjectName: '',
    Timestamp: '',
    Trusted: signer ? 'trusted' : 'unsigned',
  }
}

export const MICROSOFT = 'Microsoft Windows'

const ISSUERS = [
  'DigiCert Trusted G4 Code Signing RSA4096 SHA384 2021 CA1',
  'Sectigo Public Code Signing CA R36',
  'GlobalSign GCC R45 EV CodeSigning CA 2020',
]
const issuerOf = (signer: string) =>
  signer === 'Microsoft Corporation' ? 'Microsoft Code Signing PCA 2011' : ISSUERS[signer.length % ISSUERS.length]!

/** A file of Windows itself, of the build that the machine runs. */
export const windowsFile = ({ platformVersion }: Machine, path: string): Binary => ({
  path,
  product: path.split('\\').at(-1)!.toLowerCase(),
  version: platformVersion,
  company: 'Microsoft Corporation',
  signer: MICROSOFT,
})

/** A program's file as it is installed for whoever uses the machine. */
export const programFile = ({ login }: Machine, { exe, name, version, company, signed }: Program): Binary => ({
  path: exe.replace('%USER%', login),
  product: name,
  version,
  company,
  signer: signed ? company : null,
})

export const SYSTEM = 'NT AUTHORITY\\SYSTEM'
export const accountOf = ({ login }: Machine) => `${DOMAIN}\\${login}`
