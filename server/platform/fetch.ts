import { type LookupAddress, lookup as systemLookup } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import ipaddr from 'ipaddr.js'
import { Agent, buildConnector, errors, request } from 'undici'
import { type Env, isLoopback } from './env.ts'

const TIMEOUT_MS = 10_000
const MAX_BYTES = 1024 * 1024
const GLOBAL_IPV6 = ipaddr.parseCIDR('2000::/3')

export type Asking = {
  /** The origins that may be asked: configuration, never a person's input. */
  allow: readonly string[]
  headers?: Record<string, string>
  /** Plain http to this machine instead of https to a public address: see `mayBeLoopback`. */
  loopback?: boolean
  timeoutMs?: number
  lookup?: LookupFunction
}
export type Answer = { status: number; header: (name: string) => string | undefined; text: string }
type Reason = 'refused' | 'timeout' | 'too_large' | 'unreachable'

/** Why nothing came back: we refused to ask, or the other side did not answer in time, in size, or at all. */
export class OutboundError extends Error {
  readonly reason: Reason

  constructor(reason: Reason, message: string, cause?: unknown) {
    super(message, { cause })
    this.reason = reason
  }
}

/**
 * A GET to another system: the one door out. Asks only an allowed origin, over https, at an address that is public at
 * the moment of connecting; follows no redirect; ends after 10 s or 1 MB. Throws OutboundError.
 */
export async function ask(url: URL, asking: Asking): Promise<Answer> {
  const { headers = {}, loopback = false, timeoutMs = TIMEOUT_MS } = asking
  refuseForeign(url, asking.allow, loopback)
  // An agent for this question only: no open connection outlives the check of its address.
  const dispatcher = new Agent({
    connect: guarded({ loopback, timeoutMs, lookup: asking.lookup ?? (systemLookup as LookupFunction) }),
    maxResponseSize: MAX_BYTES,
  })
  try {
    const answer = await request(url, { dispatcher, headers, signal: AbortSignal.timeout(timeoutMs) })
    const text = await answer.body.text()
    return { status: answer.statusCode, header: (name) => [answer.headers[name]].flat()[0], text }
  } catch (error) {
    throw explained(error)
  } finally {
    await dispatcher.destroy()
  }
}

/**
 * Whether a configured address may be plain http on this machine. Only outside production, and only where the
 * configuration itself names a loopback address; then nothing but loopback is connected to.
 */
export const mayBeLoopback = (configured: URL, { NODE_ENV }: Pick<Env, 'NODE_ENV'>): boolean =>
  NODE_ENV !== 'production' && isLoopback(configured.hostname)

/** Whether an address belongs to the public internet, whatever its spelling (IPv4 inside IPv6 included). */
export function isPublic(address: string): boolean {
  const known = parsed(address)
  if (known?.range() !== 'unicast') return false
  // The library takes the old ::a.b.c.d for unicast; all that is routed lies in 2000::/3.
  return known.kind() === 'ipv4' || (known as ipaddr.IPv6).match(GLOBAL_IPV6 as [ipaddr.IPv6, number])
}

function refuseForeign(url: URL, allow: readonly string[], loopback: boolean) {
  if (!allow.includes(url.origin)) throw new OutboundError('refused', `${url.origin} is not on the list.`)
  const fits = url.protocol === 'https:' || (loopback && url.protocol === 'http:' && isLoopback(url.hostname))
  if (!fits) throw new OutboundError('refused', `${url.origin} is not https.`)
  if (url.username || url.password) throw new OutboundError('refused', 'The address holds a password.')
}

/** Connects only where the resolved address may be talked to. A literal address is never resolved, so it is checked here. */
function guarded({ loopback, timeoutMs, lookup }: { loopback: boolean; timeoutMs: number; lookup: LookupFunction }) {
  const may = loopback ? isThisMachine : isPublic
  const connect = buildConnector({ timeout: timeoutMs, lookup: checkedLookup(lookup, may) })
  const guard: buildConnector.connector = (options, callback) => {
    const literal = options.hostname.replace(/^\[|\]$/g, '')
    if (isIP(literal) !== 0 && !may(literal)) callback(notPublic(literal), null)
    else connect(options, callback)
  }
  return guard
}

/** A name lookup whose answer is the address that is connected to, so there is no second, different answer. */
export const checkedLookup =
  (lookup: LookupFunction, may: (address: string) => boolean = isPublic): LookupFunction =>
  (hostname, options, callback) => {
    lookup(hostname, options, (error, found, family) => {
      if (error) return callback(error, found, family)
      const addresses = typeof found === 'string' ? [found] : found.map(({ address }: LookupAddress) => address)
      const bad = addresses.find((address) => !may(address))
      if (bad !== undefined || addresses.length === 0) callback(notPublic(hostname), '', 0)
      else callback(null, found, family)
    })
  }

const notPublic = (name: string) => new OutboundError('refused', `${name} is not an address of the public internet.`)

const isThisMachine = (address: string) => parsed(address)?.range() === 'loopback'

const parsed = (address: string) => (isIP(address) === 0 ? undefined : ipaddr.process(address))

const LATE = [errors.ConnectTimeoutError, errors.HeadersTimeoutError, errors.BodyTimeoutError]

function explained(error: unknown): OutboundError {
  if (error instanceof OutboundError) return error
  if (error instanceof errors.ResponseExceededMaxSizeError) {
    return new OutboundError('too_large', `The answer has more than ${MAX_BYTES} bytes.`, error)
  }
  const late = LATE.some((kind) => error instanceof kind) || (error as Error).name === 'TimeoutError'
  return late
    ? new OutboundError('timeout', 'No answer in time.', error)
    : new OutboundError('unreachable', 'The connection failed.', error)
}
