import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { SEED } from '../support/chance.ts'
import { jsonLines, newTenant, type Tenant } from '../support/world.ts'

type Row = { Name: string; Path: string; State: string | number | null }
const HOSTS = ['h-1', 'h-2', 'h-3']

const side = fc.uniqueArray(
  fc.record({
    Name: fc.constantFrom('a', 'b', 'c', 'd', 'e "x"', 'f\u202e'),
    Path: fc.constantFrom('C:\\x', '/y', ''),
    State: fc.constantFrom<Row['State']>('on', 'off', 1, null),
  }),
  { selector: ({ Name, Path }) => `${Name} ${Path}`, minLength: 1, maxLength: 8 },
)
const fleet = fc.record({ 'h-1': side, 'h-2': side, 'h-3': side })

const text = (value: Row['State']) => (value === null ? '' : String(value))

/** What differs, by hand: for each host by key, alike changes of several hosts together. */
function byHand(before: Record<string, Row[]>, after: Record<string, Row[]>): string[] {
  const found = new Map<string, Set<string>>()
  const note = (change: unknown[], host: string) => {
    const key = JSON.stringify(change)
    found.set(key, (found.get(key) ?? new Set()).add(host))
  }
  for (const host of HOSTS) {
    const keyed = (rows: Row[]) =>
      new Map(rows.map(({ Name, Path, State }) => [JSON.stringify([Name, Path]), text(State)]))
    const [old, now] = [keyed(before[host]!), keyed(after[host]!)]
    for (const key of new Set([...old.keys(), ...now.keys()])) {
      const keys = JSON.parse(key) as string[]
      if (!old.has(key)) note(['new', keys, [], [now.get(key)]], host)
      else if (!now.has(key)) note(['gone', keys, [old.get(key)], []], host)
      else if (old.get(key) !== now.get(key)) note(['changed', keys, [old.get(key)], [now.get(key)]], host)
    }
  }
  return [...found].map(([key, hosts]) => `${key} ${hosts.size}`).sort()
}

const SAMPLES = 3

describe(`comparing two sides of an artifact (rows of seed ${SEED})`, () => {
  const before = fc.sample(fleet, { numRuns: SAMPLES, seed: SEED })
  const after = fc.sample(fleet, { numRuns: SAMPLES, seed: SEED + 1 })
  const artifactOf = (n: number) => `Custom.Compared${n}`
  let tenant: Tenant
  let deliveries: number[]

  beforeAll(async () => {
    tenant = await newTenant()
    const send = async (sides: Record<string, Row[]>[], flow: string, extra: object[] = []) => {
      const rows = sides.flatMap((hosts, n) =>
        Object.entries(hosts).flatMap(([host, found]) =>
          found.map((row) => ({
            ...row,
            ClientId: `C.${host}`,
            Fqdn: host,
            FlowId: `F.${flow}${host}`,
            Artifact: artifactOf(n),
          })),
        ),
      )
      return (await tenant.deliver(jsonLines([...rows, ...extra]))).id
    }
    const lonely = (host: string) => ({
      Name: 'z',
      Path: 'z',
      State: 'z',
      ClientId: `C.${host}`,
      Fqdn: host,
      FlowId: `F.${host}`,
      Artifact: artifactOf(0),
    })
    deliveries = [await send(before, '1', [lonely('only-before')]), await send(after, '2', [lonely('only-after')])]
  })

  type Asked = {
    before?: number
    after?: number
    from?: Date
    to?: Date
    keys?: string[]
    ignore?: string[]
    kind?: 'new'
    by?: 'rare'
  }

  async function changes(n: number, asked: Asked) {
    const pages = []
    let cursor: string | undefined
    do {
      const page = await tenant
        .as('viewer')
        .comparing.compare({ artifact: artifactOf(n), ignore: [], limit: 9, ...asked, cursor })
      pages.push(page)
      cursor = page.next ?? undefined
    } while (cursor)
    const page = pages[0]!
    const found = pages.flatMap((one) => one.changes)
    const told = found.map(
      ({ kind, keys, before, after, hosts }) => `${JSON.stringify([kind, keys, before, after])} ${hosts}`,
    )
    return { told: told.sort(), hosts: found.map(({ hosts }) => hosts), page }
  }

  test('finds what a diff by hand finds, page by page: deliveries, moments, and the last two collections', async () => {
    for (let n = 0; n < SAMPLES; n += 1) {
      const byDelivery = await changes(n, { before: deliveries[0]!, after: deliveries[1]!, keys: ['Name', 'Path'] })
      expect(byDelivery.told).toEqual(byHand(before[n]!, after[n]!))
      expect(byDelivery.hosts).toEqual(byDelivery.hosts.toSorted((a, b) => b - a))
      const last = await changes(n, { keys: ['Name', 'Path'], by: 'rare' })
      expect(last.told).toEqual(byDelivery.told)
      expect(last.hosts).toEqual(last.hosts.toSorted((a, b) => a - b))
      const totals = last.page.totals.reduce((sum, one) => sum + one.changes, 0)
      expect(totals).toBe(byDelivery.told.length)
    }
    const { created_at } = await tenant.as('viewer').ingestion.get({ id: deliveries[1]! })
    const moments = await changes(1, { from: created_at, to: new Date(Date.now() + 60_000), keys: ['Name', 'Path'] })
    expect(moments.told).toEqual(byHand(before[1]!, after[1]!))
  })

  test('leaves out hosts that are on one side only, and counts them', async () => {
    const { page } = await changes(0, { before: deliveries[0]!, after: deliveries[1]!, keys: ['Name', 'Path'] })
    expect(page.coverage).toMatchObject({ both: 3, only_before: 1, only_after: 1 })
  })

  test('keys are inferred where none are given, and what is left out does not differ', async () => {
    const { page } = await changes(2, { before: deliveries[0]!, after: deliveries[1]! })
    expect(page.keys.length).toBeGreaterThan(0)
    const alike = await changes(2, {
      before: deliveries[0]!,
      after: deliveries[1]!,
      keys: ['Name', 'Path'],
      ignore: ['State'],
    })
    expect(alike.told.filter((change) => change.includes('changed'))).toEqual([])
  })

  test('refuses sides that are none, and finds nothing of another tenant', async () => {
    const compare = tenant.as('viewer').comparing.compare
    await expect(compare({ artifact: artifactOf(0), before: 1, after: 1 })).rejects.toMatchObject({
      code: 'UNPROCESSABLE_CONTENT',
    })
    await expect(compare({ artifact: artifactOf(0), from: '2026-02-02', to: '2026-02-01' })).rejects.toMatchObject({
      code: 'UNPROCESSABLE_CONTENT',
    })
    const other = await newTenant()
    const foreign = await other
      .as('admin')
      .comparing.compare({ artifact: artifactOf(0), before: deliveries[0]!, after: deliveries[1]! })
    expect([foreign.changes, foreign.totals, foreign.coverage.both, foreign.deliveries]).toEqual([[], [], 0, []])
  })
})
