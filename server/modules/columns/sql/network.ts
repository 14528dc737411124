import { isIPv6 } from 'node:net'
import { domainToASCII } from 'node:url'
import { literal } from './paths.ts'
import { type Canonical, matches, matchSql, type Step, stepsInSql, stepsOn } from './steps.ts'

const HASH = '^(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})$'
// Amcache writes four zeros before a SHA-1; Sysmon names each of several hashes.
const HASH_STEPS: Step[] = [
  { match: '^0000([0-9a-f]{40})$', put: '$1', once: true },
  { match: '^(?:md5|sha-?1|sha-?256)[=:]', put: '', once: true },
]
export const hash: Canonical = {
  sql: (v) => {
    const steps = stepsInSql(`lower(${v})`, HASH_STEPS)
    return `multiIf(${matchSql(`lower(${v})`, HASH)}, lower(${v}), ${matchSql(steps, HASH)}, ${steps}, '')`
  },
  typed: (text) => {
    const done = matches(text.toLowerCase(), HASH) ? text.toLowerCase() : stepsOn(text.toLowerCase(), HASH_STEPS)
    return matches(done, HASH) ? done : ''
  },
}

const IPV4 = '^(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(?:[.](?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])){3}$'
const UNWRAPPED: Step = { match: '^::[Ff]{4}:([0-9.]+)$', put: '$1', once: true }
// A port behind it, brackets around it and a zone in it are no part of an address; "unspecified" is none.
const BARE_IP: Step[] = [
  { match: '^[\\[]([0-9A-Fa-f:.]+)(?:%[^\\]]*)?[\\]](?::[0-9]+)?$', put: '$1', once: true },
  { match: '^([0-9.]+):[0-9]+$', put: '$1', once: true },
  { match: '%.*$', put: '', once: true },
  UNWRAPPED,
]
export const ip: Canonical = {
  sql: (v) => {
    const bare = stepsInSql(v, BARE_IP)
    const long = stepsInSql(`ifNull(toString(toIPv6OrNull(${bare})), '')`, [UNWRAPPED])
    return `multiIf(${v} = '0.0.0.0' or length(${v}) < 2, '', ${matchSql(v, IPV4)}, ${v}, ${matchSql(bare, IPV4)}, if(${bare} = '0.0.0.0', '', ${bare}),
      position(${bare}, ':') = 0 or ${long} in ('::', '0.0.0.0'), '', ${long})`
  },
  typed: (text) => {
    const bare = stepsOn(text, BARE_IP)
    if (matches(bare, IPV4)) return bare === '0.0.0.0' ? '' : bare
    return isIPv6(bare) ? compressed(bare) : ''
  },
}

/** An IPv6 address as the row engine writes it: an IPv4 address in its last places is dotted. */
function compressed(address: string): string {
  const text = new URL(`http://[${address}]/`).hostname.slice(1, -1)
  const embedded = text.match(/^::(ffff:)?([0-9a-f]{1,4}):([0-9a-f]{1,4})$/)
  if (!embedded) return text === '::' ? '' : text
  const [high, low] = [Number.parseInt(embedded[2]!, 16), Number.parseInt(embedded[3]!, 16)]
  const dotted = [high >> 8, high & 255, low >> 8, low & 255].join('.')
  if (embedded[1]) return dotted === '0.0.0.0' ? '' : dotted
  return `::${dotted}`
}

const DOMAIN = '^(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?[.])+(?:[a-z]{2,63}|xn--[a-z0-9-]{1,58}[a-z0-9])$'
const DOMAIN_STEPS: Step[] = [
  { match: '^[*][.]', put: '', once: true },
  { match: '[.]+$', put: '', once: true },
]
const FOREIGN = '[^\\x00-\\x7f]'
/** SQL: a name as it may be asked for, before what is foreign in it is encoded. */
export const foreignNameSql = (v: string) => stepsInSql(`lowerUTF8(${v})`, DOMAIN_STEPS)
/** SQL: whether it needs encoding, which the engine cannot do: the caller gives `idn` and `ascii`, both Array(String). */
export const isForeignSql = (v: string) => `${matchSql(v, FOREIGN)} and length(${v}) < 256`
const asciiSql = (name: string) =>
  `if(${matchSql(name, FOREIGN)}, transform(${name}, {idn:Array(String)}, {ascii:Array(String)}, ${name}), ${name})`

/** A name in the letters that DNS knows. */
export const asciiName = (name: string) => (matches(name, FOREIGN) ? domainToASCII(name) || name : name)

export const domain: Canonical = {
  sql: (v) => {
    const name = asciiSql(foreignNameSql(v))
    return `if(length(${name}) < 254 and ${matchSql(name, DOMAIN)}, ${name}, '')`
  },
  typed: (text) => {
    const name = asciiName(stepsOn(text.toLowerCase(), DOMAIN_STEPS))
    return name.length < 254 && matches(name, DOMAIN) ? name : ''
  },
}

const AUTHORITY = '^[A-Za-z][A-Za-z0-9+.-]{1,20}://[^/?#\\\\]*'
const HOST = '^[A-Za-z][A-Za-z0-9+.-]{1,20}://(?:[^/?#@\\\\]*@)?([\\[][^\\]]*[\\]]|[^/?#:\\\\]*)'
const WITHOUT_PORT: Step[] = [
  { match: '^(http://.*):80$', put: '$1', once: true },
  { match: '^(https://.*):443$', put: '$1', once: true },
]
/** SQL: the host of a URL as it stands there; '' for what is no URL. */
export const hostOfUrlSql = (v: string) => `extract(${v}, ${literal(HOST)})`
export const hostOfUrl = (text: string) => text.match(new RegExp(HOST, 'u'))?.[1] ?? ''

export const url: Canonical = {
  sql: (v) => {
    const start = `extract(${v}, ${literal(AUTHORITY)})`
    const host = `lowerUTF8(${hostOfUrlSql(v)})`
    const rest = `substring(${v}, length(${start}) + 1)`
    const known = stepsInSql(`replaceOne(lowerUTF8(${start}), ${host}, ${asciiSql(host)})`, WITHOUT_PORT)
    return `if(${start} = '', '', concat(${known}, if(${rest} = '', '/', ${rest})))`
  },
  typed: (text) => {
    const start = text.match(new RegExp(AUTHORITY, 'u'))?.[0] ?? ''
    const host = hostOfUrl(text).toLowerCase()
    const known = stepsOn(
      start.toLowerCase().replace(host, () => asciiName(host)),
      WITHOUT_PORT,
    )
    return start === '' ? '' : known + (text.slice(start.length) || '/')
  },
}
