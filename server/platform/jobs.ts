import type { Task } from 'graphile-worker'
import type { Kysely } from 'kysely'
import { sql } from 'kysely'
import { z } from 'zod'
import type { Tables } from '#db/types.ts'
import { unseal } from './auth/keys.ts'
import type { Spool } from './spool.ts'
import type { Telemetry, TenantRows } from './telemetry.ts'
import { inTenant, type Mode, type TenantDb } from './tenant.ts'

/** What a job receives: its tenant's records, in transactions it opens itself, and its tenant's rows. */
export type JobCtx = {
  tenantId: number
  transact: <T>(mode: Mode, work: (db: TenantDb) => Promise<T>) => Promise<T>
  rows: TenantRows
  spool: Spool
  /** Runs `work` unless another process runs the same key of this tenant; false then. Ends with the process. */
  exclusively: (key: string, work: () => Promise<void>) => Promise<boolean>
  /** Whether both engines answer. */
  alive: () => Promise<boolean>
  /** What was sealed for `context` with the installation's secret, or its previous one; null when it does not open. */
  unseal: (sealed: string, context: string) => string | null
  /** Whether a job of this kind is ready to run for another tenant: then long work gives way. */
  othersWait: () => Promise<boolean>
  signal: AbortSignal
}

/** What the job that ends a tenant receives besides: it must reach what no tenant may. */
export type WideCtx = JobCtx & {
  pool: Kysely<Tables>
  /** SQL as the role that works the queue, outside any transaction. */
  asQueue: <Row>(text: string, values: unknown[]) => Promise<Row[]>
}

export type Job<P> = { name: string; payload: z.ZodType<P>; run: (ctx: WideCtx, payload: P) => Promise<void> }
export type Workbench = {
  pool: Kysely<Tables>
  telemetry: Telemetry
  spool: Spool
  auth: { secret: string }
  env: { SECRET_KEY_PREVIOUS?: string | undefined }
  signal: AbortSignal
}

const EXCLUSIVE = 'velocicompanion'

/** A kind of background work. `run` must be safe to repeat: after a crash it runs again. */
export const job = <P>(
  name: string,
  payload: z.ZodType<P>,
  run: (ctx: JobCtx, payload: P) => Promise<void>,
): Job<P> => ({ name, payload, run })

/** The same with sight of what belongs to no tenant. For the end of a tenant, and nothing else. */
export const wideJob = <P>(name: string, payload: z.ZodType<P>, run: Job<P>['run']): Job<P> => ({ name, payload, run })

/**
 * Queues work for the current tenant in the caller's transaction: it exists only if the caller commits.
 * Jobs of one kind and tenant run one after the other; a second one with the same key while the first waits is one job.
 */
export async function enqueue<P extends object>(db: TenantDb, { name }: Job<P>, payload: P): Promise<void> {
  await sql`select app.enqueue(${name}, ${JSON.stringify(payload)}::jsonb, ${name}, ${name})`.execute(db)
}

/** A task without a tenant, for the clock: queues `kind` for each tenant. */
export const everyTenant =
  <P extends object>(kind: Job<P>, payload: P, { pool }: Pick<Workbench, 'pool'>): Task =>
  async (_payload, { job: queued }) => {
    const tenants = await pool.selectFrom('tenant').select('id').where('leaving_at', 'is', null).orderBy('id').execute()
    const who = { accountId: null, requestId: `job-${queued.id}` }
    for (const { id } of tenants)
      await inTenant(pool, { tenantId: id, ...who }, 'read write', (db) => enqueue(db, kind, payload))
  }

const Tenanted = z.looseObject({ tenantId: z.number().int() })

/** The job as graphile-worker runs it: as its tenant, through the same door as a request. */
export const taskOf =
  <P>(kind: Job<P>, { pool, telemetry, spool, auth, env, signal }: Workbench): Task =>
  async (raw, { job: queued, query }) => {
    const { tenantId, ...payload } = Tenanted.parse(raw)
    const who = { tenantId, accountId: null, requestId: `job-${queued.id}` }
    await kind.run(
      {
        tenantId,
        transact: (mode, work) => inTenant(pool, who, mode, work),
        rows: telemetry.forTenant(tenantId),
        spool,
        exclusively: (key, work) => exclusively(pool, `${EXCLUSIVE}.${key}.${tenantId}`, work),
        alive: async () => (await telemetry.ping()) && (await answers(pool)),
        othersWait: async () =>
          (await query<{ wait: boolean }>(OTHERS_WAIT, [kind.name, tenantId])).rows[0]?.wait === true,
        unseal: (sealed, context) =>
          unseal(auth.secret, sealed, context) ??
          (env.SECRET_KEY_PREVIOUS ? unseal(env.SECRET_KEY_PREVIOUS, sealed, context) : null),
        signal,
        pool,
        asQueue: async <Row>(text: string, values: unknown[]) => (await query(text, values)).rows as Row[],
      },
      kind.payload.parse(payload),
    )
  }

// A queue is one kind of one tenant; one that is locked has its turn already.
const OTHERS_WAIT = `select exists (
  select from graphile_worker._private_jobs j
  join graphile_worker._private_tasks t on t.id = j.task_id and t.identifier = $1
  join graphile_worker._private_job_queues q on q.id = j.job_queue_id and q.is_available and q.queue_name <> $1 || ':' || $2::bigint
  where j.is_available and j.run_at <= now()) as wait`

// The lock belongs to a connection, not to a transaction: it outlasts long work, and a killed process frees it.
const exclusively = (pool: Kysely<Tables>, key: string, work: () => Promise<void>) =>
  pool.connection().execute(async (db) => {
    const { rows } = await sql<{
      got: boolean
    }>`select pg_try_advisory_lock(hashtextextended(${key}, 0)) as got`.execute(db)
    if (!rows[0]?.got) return false
    try {
      await work()
    } finally {
      await sql`select pg_advisory_unlock(hashtextextended(${key}, 0))`.execute(db).catch(() => {})
    }
    return true
  })

const answers = (pool: Kysely<Tables>) =>
  sql`select 1`.execute(pool).then(
    () => true,
    () => false,
  )
