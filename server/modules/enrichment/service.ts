import type { Auth } from '#server/platform/auth/doors.ts'
import { hashToken, seal, unseal } from '#server/platform/auth/keys.ts'
import { now } from '#server/platform/clock.ts'
import type { Env } from '#server/platform/env.ts'
import { AppError } from '#server/platform/errors.ts'
import { type Answer, ask, mayBeLoopback, OutboundError } from '#server/platform/fetch.ts'
import { failure, log } from '#server/platform/log.ts'
import type { Ctx, DetachedCtx } from '#server/platform/trpc.ts'
import { keepReport, keptReport, keptReports, type Report, saveKey, sealedKey } from './queries.ts'
import { FileReport } from './schema.ts'

type Settings = { auth: Pick<Auth, 'secret'>; env: Env }
type Key = { key: string; from: 'environment' | 'tenant' }

const UNKNOWN = 'VirusTotal does not know this hash.'
const NO_KEY =
  "No VirusTotal key is configured. Set VIRUSTOTAL_API_KEY, or let an admin add the tenant's key under Lookup."
const MAX_NAMES = 10
const DEFAULT_PAUSE_SECONDS = 60 // the public quota is counted per minute

/** Which key answers this tenant's lookups, and how many answers are kept. Never the key. */
export async function status(ctx: Ctx & Settings) {
  const from = (await sealedKey(ctx)) ? 'tenant' : ctx.env.VIRUSTOTAL_API_KEY ? 'environment' : null
  return { configured: from !== null, from, cached: await keptReports(ctx) } as const
}

/** Seals and saves the tenant's own key, in place of an earlier one. */
export async function setKey(ctx: Ctx & Settings, key: string) {
  await saveKey(ctx, seal(ctx.auth.secret, key, sealContext(ctx)))
  return { configured: true }
}

/**
 * What VirusTotal says of a hash, from the tenant's cache or fresh. Counts are null when it says nothing. Throws
 * AppError: `conflict` for a refused key, `rate_limited` while over quota, `bad_gateway` when no sound answer came.
 */
export async function lookup(ctx: DetachedCtx & Settings, hash: string) {
  const { kept, sealed } = await ctx.transact('read only', async (within) => ({
    kept: await keptReport(within, hash),
    sealed: await sealedKey(within),
  }))
  if (kept) return shown(kept, { cached: true })
  const key = openKey(ctx, sealed)
  if (!key) return nothing(hash)
  const report = await fetchReport(ctx.env, key, hash)
  await ctx.transact('read write', (within) => keepReport(within, report))
  return shown(report, { cached: false })
}

/** What is kept of an earlier lookup, unless it is stale; null otherwise. Nobody is asked. */
export async function kept(ctx: Ctx, hash: string) {
  const report = await keptReport(ctx, hash)
  return report ? shown(report, { cached: true }) : null
}

const sealContext = ({ actor }: Pick<Ctx, 'actor'>) => `virustotal:${actor.tenantId}`

function openKey(ctx: Pick<Ctx, 'actor'> & Settings, sealed: string | undefined): Key | null {
  const { VIRUSTOTAL_API_KEY, SECRET_KEY_PREVIOUS } = ctx.env
  if (!sealed) return VIRUSTOTAL_API_KEY ? { key: VIRUSTOTAL_API_KEY, from: 'environment' } : null
  for (const secret of [ctx.auth.secret, SECRET_KEY_PREVIOUS]) {
    const key = secret ? unseal(secret, sealed, sealContext(ctx)) : null
    if (key) return { key, from: 'tenant' }
  }
  throw new AppError('conflict', 'The saved VirusTotal key was sealed with another SECRET_KEY. Save it again.')
}

const shown = ({ found, ...report }: Report, { cached }: { cached: boolean }) => ({
  ...report,
  fetched_at: report.fetched_at as Date | null,
  message: found ? null : UNKNOWN,
  cached,
})

const nothing = (hash: string): ReturnType<typeof shown> => ({
  hash,
  malicious: null,
  suspicious: null,
  harmless: null,
  undetected: null,
  names: [],
  fetched_at: null,
  message: NO_KEY,
  cached: false,
})

/** Until when a key is over quota, by its hash: asking again sooner would only cost more. Ends with the process. */
const pauses = new Map<string, number>()

async function fetchReport(env: Env, { key, from }: Key, hash: string): Promise<Report> {
  const name = hashToken(key)
  obeyPause(name)
  const answer = await askVirusTotal(env, key, hash)
  const fetched_at = now()
  if (answer.status === 200) return { ...readReport(answer.text, hash), hash, found: true, fetched_at }
  if (answer.status === 404 && isVirusTotals(answer)) {
    const counts = { malicious: null, suspicious: null, harmless: null, undetected: null }
    return { hash, found: false, ...counts, names: [], fetched_at }
  }
  if (answer.status === 429) {
    pauses.set(name, now().getTime() + 1000 * pauseSeconds(answer.header('retry-after')))
    obeyPause(name)
  }
  if (answer.status === 401 || answer.status === 403) {
    const whose = from === 'tenant' ? "The tenant's key" : 'VIRUSTOTAL_API_KEY'
    throw new AppError('conflict', `VirusTotal refuses the key. ${whose} must be replaced.`)
  }
  throw noAnswer(`it answered with status ${answer.status}`)
}

function obeyPause(name: string): void {
  const ms = (pauses.get(name) ?? 0) - now().getTime()
  if (ms <= 0) return void pauses.delete(name)
  const seconds = Math.ceil(ms / 1000)
  throw new AppError('rate_limited', `The VirusTotal quota is used up. Try again in ${seconds} s.`, {}, seconds)
}

/** Retry-After is seconds or a date; a day at most, whatever it says. */
function pauseSeconds(header: string | undefined): number {
  const given = /^\d+$/.test(header ?? '') ? Number(header) : (Date.parse(header ?? '') - now().getTime()) / 1000
  return given > 0 ? Math.min(Math.ceil(given), 86_400) : DEFAULT_PAUSE_SECONDS
}

async function askVirusTotal(env: Env, key: string, hash: string): Promise<Answer> {
  const url = new URL(`${env.VIRUSTOTAL_URL.replace(/\/+$/, '')}/files/${hash}`)
  try {
    return await ask(url, {
      allow: [url.origin],
      loopback: mayBeLoopback(url, env),
      headers: { 'x-apikey': key, accept: 'application/json' },
    })
  } catch (error) {
    if (!(error instanceof OutboundError)) throw error
    log.warn({ reason: error.reason, cause: failure(error.cause ?? error) }, 'virustotal did not answer')
    throw noAnswer(WHY[error.reason] ?? 'the connection failed')
  }
}

const WHY: Partial<Record<OutboundError['reason'], string>> = {
  timeout: 'no answer within 10 s',
  too_large: 'its answer was longer than 1 MB',
  refused: 'VIRUSTOTAL_URL must be an https address on the public internet',
}

const noAnswer = (why: string) => new AppError('bad_gateway', `VirusTotal could not be asked: ${why}.`)

// A proxy's or a wrong path's 404 says nothing about the file.
const isVirusTotals = ({ text }: Answer) => text.includes('"NotFoundError"')

function readReport(text: string, hash: string) {
  const parsed = FileReport.safeParse(jsonOf(text))
  if (!parsed.success) throw noAnswer('its answer is not a file report')
  const { last_analysis_stats: counts, meaningful_name, names = [], md5, sha1, sha256 } = parsed.data.data.attributes
  const own = [md5, sha1, sha256].map((known) => known?.toLowerCase())
  if (!own.includes(hash)) throw noAnswer('its answer is about another file')
  const all = [meaningful_name, ...names].filter((name) => name !== undefined && name !== '')
  return { ...counts, names: [...new Set(all.map(storable))].slice(0, MAX_NAMES) }
}

// Names come from whoever uploaded the file: PostgreSQL holds no NUL, and nobody reads a longer one.
const storable = (name: string | undefined) => (name ?? '').replaceAll('\0', '\ufffd').slice(0, 255)

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
