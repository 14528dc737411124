import { expect, test } from 'vitest'
import { inTenant } from '#server/platform/tenant.ts'
import { callerFor, newTenant, pool, type Tenant } from '../support/world.ts'

const row = (n: number) => JSON.stringify({ Pid: n })
type Filter = NonNullable<Parameters<ReturnType<Tenant['as']>['ingestion']['list']>[0]>

const found = async (tenant: Tenant, filter: Filter) => {
  const { rows, total } = await tenant.as('viewer').ingestion.list(filter)
  expect(total).toBe(rows.length)
  return rows.map(({ filename }) => filename).sort()
}

/** Deliveries that have ended, as the ledger has them. */
const entered = (tenant: Tenant, ledger: { filename: string; [column: string]: unknown }[]) =>
  inTenant(pool, { tenantId: tenant.id, accountId: null, requestId: 'test' }, 'read write', async (db) => {
    const done = { state: 'done', received: 1, stored: 1, done_at: new Date(), bytes: 10, sha256: 'x' } as const
    for (const line of ledger)
      await db
        .insertInto('batch')
        .values({ ...done, ...line })
        .execute()
  })

test('a delivery is found by its file, artifact, host, client, flow, digest, source and sender, and by nothing else', async () => {
  const tenant = await newTenant()
  const source = await tenant.as('admin').sources.create({ name: 'velo-bergen' })
  await entered(tenant, [
    { filename: 'a-file.jsonl' },
    { filename: 'b', artifact: 'Windows.Network.Netstat' },
    { filename: 'c', hostname: 'HF-WS-0412' },
    { filename: 'd', client_id: 'C.00aa11bb22cc33dd' },
    { filename: 'e', flow_id: 'F.BTLS1HM8' },
    { filename: 'f', sha256: 'deadbeefcafe' },
    { filename: 'g', source_id: source.id },
    { filename: 'h', created_by: tenant.people.lead.id },
    { filename: '100%_sure' },
  ])
  const by: [string, string][] = [
    ['A-FILE', 'a-file.jsonl'], ['netstat', 'b'], ['ws-0412', 'c'], ['22cc33', 'd'], ['btls1', 'e'], ['beefcafe', 'f'],
    ['bergen', 'g'], [tenant.people.lead.username, 'h'], ['%_', '100%_sure'],
  ] // biome-ignore format: a list to read across
  for (const [q, filename] of by) expect([q, await found(tenant, { q })]).toEqual([q, [filename]])
  expect(await found(tenant, { sourceId: source.id })).toEqual(['g'])
  expect(await found(tenant, { q: 'nowhere' })).toEqual([])
})

test('state, format, time and rejects narrow the ledger, together with the search', async () => {
  const tenant = await newTenant()
  await entered(tenant, [
    { filename: 'plain.jsonl', format: 'jsonl', created_at: new Date('2026-01-10T10:00:00Z') },
    { filename: 'table.csv', format: 'csv', created_at: new Date('2026-01-11T00:00:00Z') },
    { filename: 'broken.csv', format: 'csv', created_at: new Date('2026-01-12T00:00:00Z'), received: 3, rejected: 2 },
    { filename: 'lost.csv', state: 'failed', received: 0, stored: 0, created_at: new Date('2026-01-13T00:00:00Z') },
  ])
  expect(await found(tenant, { format: 'csv' })).toEqual(['broken.csv', 'table.csv'])
  expect(await found(tenant, { state: 'failed' })).toEqual(['lost.csv'])
  expect(await found(tenant, { rejects: 'with' })).toEqual(['broken.csv'])
  expect(await found(tenant, { from: '2026-01-11', to: '2026-01-13' })).toEqual(['broken.csv', 'table.csv'])
  expect(await found(tenant, { from: '2026-01-10 10:00', to: '2026-01-10 10:01' })).toEqual(['plain.jsonl'])
  expect(await found(tenant, { q: 'csv', from: '2026-01-12' })).toEqual(['broken.csv', 'lost.csv'])
  for (const [name, wrong] of Object.entries({ from: 'yesterday', format: 'xml', state: 'gone', sourceId: 'x' }))
    await expect(tenant.as('viewer').ingestion.list({ [name]: wrong })).rejects.toMatchObject({ code: 'BAD_REQUEST' })
})

test('pages of a narrowed ledger hold each delivery once, forwards and back', async () => {
  const tenant = await newTenant()
  await entered(
    tenant,
    Array.from({ length: 23 }, (_, n) => ({ filename: `even-${n % 2 === 0}-${n}` })),
  )
  const viewer = tenant.as('viewer')
  const names: (string | null)[] = []
  let cursor: string | undefined
  for (let page = await viewer.ingestion.list({ q: 'even-true', limit: 5 }); ; ) {
    expect(page.total).toBe(12)
    names.push(...page.rows.map(({ filename }) => filename))
    if (!page.next) {
      const back = await viewer.ingestion.list({ q: 'even-true', limit: 5, cursor: page.prev! })
      expect(back.rows.map(({ filename }) => filename)).toEqual(names.slice(5, 10))
      break
    }
    cursor = page.next
    page = await viewer.ingestion.list({ q: 'even-true', limit: 5, cursor })
  }
  expect(names).toEqual(Array.from({ length: 12 }, (_, n) => `even-true-${22 - 2 * n}`))
})

test('a source’s token finds its own deliveries only, whatever it searches', async () => {
  const tenant = await newTenant()
  const [mine, other] = [
    await tenant.as('admin').sources.create({ name: 'mine' }),
    await tenant.as('admin').sources.create({ name: 'other' }),
  ]
  await entered(tenant, [
    { filename: 'own', source_id: mine.id },
    { filename: 'own of another', source_id: other.id },
  ])
  const token = callerFor({ ...tenant.actor('user'), accountId: null, sourceId: mine.id, role: 'ingest', name: 'mine' })
  expect((await token.ingestion.list({ q: 'own' })).rows.map(({ filename }) => filename)).toEqual(['own'])
  expect((await token.ingestion.list({ sourceId: other.id })).rows).toEqual([])
})

test('progress is told from samples: speed of the phase, time left at the pace so far, nothing that was not measured', async () => {
  const tenant = await newTenant()
  const ago = (seconds: number) => new Date(Date.now() - seconds * 1000)
  const loading = { state: 'loading', done_at: null, received: 0, stored: 0, bytes: 1_000_000, load_id: 9_000_001 }
  await entered(tenant, [
    { ...loading, filename: 'begun', loaded_bytes: 0, phase: 'reading', loading_since: ago(0), phase_since: ago(0), progressed_at: ago(0) },
    { ...loading, filename: 'half', loaded_bytes: 500_000, phase: 'storing', phase_rows: 30_000, loading_since: ago(30), phase_since: ago(10), progressed_at: ago(0) },
  ]) // biome-ignore format: two lines to compare
  const { rows } = await tenant.as('viewer').ingestion.list({ sort: 'created_at', dir: 'asc' })
  const [begun, half] = ['begun', 'half'].map((name) => rows.find(({ filename }) => filename === name))
  expect(begun).toMatchObject({ progress_pct: 0, rows_per_second: null, seconds_left: null })
  expect(half).toMatchObject({ progress_pct: 50, rows_per_second: 3_000, phase: 'storing' })
  expect(half!.seconds_left).toBeGreaterThan(15)
  expect(half!.seconds_left).toBeLessThanOrEqual(30)
})

test('the newest event of a delivery is known once it was looked at; undated rows lend it none', async () => {
  const tenant = await newTenant()
  const event = '2026-02-03T04:05:06.000Z'
  const lines = [
    row(1),
    JSON.stringify({ Pid: 2, EventTime: event }),
    JSON.stringify({ Pid: 3, EventTime: '2026-01-01T00:00:00Z' }),
  ]
  const { id } = await tenant.deliver(lines.join('\n'), { artifact: 'Test.Phases', hostname: 'WS-1' })
  await expect
    .poll(async () => (await tenant.as('viewer').ingestion.get({ id })).newest_event_at?.toISOString())
    .toBe(event)
})
