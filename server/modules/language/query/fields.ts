import type { Role } from '#server/modules/columns/schema.ts'

/** What a canonical field is: a column every row has, the host it came from, or what columns of artifacts hold. */
export type Canonical =
  | { of: 'time'; label?: string; about: string }
  | { of: 'received'; about: string }
  | { of: 'artifact' | 'delivery' | 'flow' | 'hunt' | 'tag'; about: string }
  | { of: 'host'; by: 'any' | 'name' | 'client' | 'label'; about: string }
  | { of: 'role'; role: Role; only?: RegExp; shape?: string; about: string }

const hash = (digits: number, name: string): Canonical => ({
  of: 'role',
  role: 'hash',
  shape: `\\b[0-9A-Fa-f]{${digits}}\\b`,
  about: `every ${name}`,
})
const SOURCE = /^(src|source|client|remote|ipaddress|from|login)/i
const DESTINATION = /^(dst|dest|destination|target|raddr|remote|foreign)/i

/** Names that mean the same in every artifact. What an artifact calls its own columns stands beside them. */
export const CANONICAL: Record<string, Canonical> = {
  time: { of: 'time', about: 'when it happened' },
  received: { of: 'received', about: 'when it was stored' },
  artifact: { of: 'artifact', about: 'the artifact that answered' },
  host: { of: 'host', by: 'any', about: 'name, FQDN or client id of the endpoint' },
  'host.name': { of: 'host', by: 'name', about: 'name or FQDN of the endpoint' },
  'host.id': { of: 'host', by: 'client', about: 'client id of the endpoint' },
  'host.label': { of: 'host', by: 'label', about: 'label of the endpoint' },
  client: { of: 'host', by: 'client', about: 'client id of the endpoint' },
  delivery: { of: 'delivery', about: 'number of the delivery' },
  batch: { of: 'delivery', about: 'number of the delivery' },
  flow: { of: 'flow', about: 'flow (collection) id' },
  hunt: { of: 'hunt', about: 'hunt id' },
  tag: { of: 'tag', about: 'tag that somebody gave the row; star is one' },
  'process.name': { of: 'role', role: 'process', about: 'name of a process or program' },
  'process.command_line': { of: 'role', role: 'command', about: 'what was run, with arguments' },
  'file.path': { of: 'role', role: 'path', about: 'path of a file, key or program' },
  hash: { of: 'role', role: 'hash', about: 'every hash' },
  'hash.md5': hash(32, 'MD5'),
  'hash.sha1': hash(40, 'SHA-1'),
  'hash.sha256': hash(64, 'SHA-256'),
  ip: { of: 'role', role: 'ip', about: 'every address' },
  'source.ip': { of: 'role', role: 'ip', only: SOURCE, about: 'address it came from' },
  'destination.ip': { of: 'role', role: 'ip', only: DESTINATION, about: 'address it went to' },
  domain: { of: 'role', role: 'domain', about: 'every domain or host name in a row' },
  url: { of: 'role', role: 'url', about: 'every URL' },
  'user.name': { of: 'role', role: 'user', about: 'account name or SID' },
  'rule.name': { of: 'role', role: 'rule', about: 'name of the rule that matched' },
}

const TIMED = /^time\./i

/** The canonical field of a name, in any case; `time.modified` is the time that bears this label. */
export function canonicalOf(name: string): Canonical | undefined {
  const key = name.toLowerCase()
  if (TIMED.test(name)) return { of: 'time', label: key.slice(5), about: `a time labelled ${key.slice(5)}` }
  return Object.hasOwn(CANONICAL, key) && key === name ? CANONICAL[key] : undefined
}

/** Whether what follows this name is a time. */
export function isTimeField(name: string): boolean {
  const found = canonicalOf(name)
  return found?.of === 'time' || found?.of === 'received'
}

/** The raw path a name asks for by force: `row.host` is the column called host, whatever `host` means. */
export const forcedPath = (name: string): string | undefined => (name.startsWith('row.') ? name.slice(4) : undefined)
