import { setTimeout as sleep } from 'node:timers/promises'
import { connect } from './second-database.ts'
import { installation, type Tenant } from './world.ts'

/** Runs `watch` while each note that a load of this tenant makes waits a while: time to look, however fast the machine. */
export async function whileLoadsWait<T>(tenant: Tenant, watch: () => Promise<T>): Promise<T> {
  const superuser = await connect(installation.adminUrl)
  let over = false
  const holding = (async () => {
    // Held for less than the time after which a note gives up its wait, and let go for long enough to be had by one.
    for (; !over; await sleep(60))
      await superuser.query(
        `begin; select from batch where tenant_id = ${tenant.id} for update; select pg_sleep(1.5); commit`,
      )
  })()
  try {
    return await watch()
  } finally {
    over = true
    await holding
    await superuser.end()
  }
}
