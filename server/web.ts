import { sql } from 'kysely'
import { type Base, openBase } from './base.ts'
import { listen } from './http.ts'
import { readEnv } from './platform/env.ts'
import { failure, log } from './platform/log.ts'
import { leaveWithParent, tellParent } from './processes.ts'

/** The process that listens. Started by the composition root, which restarts it when it ends. */
async function main() {
  const env = readEnv()
  const base = await openBase(env, 'web')
  await sweepSpool(base)
  const web = await listen(base)
  leaveWithParent(async () => {
    await web.close()
    await base.close()
  })
  tellParent({ ready: true, port: web.port })
}

/** Removes half files and whole ones no delivery names: what a killed process left. This process is the only receiver. */
async function sweepSpool({ pool, spool }: Base) {
  const { rows } = await sql<{
    name: string
  }>`select spool_name as name from batch where state <> 'done' and spool_name is not null`.execute(pool)
  const needed = new Set(rows.map(({ name }) => name))
  const left = (await spool.leftovers(0)).filter((name) => !needed.has(name))
  for (const name of left) await spool.remove(name)
  if (left.length > 0) log.info({ count: left.length }, 'removed unfinished deliveries from the spool')
}

main().catch((error: unknown) => {
  log.error({ error: failure(error) }, 'web could not start')
  tellParent({ ready: false, reason: (error as Error).message, code: (error as { code?: string }).code })
  process.exitCode = 1
  setTimeout(() => process.exit(1), 100)
})
