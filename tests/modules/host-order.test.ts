import fc from 'fast-check'
import { sql } from 'kysely'
import { beforeAll, expect, test } from 'vitest'
import { MOST_NAMES } from '#server/modules/telemetry/queries.ts'
import { inTenant } from '#server/platform/tenant.ts'
import { SEED } from '../support/chance.ts'
import { jsonLines, newTenant, pool, type Tenant } from '../support/world.ts'

// Two clients of one name, names that differ in case, one that is no ASCII, and two clients that become one host.
const HOSTS = [
  ['C.1', 'ws-2'],
  ['C.2', 'WS-2'],
  ['C.3', 'ws-2'],
  ['C.4', 'ws-10'],
  ['C.5', 'Ärger-1'],
  ['C.6', 'dc-01'],
  ['C.7', 'zz-last'],
  ['C.8', 'DC-02'],
] satisfies [string, string][]
const MERGED = { stays: 'C.6', goes: 'C.7' }

const rowsOfChance = fc.array(
  fc.record({
    host: fc.constantFrom(...HOSTS),
    Kind: fc.constantFrom('a', 'b', 'c'),
    Size: fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined }),
    day: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
  }),
  { minLength: 60, maxLength: 60 },
)

let tenant: Tenant

beforeAll(async () => {
  tenant = await newTenant()
  for (const [n, rows] of fc.sample(rowsOfChance, { numRuns: 2, seed: SEED }).entries())
    await tenant.deliver(
      jsonLines(
        rows.map(({ host: [ClientId, Hostname], day, ...row }) => ({
          Artifact: `Test.Order${n}`,
          ClientId,
          Hostname,
          ...row,
          ...(day && { EventTime: `2026-02-0${day}T08:00:00Z` }),
        })),
      ),
    )
  const { rows: hosts } = await tenant.as('viewer').hosts.list({})
  const idOf = (client: string) => hosts.find(({ client_id }) => client_id === client)!.id
  await tenant.as('user').merges.merge({ id: idOf(MERGED.stays), otherId: idOf(MERGED.goes), reason: 'one machine' })
})

type Row = Awaited<ReturnType<ReturnType<Tenant['as']>['telemetry']['rows']>>['rows'][number]
type Answer = number | null

// UTF-8 by its bytes, as nothing here is beyond the plane that both orders share.
const bytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b))
const LAST_WITHOUT: Record<string, (row: Row) => string | number | null> = {
  Kind: ({ cells }) => cells.Kind || null,
  Size: ({ cells }) => (cells.Size ? Number(cells.Size) : null),
  time: ({ event_time }) => event_time?.getTime() ?? null,
}

/** How two rows stand to each other by one key, read without the engine. */
function compared(key: string, a: Row, b: Row): number {
  const name = key.replace(/^-/, '')
  const turn = key.startsWith('-') ? -1 : 1
  if (name === 'artifact') return turn * bytes(a.artifact, b.artifact)
  if (name === 'host')
    return turn * (bytes(a.hostname.toLowerCase(), b.hostname.toLowerCase()) || a.host_id - b.host_id)
  const [left, right] = [LAST_WITHOUT[name]!(a), LAST_WITHOUT[name]!(b)]
  if (left === null || right === null) return Number(left === null) - Number(right === null)
  return turn * (typeof left === 'string' ? bytes(left, String(right)) : left - Number(right))
}

function sortedHere(rows: Row[], sort: string[]): string[] {
  const turn = sort.at(-1)!.startsWith('-') ? -1 : 1
  const order = (a: Row, b: Row): number =>
    sort.reduce<Answer>((found, key) => found || compared(key, a, b), null) ||
    turn * (a.batch_id - b.batch_id || a.line - b.line)
  return rows.toSorted(order).map(({ id }) => id)
}

const anySort = fc
  .tuple(
    fc.uniqueArray(fc.constantFrom<string[]>('Kind', 'Size', 'time', 'artifact'), { maxLength: 2 }),
    fc.nat({ max: 2 }),
    fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }),
  )
  .map(([others, at, down]) => others.toSpliced(at, 0, 'host').map((key, n) => (down[n] ? `-${key}` : key)))

test('sorted by host, alone or among other keys, pages forth and back are what a sort in another language makes', async () => {
  const api = tenant.as('viewer')
  const columns = ['Kind', 'Size']
  const { rows } = await api.telemetry.rows({ columns, limit: 200 })
  expect(rows).toHaveLength(120)
  await fc.assert(
    fc.asyncProperty(anySort, fc.integer({ min: 7, max: 70 }), async (sort, limit) => {
      const expected = sortedHere(rows, sort)
      const said = `${sort.join(' ')} by ${limit}`
      const forth: string[][] = []
      let previous: string | null = null
      for (let cursor: string | null | undefined; cursor !== null; ) {
        const page = await api.telemetry.rows({ sort, limit, columns, cursor })
        forth.push(page.rows.map(({ id }) => id))
        cursor = page.next
        previous = page.previous
        expect(page.hostsUnnamed).toBe(false)
      }
      expect(forth.flat(), said).toEqual(expected)
      for (const there of forth.slice(0, -1).reverse()) {
        const page = await api.telemetry.rows({ sort, limit, columns, cursor: previous! })
        expect(
          page.rows.map(({ id }) => id),
          said,
        ).toEqual(there)
        previous = page.previous
      }
      expect(previous).toBeNull()
    }),
    { numRuns: Number(process.env.QUERY_RUNS ?? 25) },
  )
}, 600_000)

test('rows of one host and of none are sorted by host too', async () => {
  const api = tenant.as('viewer')
  const [first] = (await api.telemetry.rows({ limit: 1 })).rows
  const { rows } = await api.telemetry.rows({ hostId: first!.host_id, sort: ['host', '-Kind'], limit: 200 })
  expect(new Set(rows.map(({ host_id }) => host_id))).toEqual(new Set([first!.host_id]))
  expect((await api.telemetry.rows({ hostId: 900_000_000_000_001, sort: ['host'] })).rows).toEqual([])
  expect((await (await newTenant()).as('viewer').telemetry.rows({ sort: ['host'] })).rows).toEqual([])
})

test('of more hosts than one statement is told of, rows stand by number, and it is said', async () => {
  const own = await newTenant()
  const row = { Artifact: 'Test.Many', Kind: 'x' }
  await own.deliver(jsonLines(['zz', 'aa'].map((Hostname) => ({ ...row, ClientId: `C.${Hostname}`, Hostname }))))
  const told = await own.as('viewer').telemetry.rows({ sort: ['host'] })
  expect([told.hostsUnnamed, told.rows.map(({ hostname }) => hostname)]).toEqual([false, ['aa', 'zz']])
  await inTenant(pool, { tenantId: own.id, accountId: null, requestId: 'many' }, 'read write', (db) =>
    sql`insert into host (hostname, own_last_seen_at) select 'many-' || n, now() from generate_series(1, ${MOST_NAMES}) n`.execute(
      db,
    ),
  )
  const { hostsUnnamed, rows } = await own.as('viewer').telemetry.rows({ sort: ['host'] })
  expect([hostsUnnamed, rows.map(({ hostname }) => hostname)]).toEqual([true, ['zz', 'aa']])
  const [one] = rows
  expect((await own.as('viewer').telemetry.rows({ sort: ['host'], hostId: one!.host_id })).hostsUnnamed).toBe(false)
})
