import { timingSafeEqual } from 'node:crypto'
import { type Request, type RequestHandler, Router } from 'express'
import { sql } from 'kysely'
import { collectDefaultMetrics, Histogram, Registry } from 'prom-client'
import { isLoopback } from '../platform/env.ts'
import type { RequestContext } from '../platform/trpc.ts'

type Base = Pick<RequestContext, 'pool' | 'telemetry' | 'env'>
export type Readiness = { stopping: boolean }

/** GET /health (the process lives), /ready (both engines answer, and we are not stopping), /metrics (Prometheus). */
export function probes(
  { pool, telemetry, env }: Base,
  readiness: Readiness,
): { routes: Router; measure: RequestHandler } {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const duration = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the first byte of a request to the last byte of its answer.',
    labelNames: ['method', 'door', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60],
    registers: [registry],
  })

  const measure: RequestHandler = (req, res, next) => {
    const end = duration.startTimer({ method: req.method, door: doorOf(req.path) })
    res.on('close', () => end({ status: String(res.statusCode) }))
    next()
  }

  const routes = Router()
  routes.get('/health', (_req, res) => void res.json({ status: 'healthy' }))
  routes.get('/ready', async (_req, res) => {
    const [records, rows] = await Promise.all([answers(sql`select 1`.execute(pool)), telemetry.ping()])
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

const answers = (query: Promise<unknown>) =>
  query.then(
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
