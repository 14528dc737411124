import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { JobHelpers } from 'graphile-worker'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { watch } from '#server/modules/alarms/jobs.ts'
import { driftOf, learned, type Profile, silentAfter } from '#server/modules/pulse/service.ts'
import { taskOf } from '#server/platform/jobs.ts'
import { inTenant } from '#server/platform/tenant.ts'
import { connect } from '../support/second-database.ts'
import { base, callerFor, ended, installation, jsonLines, newTenant, pool, type Tenant } from '../support/world.ts'

type Alarm = Awaited<ReturnType<ReturnType<Tenant['as']>['alarms']['list']>>['rows'][number]

const within = <T>(tenant: Tenant, work: Parameters<typeof inTenant<T>>[3]) =>
  inTenant(pool, { tenantId: tenant.id, accountId: null, requestId: 'test' }, 'read write', work)

const looking = taskOf(watch, { ...base, signal: new AbortController().signal })

/** Lets the alarms look now, as their job does. */
const look = (tenant: Tenant) => looking({ tenantId: tenant.id }, { job: { id: '0' } } as JobHelpers)

const alarmsOf = async (tenant: Tenant, kind: Alarm['kind']) =>
  (await tenant.as('viewer').alarms.list({})).rows.filter((alarm) => alarm.kind === kind)

/** Waits for an alarm of this kind that is as expected. */
async function seen(tenant: Tenant, kind: Alarm['kind'], expected: Partial<Alarm>): Promise<Alarm> {
  for (let tries = 0; tries < 400; tries += 1) {
    const found = (await alarmsOf(tenant, kind)).find((alarm) =>
      Object.entries(expected).every(([name, value]) => alarm[name as keyof Alarm] === value),
    )
    if (found) return found
    await sleep(50)
  }
  throw new Error(
    `No ${kind} alarm became ${JSON.stringify(expected)}: ${JSON.stringify(await alarmsOf(tenant, kind))}`,
  )
}

const facts = { artifact: 'Test.Drift', hostname: 'WS-1' }
const rows = (count: number, make: (n: number) => object) => jsonLines(Array.from({ length: count }, (_, n) => make(n)))

async function deliver(tenant: Tenant, text: string, more: object = {}) {
  const batch = await tenant.deliver(text, { ...facts, ...more })
  await look(tenant)
  return batch
}

test('a column that is new, gone or of another kind raises one alarm of its artifact, which says which', async () => {
  const tenant = await newTenant()
  await deliver(
    tenant,
    rows(30, (n) => ({ Pid: n, Name: 'a', Path: `C:\\${n}`, Size: 1.5, Note: null })),
  )
  await deliver(
    tenant,
    rows(30, (n) => ({ Pid: n + 100, Name: 'b', Path: `D:\\${n}`, Size: 2, Note: 'first value' })),
  )
  expect(await alarmsOf(tenant, 'drift')).toEqual([])

  const odd = await deliver(
    tenant,
    rows(30, (n) => ({ Pid: `p${n}`, Name: { Long: 'c' }, Size: 1, Note: 'x', Hash: `h${n}` })),
  )
  const alarm = await seen(tenant, 'drift', { state: 'open' })
  expect(alarm).toMatchObject({ artifact: 'Test.Drift', batch_id: odd.id, times: 1 })
  expect(alarm.says).toBe('New: Hash. Gone: Path. Changed: Name was text, is object, Pid was whole number, is text.')
})

test('the same new columns again are known; an alarm that was closed opens again for the next drift', async () => {
  const tenant = await newTenant()
  await deliver(
    tenant,
    rows(30, (n) => ({ Pid: n })),
  )
  await deliver(
    tenant,
    rows(30, (n) => ({ Pid: n + 50, Added: 1 })),
  )
  const { id } = await seen(tenant, 'drift', { state: 'open' })
  const closed = await tenant.as('user').alarms.close({ id })
  expect(closed).toMatchObject({ state: 'closed', closed_by_name: tenant.people.user.username })
  await deliver(
    tenant,
    rows(30, (n) => ({ Pid: n + 100, Added: 2 })),
  )
  await seen(tenant, 'drift', { state: 'closed', times: 1 })

  await deliver(
    tenant,
    rows(30, (n) => ({ Pid: n + 150, Added: 3, Later: true })),
  )
  const again = await seen(tenant, 'drift', { state: 'open', times: 2 })
  expect(again).toMatchObject({ id, says: 'New: Later.', closed_at: null, closed_by_name: null })
  const { rows: deeds } = await tenant.as('viewer').activity.list({ q: 'alarm' })
  expect(deeds.map(({ verb }) => verb)).toEqual(['alarm.reopened', 'alarm.closed', 'alarm.opened'])
})

test('what a door adds to rows, few rows, and keys that are data are no drift', async () => {
  const tenant = await newTenant()
  await deliver(
    tenant,
    rows(30, (n) => ({ Pid: n, Name: 'x' })),
  )
  await deliver(
    tenant,
    rows(30, (n) => ({ Pid: n, Name: 'y', Organization: 'o', timestamp: 't', _ts: 1, FlowId: 'F.1' })),
  )
  await deliver(
    tenant,
    rows(5, (n) => ({ Pid: n + 1000 })),
  )
  await deliver(
    tenant,
    rows(40, (n) => ({
      [`random-${n}`]: n,
      ...Object.fromEntries(Array.from({ length: 400 }, (_, k) => [`k${n}-${k}`, 1])),
    })),
    { artifact: 'Test.Random' },
  )
  await deliver(
    tenant,
    rows(3, (n) => ({ [`other-${n}`]: n })),
    { artifact: 'Test.Random' },
  )
  expect(await alarmsOf(tenant, 'drift')).toEqual([])
})

test('columns are learnt by delivery: gone is only what was never missing, null is no kind, numbers are one', () => {
  const column = (name: string, ...kinds: string[]) => ({ name, kinds })
  const blank: Profile = { deliveries: 0, columns: new Map() }
  const once = learned(blank, {
    batch: 1,
    rows: 50,
    columns: [column('A', 'text'), column('B', 'whole number'), column('C')],
  })
  expect(
    driftOf(once, { batch: 2, rows: 50, columns: [column('A'), column('B', 'number'), column('C', 'text')] }),
  ).toBeNull()
  expect(driftOf(once, { batch: 2, rows: 19, columns: [column('A', 'text')] })).toBeNull()
  expect(driftOf(once, { batch: 2, rows: 20, columns: [column('A', 'text')] })).toMatchObject({ gone: ['B', 'C'] })
  const twice = learned(once, { batch: 2, rows: 20, columns: [column('A', 'text', 'object')] })
  expect(driftOf(twice, { batch: 3, rows: 20, columns: [column('A', 'object')] })).toBeNull()
  expect(driftOf(twice, { batch: 3, rows: 20, columns: [column('A', 'list')] })).toMatchObject({
    changed: [{ name: 'A', from: ['object', 'text'], to: ['list'] }],
  })
})

/** A source with a token of its own, and how it delivers. */
async function newSource(tenant: Tenant, name: string) {
  const source = await tenant.as('admin').sources.create({ name, kind: 'rest' } as { name: string })
  const actor = { ...tenant.actor('user'), accountId: null, sourceId: source.id, role: 'ingest' as const, name }
  const send = async (text: string) => {
    const delivered = await base.spool.receive(Readable.from([Buffer.from(text)]))
    const { batch } = await callerFor(actor, delivered).ingestion.receive({ ...facts, artifact: 'Test.Source' })
    await ended(() => tenant.as('user').ingestion.get({ id: batch.id }))
    await look(tenant)
    return batch.id
  }
  return { id: source.id, send }
}

/** As if the source had delivered at these hours before now. */
const visitedHoursAgo = (tenant: Tenant, source: number, hours: number[]) =>
  within(tenant, async (db) => {
    await db.deleteFrom('source_visit').where('source_id', '=', source).execute()
    for (const ago of hours)
      await db
        .insertInto('source_visit')
        .values({
          source_id: source,
          visited_at: sql<Date>`date_bin('5 minutes', now() - make_interval(mins => ${Math.round(ago * 60)}), 'epoch')`,
          stored: 1,
        })
        .onConflict((c) => c.doNothing())
        .execute()
  })

const lastHeard = async (tenant: Tenant, source: number, hoursAgo: number) => {
  // Times of creation cannot be changed by those who serve: a test needs a stronger hand.
  const superuser = await connect(installation.adminUrl)
  await superuser.query(
    `update batch set created_at = now() - make_interval(mins => $3) where tenant_id = $1 and source_id = $2`,
    [tenant.id, source, Math.round(hoursAgo * 60)],
  )
  await superuser.end()
}

test('a source that comes every day raises an alarm after two days without it, and the next delivery ends it', async () => {
  const tenant = await newTenant()
  const source = await newSource(tenant, 'daily')
  await source.send(rows(3, (n) => ({ n })))
  const days = (from: number) => Array.from({ length: 12 }, (_, day) => from + 24 * day)

  await visitedHoursAgo(tenant, source.id, days(40))
  await lastHeard(tenant, source.id, 40)
  await look(tenant)
  expect(await alarmsOf(tenant, 'silence')).toEqual([])

  await visitedHoursAgo(tenant, source.id, days(50))
  await lastHeard(tenant, source.id, 50)
  await look(tenant)
  const alarm = await seen(tenant, 'silence', { state: 'open' })
  expect(alarm).toMatchObject({ source_id: source.id, source_name: 'daily' })
  expect(alarm.says).toBe('Nothing for more than 2 days, twice its usual pause.')

  await tenant.as('user').alarms.close({ id: alarm.id })
  await look(tenant)
  await seen(tenant, 'silence', { state: 'closed', times: 1 })

  await source.send(rows(3, (n) => ({ n: n + 10 })))
  await lastHeard(tenant, source.id, 110)
  await look(tenant)
  await seen(tenant, 'silence', { state: 'open', times: 2 })
  await source.send(rows(3, (n) => ({ n: n + 20 })))
  await seen(tenant, 'silence', { state: 'closed', closed_by_name: null })
})

test('when a source is silent follows its own word, else twice its usual pause, once that is a habit', () => {
  const rhythm = { expect_every_minutes: null, pause_minutes: null, known_minutes: 10_000 }
  expect(silentAfter({ ...rhythm, expect_every_minutes: 5 })).toBe(5)
  expect(silentAfter(rhythm)).toBe(60)
  expect(silentAfter({ ...rhythm, known_minutes: 179 })).toBeNull()
  expect(silentAfter({ ...rhythm, pause_minutes: 1440, known_minutes: 8_640 })).toBe(2_880)
  expect(silentAfter({ ...rhythm, pause_minutes: 1440, known_minutes: 8_639 })).toBeNull()
})

test('deliveries of a source that fail are one alarm with their number, which ends when they are loaded after all', async () => {
  const tenant = await newTenant()
  for (const n of [1, 2]) await deliver(tenant, `{"n":${n}}`, { hostname: undefined })
  const alarm = await seen(tenant, 'failure', { state: 'open', times: 2 })
  expect(alarm.says).toMatch(/^2 deliveries failed\. The last: None of the 1 lines/)
  const { rows: failed } = await tenant.as('user').ingestion.list({ state: 'failed' })
  await tenant.as('lead').alarms.acknowledge({ id: alarm.id })
  for (const { id } of failed) await tenant.as('user').ingestion.replay({ id, hostname: 'WS-9' })
  await seen(tenant, 'failure', {
    state: 'closed',
    closed_by_name: null,
    acknowledged_by_name: tenant.people.lead.username,
  })
})

test('a viewer reads alarms and settles none; those of another tenant are not found', async () => {
  const [tenant, other] = [await newTenant(), await newTenant()]
  await deliver(tenant, 'nothing, but, a header\n1')
  const { id } = await seen(tenant, 'failure', { state: 'open' })
  await expect(tenant.as('viewer').alarms.acknowledge({ id })).rejects.toMatchObject({ code: 'FORBIDDEN' })
  await expect(other.as('admin').alarms.acknowledge({ id })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  expect((await other.as('viewer').alarms.list({})).rows).toEqual([])
  expect(await tenant.as('user').alarms.acknowledge({ id })).toMatchObject({ state: 'acknowledged' })
  expect(await tenant.as('user').alarms.acknowledge({ id })).toMatchObject({ state: 'acknowledged' })
})

test('the overview of sources counts rows by day, and says how old the newest event was when it came', async () => {
  const tenant = await newTenant()
  const source = await newSource(tenant, 'counted')
  const event = new Date(Date.now() - 2 * 3_600_000).toISOString()
  await source.send(rows(4, (n) => ({ n, EventTime: event })))
  await source.send(rows(3, (n) => ({ n: n + 10, EventTime: event })))
  const [seenSource] = await tenant.as('viewer').pulse.list()
  expect(seenSource).toMatchObject({ name: 'counted', visits: 1 })
  expect(seenSource!.days).toHaveLength(14)
  expect(seenSource!.days.reduce((sum, { rows: stored }) => sum + stored, 0)).toBe(7)
  expect(Math.abs(seenSource!.lag_seconds! - 7_200)).toBeLessThan(120)
})
