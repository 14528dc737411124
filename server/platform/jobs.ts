import type { Task } from 'graphile-worker'
import type { Kysely } from 'kysely'
import { sql } from 'kysely'
import { z } from 'zod'
import type { Tables } from '#db/types.ts'
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
  signal: AbortSignal
}

export type Job<P> = { name: string; payload: z.ZodType<P>; run: (ctx: JobCtx, payload: P) => Promise<void> }
export type Workbench = { pool: Kysely<Tables>; telemetry: Telemetry; spool: Spool; signal: AbortSignal }

const EXCLUSIVE = 'velocicompanion'

/** A kind of background work. `run` must be safe to repeat: after a crash it runs again. */
export const job = <P>(name: string, payload: z.ZodType<P>, run: Job<P>['run']): Job<P> => ({ name, payload, run })

/**
 * Queues work for the current tenant in the caller's transaction: it exists only if the caller commits.
 * Jobs of one kind and tenant run one after the other; a second one with the same key while the first waits is one job.
 */
export async function enqueue<P extends object>(db: TenantDb, { name }: Job<P>, payload: P): Promise<void> {
  await sql`select app.enqueue(${name}, ${JSON.stringify(payload)}::jsonb, ${name}, ${name})`.execute(db)
}

const Tenanted = z.looseObject({ tenantId: z.number().int() })

/** The job as graphile-worker runs it: as its tenant, through the same door as a request. */
export const taskOf =
  <P>(kind: Job<P>, { pool, telemetry, spool, signal }: Workbench): Task =>
  async (raw, { job: queued }) => {
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
        signal,
      },
      kind.payload.parse(payload),
    )
  }

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
