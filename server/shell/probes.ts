import { timingSafeEqual } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { type Request, Router } from 'express'
import { sql } from 'kysely'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Admission } from '../platform/admission.ts'
import { isLoopback } from '../platform/env.ts'
import type { RequestContext } from '../platform/trpc.ts'

type Base = Pick<RequestContext, 'pool' | 'telemetry' | 'env' | 'admission'>
export type Readiness = { stopping: boolean }
/** Measures a request from now to the end of its answer. */
export type Measure = (res: ServerResponse, about: { method: string; path: string }) => void

/** GET /health (the process lives), /ready (both engines answer, and we are not stopping), /metrics (Prometheus). */
export function probes(
  { pool, telemetry, env, admission }: Base,
  readiness: Readiness,
): { routes: Router; measure: Measure } {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  measureIntake(registry, admission)
  const duration = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the first byte of a request to the last byte of its answer.',
    labelNames: ['method', 'door', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60],
    registers: [registry],
  })

  const measure: Measure = (res, { method, path }) => {
    const end = duration.startTimer({ method, door: doorOf(path) })
    res.on('close', () => end({ status: String(res.statusCode) }))
  }

  const routes = Router()
  routes.get('/health', (_req, res) => void res.json({ status: 'healthy' }))
  routes.get('/ready', async (_req, res) => {
    const [records, rows] = await Promise.all([recordsAnswer(pool), telemetry.ping()])
    const ready = records && rows && !readiness.stopping
    res
      .status(ready ? 200 : 503)
      .json({ status: ready ? 'ready' : 'not ready', records, rows, stopping: readiness.stopping })
  })
  routes.get('/metrics', async (req, res) => {
    if (!mayRead(req, env.METRICS_TOKEN))
      return void res.status(403).json({ detail: 'Metrics are for loopback, or with METRICS_TOKEN.' })
    res.type(registry.contentType).send(await registry.metrics())
  })
  return { routes, measure }
}

/** What is coming in, what waits, and what was refused and why, read when somebody asks. */
function measureIntake(registry: Registry, { figures }: Admission) {
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(read())
      },
    })
  gauge('intake_bytes_in_flight', 'Bytes that deliveries hold in memory while they come in.', () => figures().inFlight)
  gauge('intake_backlog_bytes', 'Bytes that are kept and not yet loaded.', () => figures().backlog)
  gauge('intake_backlog_age_seconds', 'How long the oldest of them has waited.', () => figures().oldestSeconds)
  new Counter({
    name: 'intake_refused_total',
    help: 'Deliveries refused before a byte was read.',
    labelNames: ['cause'],
    registers: [registry],
    collect() {
      this.reset()
      for (const [cause, count] of Object.entries(figures().refused)) this.inc({ cause }, count)
    },
  })
}

const doorOf = (path: string) =>
  path.startsWith('/api/trpc')
    ? 'trpc'
    : path.startsWith('/api')
      ? 'rest'
      : path.startsWith('/ingest')
        ? 'forwarder'
        : path.startsWith('/assets')
          ? 'static'
          : 'page'

/** Whether PostgreSQL answers. */
export const recordsAnswer = (pool: Base['pool']) =>
  sql`select 1`.execute(pool).then(
    () => true,
    () => false,
  )

// A proxy on this machine makes every caller look local; what it forwards is not.
function mayRead(req: Request, token: string | undefined): boolean {
  const given = req.headers.authorization?.replace(/^bearer /i, '') ?? ''
  if (token && given.length === token.length && timingSafeEqual(Buffer.from(given), Buffer.from(token))) return true
  const address = req.socket.remoteAddress?.replace('::ffff:', '') ?? ''
  return isLoopback(address) && req.headers['x-forwarded-for'] === undefined
}
