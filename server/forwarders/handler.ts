import { type RequestHandler, type Response, Router } from 'express'
import { failure, log } from '../platform/log.ts'
import { answer } from '../rest/answer.ts'
import type { RestBase } from '../rest/route.ts'
import type { Door } from '../rest/turn-away.ts'
import { recordsAnswer } from '../shell/probes.ts'
import { type Answers, openAnswers } from './answers.ts'
import { takeBody } from './delivery.ts'
import { type Dialect, Refused } from './dialect.ts'
import { elastic, HELLO } from './elastic.ts'
import { logscale } from './logscale.ts'
import { health, splunk } from './splunk.ts'

// Before the protocol's own path clients put what their address holds: a tenant, a prefix, nothing.
const BULK = /^\/elastic(\/.*)?\/_bulk\/?$/
const CLUSTER = /^\/elastic(\/[a-z0-9][\w.-]*)*\/?$/i
const COLLECTOR = /^\/splunk(\/.*)?\/services\/collector(\/event)?(\/1\.0)?\/?$/
const COLLECTOR_HEALTH = /^\/splunk(\/.*)?\/services\/collector\/health(\/1\.0)?\/?$/
const STRUCTURED = /^\/logscale(\/.*)?\/v1\/ingest\/humio-structured\/?$/
const PRODUCT = { 'X-Elastic-Product': 'Elasticsearch' }

type Delivering = { path: RegExp; dialect: Dialect }
const DELIVERIES: Delivering[] = [
  { path: BULK, dialect: elastic },
  { path: COLLECTOR, dialect: splunk },
  { path: STRUCTURED, dialect: logscale },
]

/**
 * The doors of Velociraptor's stock forwarders. A source's token opens them and nothing else does: no cookie is read.
 * They are as each client needs them to lose no row and to send none for ever.
 */
export function forwarders(base: RestBase): { routes: Router; doors: (prefix: string) => Door[] } {
  const router = Router({ caseSensitive: true })
  const answers = openAnswers()
  router.use('/elastic', (_req, res, next) => {
    res.set(PRODUCT)
    next()
  })
  for (const { path, dialect } of DELIVERIES) router.post(path, serving(base, answers, dialect))
  router.get(CLUSTER, (req, res) => answer(req, res, HELLO)) // and HEAD
  router.get(COLLECTOR_HEALTH, async (req, res) => answer(req, res, health(await isWell(base))))
  router.use((req, res) => {
    const known = [BULK, COLLECTOR, COLLECTOR_HEALTH, STRUCTURED].some((path) => path.test(req.path))
    const says = known ? `${req.method} is not for this address.\n` : 'No forwarder delivers here.\n'
    answer(req, res, { status: known ? 405 : 404, body: says })
  })
  return { routes: router, doors: (prefix) => DELIVERIES.map((one) => doorOf(one, answers, prefix)) }
}

/** A dialect's door, for those who are turned away by the head of their request. */
function doorOf({ path, dialect }: Delivering, answers: Answers, prefix: string): Door {
  return {
    takes: (asked) => asked.startsWith(prefix) && path.test(asked.slice(prefix.length)),
    busy: (req, { status, reason, retryAfter }) => {
      answers.arrived(req)
      const said = dialect.refused(new Refused('busy', reason, { own: status === 429, retryAfter }))
      return dialect === elastic ? { ...said, headers: { ...said.headers, ...PRODUCT } } : said
    },
  }
}

const serving =
  (base: RestBase, answers: Answers, dialect: Dialect): RequestHandler =>
  async (req, res) => {
    try {
      answers.arrived(req)
      await takeBody({ base, answers, dialect, req, res })
      answer(req, res, dialect.received)
    } catch (error) {
      answer(req, res, dialect.refused(expected(error, res)))
    }
  }

function expected(error: unknown, { locals: { requestId } }: Response): Refused {
  if (error instanceof Refused) return error
  log.error({ requestId, error: failure((error as { cause?: unknown }).cause ?? error) }, 'forwarder failed')
  return new Refused('broken', `Request ${requestId} failed.`)
}

const isWell = async ({ pool, spool }: RestBase) => (await spool.hasRoom()) && recordsAnswer(pool)
