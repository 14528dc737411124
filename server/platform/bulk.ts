import { sql } from 'kysely'
import type { TenantDb } from './tenant.ts'

const MANY = 1000

/**
 * Runs statements that join `count` rows with the tenant's own. For many of them the planner may not go through one side
 * for each row of the other: right after a load its statistics are those of a small table, and it would, for minutes.
 */
export async function inBulk<T>(db: TenantDb, count: number, work: () => Promise<T>): Promise<T> {
  if (count < MANY) return work()
  await sql`select set_config('enable_nestloop', 'off', true), set_config('work_mem', '64MB', true)`.execute(db)
  const result = await work()
  await sql`select set_config('enable_nestloop', 'on', true)`.execute(db)
  return result
}

/** Lets the planner look at the hosts' tables again after `count` of their rows moved, before a page meets its old view. */
export async function lookAgain(db: TenantDb, count: number): Promise<void> {
  if (count >= MANY) await sql`select app.refresh_statistics()`.execute(db)
}
