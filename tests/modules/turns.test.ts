import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import { afterAll, expect, test } from 'vitest'
import { connect } from '../support/second-database.ts'
import { base, callerFor, ended, installation, jsonLines, newTenant, type Tenant } from '../support/world.ts'

const superuser = await connect(installation.adminUrl)
afterAll(() => superuser.end())

const lines = (count: number, pad: number, note: unknown) =>
  jsonLines(
    Array.from({ length: count }, (_, n) => ({ Artifact: 'Turn', Hostname: 'ws-1', n, note, pad: 'x'.repeat(pad) })),
  )

/** Enters a delivery and does not wait for its load. */
async function enter(tenant: Tenant, text: string) {
  const spooled = await base.spool.receive(Readable.from([Buffer.from(text)]))
  const { batch } = await callerFor(tenant.actor('user'), spooled).ingestion.receive({})
  return { id: batch.id, file: base.spool.path(spooled.name) }
}

const done = (tenant: Tenant, id: number, seconds = 120) =>
  ended(() => tenant.as('user').ingestion.get({ id }), seconds)

test('a small delivery is loaded while those who deliver much still wait for most of theirs', {
  timeout: 180_000,
}, async () => {
  const loud = await Promise.all([newTenant(), newTenant(), newTenant(), newTenant()])
  const quiet = await newTenant()
  const theirs: { tenant: Tenant; id: number }[] = []
  for (let n = 0; n < 4; n += 1) {
    for (const tenant of loud) theirs.push({ tenant, id: (await enter(tenant, lines(2_000, 4_500, n))).id })
  }
  const small = await enter(quiet, lines(3, 10, 'small'))
  const own = await done(quiet, small.id)
  expect(own).toMatchObject({ state: 'done', stored: 3 })
  const all = await Promise.all(theirs.map(({ tenant, id }) => done(tenant, id)))
  expect(all.map(({ state, stored }) => `${state} ${stored}`)).toEqual(Array(16).fill('done 2000'))
  const after = all.filter(({ done_at }) => done_at! > own.done_at!)
  expect(after.length).toBeGreaterThan(4)
})

test('a delivery that cannot be loaded ends after five tries with the reason, and those behind it do not wait for it', {
  timeout: 120_000,
}, async () => {
  const tenant = await newTenant()
  const lock = `hashtextextended('velocicompanion.load.${tenant.id}', 0)`
  await superuser.query(`select pg_advisory_lock(${lock})`)
  const poisoned = await enter(tenant, lines(5, 10, 'poisoned'))
  const behind = await enter(tenant, lines(7, 10, 'behind'))
  rmSync(poisoned.file)
  mkdirSync(poisoned.file) // the file system answers each try with an error of its own
  await superuser.query(`select pg_advisory_unlock(${lock})`)

  const [first, second] = await Promise.all([done(tenant, poisoned.id), done(tenant, behind.id)])
  rmSync(poisoned.file, { recursive: true })
  expect(second).toMatchObject({ state: 'done', stored: 7 })
  expect(first.state).toBe('failed')
  expect(first.error).toContain('5 tries')
  expect(first.error).toContain('EISDIR')
  expect(second.done_at!.getTime()).toBeLessThan(first.done_at!.getTime())
  const { rows } = await superuser.query('select attempts, failures from batch where tenant_id = $1 order by id', [
    tenant.id,
  ])
  expect(rows).toEqual([{ attempts: 5, failures: 5 }, expect.anything()])
  expect(await tenant.deliver(lines(2, 10, 'after'))).toMatchObject({ state: 'done', stored: 2 })
})

test('what a worker that was killed still writes is ended before its load begins again', async () => {
  const tenant = await newTenant()
  const lock = `hashtextextended('velocicompanion.load.${tenant.id}', 0)`
  await superuser.query(`select pg_advisory_lock(${lock})`)
  const { id } = await enter(tenant, lines(50, 10, 'twice'))
  const load = 9_100_000 + tenant.id
  await superuser.query(`update batch set state = 'loading', load_id = $1, attempts = 1 where id = $2`, [load, id])
  // A line every tenth of a second, for a minute: all of them come when the statement ends.
  const left = base.telemetry
    .forTenant(tenant.id)
    .named(`load ${load}`)
    .write(
      `insert into incoming (tenant_id, load_id, batch_id, seq, line, raw)
       select {tenant:UInt64}, {load:UInt64}, {id:UInt64}, 900 + number, 900, '{}' from numbers(600) where sleepEachRow(0.1) = 0`,
      { load, id },
      undefined,
      { max_block_size: '1', function_sleep_max_microseconds_per_block: '0' },
    )
    .then(
      () => 'written',
      () => 'ended',
    )
  const running = async () => {
    const query = `select 1 from system.processes where query like '%900 + number%' and query not like '%processes%'`
    return (await base.telemetry.client.query({ query, format: 'JSONEachRow' })).json()
  }
  await expect.poll(running).toHaveLength(1)
  await superuser.query(`select pg_advisory_unlock(${lock})`)
  expect(await done(tenant, id)).toMatchObject({ state: 'done', received: 50, stored: 50 })
  expect(await left).toBe('ended')
})

test('a load that begins again stores nothing twice, also where the engine has forgotten its tokens', async () => {
  const tenant = await newTenant()
  const lock = `hashtextextended('velocicompanion.load.${tenant.id}', 0)`
  await superuser.query(`select pg_advisory_lock(${lock})`)
  const { id, file } = await enter(tenant, lines(50, 10, 'once'))
  const kept = readFileSync(file)
  const { rows } = await superuser.query('select spool_name from batch where id = $1', [id])
  await superuser.query(`select pg_advisory_unlock(${lock})`)
  expect(await done(tenant, id)).toMatchObject({ state: 'done', stored: 50 })
  await expect.poll(() => existsSync(file)).toBe(false)

  // As after a crash between the rows and the ledger; by another number, which is what tokens are made of.
  writeFileSync(file, kept)
  await superuser.query(
    `update batch set state = 'loading', load_id = $1, attempts = 1, done_at = null, spool_name = $2, error = null where id = $3`,
    [9_200_000 + tenant.id, rows[0].spool_name, id],
  )
  expect(await tenant.deliver(lines(2, 10, 'after'))).toMatchObject({ state: 'done', stored: 2 })
  const again = await done(tenant, id)
  expect([again.error, again]).toMatchObject([null, { state: 'done', received: 50, stored: 50, duplicate: 0 }])
})
