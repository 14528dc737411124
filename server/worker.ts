import { setPriority } from 'node:os'
import { Logger, parseCronItems, run } from 'graphile-worker'
import pg from 'pg'
import { openBase } from './base.ts'
import { watch } from './modules/alarms/jobs.ts'
import { loadDeliveries } from './modules/ingestion/jobs.ts'
import { rederive } from './modules/ingestion/rederive.ts'
import { applyRetention } from './modules/retention/jobs.ts'
import { emptyTenant } from './modules/tenants/jobs.ts'
import { readEnv } from './platform/env.ts'
import { everyTenant, taskOf } from './platform/jobs.ts'
import { failure, log } from './platform/log.ts'
import { leaveWithParent, tellParent } from './processes.ts'

const JOBS = [loadDeliveries, rederive, watch, applyRetention, emptyTenant]
/** What the clock starts for every tenant, as crontab writes it (UTC). */
const CLOCK = [
  { match: '*/5 * * * *', kind: watch },
  { match: '17 2 * * *', kind: applyRetention },
]
const CLOCK_TASK = 'every-tenant:'
const AT_ONCE = 3
const HOUR_MS = 3_600_000
const LESS_THAN_PAGES = 5

/** The process that works the queue. Crash-only: it ends when its database goes, and starts again unburdened. */
async function main() {
  setPriority(LESS_THAN_PAGES)
  const env = readEnv()
  // It brings and changes rows: what it remembered of them would rarely be asked again.
  const base = await openBase({ ...env, MAX_REMEMBERED_BYTES: 0 }, 'worker')
  const stopping = new AbortController()
  const jobsPool = new pg.Pool({
    connectionString: env.JOBS_DATABASE_URL,
    max: AT_ONCE + 3,
    application_name: 'velocicompanion-jobs',
  })
  jobsPool.on('error', leave)
  jobsPool.on('connect', (client) => client.on('error', leave))
  await releaseOrphans(jobsPool)

  const runner = await run({
    pgPool: jobsPool,
    concurrency: AT_ONCE,
    pollInterval: 1_000,
    noHandleSignals: true,
    logger: new Logger(() => (level, message) => {
      if (level === 'error' || level === 'warning') log.warn({ source: 'queue' }, message)
    }),
    taskList: Object.fromEntries([
      ...JOBS.map((kind) => [kind.name, taskOf(kind, { ...base, signal: stopping.signal })]),
      ...CLOCK.map(({ kind }) => [CLOCK_TASK + kind.name, everyTenant(kind, {}, base)]),
    ]),
    parsedCronItems: parseCronItems(
      CLOCK.map(({ match, kind }) => ({ task: CLOCK_TASK + kind.name, match, options: { backfillPeriod: 0 } })),
    ),
  })
  runner.events.on('pool:listen:error', ({ error }) => leave(error as Error))
  const sweep = setInterval(() => void base.auth.sessions.sweep().catch(() => {}), HOUR_MS)
  leaveWithParent(async () => {
    clearInterval(sweep)
    stopping.abort()
    await runner.stop().catch(() => {})
    await jobsPool.end()
    await base.close()
  })
  tellParent({ ready: true })
}

/** Frees the jobs that a killed worker held. One worker process runs per database; a load's own lock guards a second. */
async function releaseOrphans(pool: pg.Pool) {
  const { rows } = await pool.query<{ ids: string[] | null }>(
    'select array_agg(distinct locked_by) as ids from graphile_worker.jobs where locked_by is not null',
  )
  if (rows[0]?.ids) await pool.query('select graphile_worker.force_unlock_workers($1)', [rows[0].ids])
}

function leave(error: Error) {
  log.warn({ error: failure(error) }, 'the queue lost its database; starting again')
  process.exit(75)
}

main().catch((error: unknown) => {
  log.error({ error: failure(error) }, 'worker could not start')
  tellParent({ ready: false, reason: (error as Error).message })
  setTimeout(() => process.exit(1), 100)
})
