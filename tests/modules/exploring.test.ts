import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { inTenant } from '#server/platform/tenant.ts'
import { exported } from '../support/exports.ts'
import { SENT, written } from '../support/queried-rows.ts'
import { FIELDS, queriesOver } from '../support/query-oracle.ts'
import { jsonLines, newTenant, pool, type Tenant } from '../support/world.ts'
import '../support/chance.ts'

let tenant: Tenant

beforeAll(async () => {
  tenant = await newTenant()
  const groups = new Map<string, typeof SENT>()
  for (const sent of SENT) {
    const key = `${sent.artifact}|${sent.host}`
    groups.set(key, [...(groups.get(key) ?? []), sent])
  }
  for (const sent of groups.values()) {
    const { artifact, host } = sent[0]!
    await tenant.deliver(sent.map(({ row }) => `${written(row)}\n`).join(''), { artifact, hostname: host })
  }
})

const NAMED = FIELDS.filter((name) => /^[A-Z][\w.]*$/.test(name))
const sum = (numbers: number[]) => numbers.reduce((total, one) => total + one, 0)

test('facet, histogram and export of a query count what a plain count does, on random queries', async () => {
  const api = tenant.as('viewer')
  const sizes = new Set<number>()
  await fc.assert(
    fc.asyncProperty(queriesOver(SENT), fc.constantFrom(...NAMED), async ({ text: q, holds }, field) => {
      const expected = SENT.filter(holds).length
      sizes.add(expected)
      const [list, over, by, lines] = await Promise.all([
        api.telemetry.rows({ q, limit: 1 }),
        api.exploring.histogram({ q }),
        api.exploring.facets({ q, fields: ['artifact', 'host', field], top: 50 }),
        exported(tenant, { q, format: 'jsonl' }),
      ])
      const [artifacts, hosts, values] = by.facets
      expect(list.total, q).toBe(expected)
      expect(over.rows, q).toBe(expected)
      expect(over.undated + over.before + over.after + sum(over.bars.map(({ rows }) => rows)), q).toBe(expected)
      for (const whole of [artifacts!, hosts!]) {
        expect(sum(whole.values.map(({ rows }) => rows)), q).toBe(expected)
        expect([whole.more, whole.without], q).toEqual([0, 0])
      }
      expect(over.hosts, q).toBe(hosts!.values.length)
      expect(lines.text.split('\n').filter(Boolean).length - 1, q).toBe(expected)
      expect(by.slow).toEqual([])
      const some = values!.values[0]
      if (!some?.value) return
      const term = `(${q}) ${field}:"${some.value.replaceAll('"', '""')}"`
      const narrowed = await api.telemetry.rows({ q: term, limit: 200 })
      expect([narrowed.total, new Set(narrowed.rows.map(({ host_id }) => host_id)).size], term).toEqual([
        some.rows,
        some.hosts,
      ])
      const without = await api.telemetry.rows({ q: `(${q}) NOT ${field}:*`, limit: 1 })
      if (!field.startsWith('Nested')) expect(without.total, term).toBe(values!.without)
    }),
    { numRuns: Number(process.env.QUERY_RUNS ?? 15) },
  )
  expect(sizes.size).toBeGreaterThan(2)
}, 600_000)

describe('pages in any order', () => {
  const ORDERS = [[], ['time'], ['Count', '-Name'], ['-Count'], ['artifact', '-Pid', 'Name'], ['-Text', 'Laddr.Port']]
  test.each(ORDERS.map((sort) => ({ sort })))('$sort: forth and back are the whole list', async ({ sort }) => {
    const api = tenant.as('viewer')
    const whole = (await api.telemetry.rows({ sort, limit: 200 })).rows.map(({ id }) => id)
    expect(whole).toHaveLength(SENT.length)
    const pages: string[][] = []
    let cursor: string | undefined
    let previous: string | null = null
    do {
      const page = await api.telemetry.rows({ sort, limit: 4, cursor })
      pages.push(page.rows.map(({ id }) => id))
      cursor = page.next ?? undefined
      previous = page.previous
    } while (cursor)
    expect(pages.flat()).toEqual(whole)
    for (const expected of pages.slice(0, -1).reverse()) {
      const page = await api.telemetry.rows({ sort, limit: 4, cursor: previous! })
      expect(page.rows.map(({ id }) => id)).toEqual(expected)
      expect(page.next).not.toBeNull()
      previous = page.previous
    }
    expect(previous).toBeNull()
  })

  test('numbers go by size to the last digit, texts without their case, rows without a value last', async () => {
    const of = async (sort: string[]) =>
      (
        await tenant.as('viewer').telemetry.rows({ artifact: 'Custom.Odd', sort, columns: ['Count'], limit: 50 })
      ).rows.map(({ cells }) => cells.Count)
    expect(await of(['Count'])).toEqual(['3.0', '3', '007', '9007199254740992', '9007199254740993', 'three'])
    expect(await of(['-Count'])).toEqual(['three', '9007199254740993', '9007199254740992', '007', '3', '3.0'])
  })

  test('an order nothing has and a made-up page are refused with what to do', async () => {
    const api = tenant.as('viewer')
    await expect(api.telemetry.rows({ sort: ['Nope'] })).rejects.toThrow('No row has a field')
    for (const cursor of ['a', 'aW10', 'x', `a${Buffer.from('["9999999999999999999","1","1"]').toString('base64url')}`])
      await expect(api.telemetry.rows({ cursor })).rejects.toThrow('That page link is not valid')
  })
})

test('a facet has distinct hosts, says how many values it leaves out, and takes no difference of case', async () => {
  const own = await newTenant()
  for (const host of ['h1', 'h2', 'h3'])
    await own.deliver(
      jsonLines(
        Array.from({ length: 12 }, (_, n) => ({ Name: host === 'h1' ? `tool${n}` : n % 2 ? 'Cmd.exe' : 'CMD.EXE' })),
      ),
      { artifact: 'A.B', hostname: host },
    )
  const { facets } = await own.as('viewer').exploring.facets({ artifact: 'A.B', fields: ['Name', 'host'], top: 5 })
  expect(facets[0]).toMatchObject({ field: 'Name', more: 8, without: 0 })
  expect(facets[0]!.values[0]).toEqual({ text: 'CMD.EXE', value: 'CMD.EXE', hostId: null, rows: 24, hosts: 2 })
  expect(facets[1]!.values.map(({ text, rows }) => [text, rows]).sort()).toEqual([
    ['h1', 12],
    ['h2', 12],
    ['h3', 12],
  ])
  expect(await own.as('viewer').exploring.facets({ fields: ['Nope', 'artifact'] })).toMatchObject({
    facets: [{ field: 'artifact' }],
    slow: [],
  })
})

test('a facet takes a list for its values, and a text that looks like one for a text', async () => {
  const own = await newTenant()
  const held = [['a', 'b'], "['a','b']", '["a","b"]', '[a', 'a', 'A', [], null, [1, 'a', null], 1]
  const rows = held.map((Held, n) => ({ Held, n }))
  await own.deliver(jsonLines(rows), { artifact: 'Custom.Held', hostname: 'h' })
  const { facets } = await own.as('viewer').exploring.facets({ artifact: 'Custom.Held', fields: ['Held'], top: 50 })
  const [{ values, without }] = facets as [(typeof facets)[0]]
  const counted = Object.fromEntries(values.map(({ text, rows }) => [text.toLowerCase(), rows]))
  expect(counted).toEqual({ a: 4, b: 1, "['a','b']": 1, '["a","b"]': 1, '[a': 1, '1': 2 })
  expect(without).toBe(2)
})

test('an artifact’s columns begin with its own; what only says who sent a row comes last', async () => {
  const own = await newTenant()
  const row = { ClientId: 'C.1', _ts: 1, Artifact: 'Custom.Own', Name: 'a', Fqdn: 'h.example', Pid: 1 }
  await own.deliver(jsonLines([row]), { artifact: 'Custom.Own', hostname: 'h' })
  const names = await own.as('viewer').telemetry.columns({ artifact: 'Custom.Own' })
  expect(names.filter((name) => name in row)).toEqual(['Name', 'Pid', 'ClientId', '_ts', 'Artifact', 'Fqdn'])
})

test('what is dated before 1980 or ahead of us stands beside the histogram, and is counted', async () => {
  const own = await newTenant()
  const at = (CreateTime: string) => ({ CreateTime, Name: 'x' })
  await own.deliver(
    jsonLines([
      at('1975-01-01T00:00:00Z'),
      at('2026-01-05T12:00:00Z'),
      at('2026-01-05T13:59:00Z'),
      at('2199-01-01T00:00:00Z'),
      { Name: 'y' },
    ]),
    { artifact: 'Windows.System.Pslist', hostname: 'h' },
  )
  const found = await own.as('viewer').exploring.histogram({})
  expect(found).toMatchObject({ rows: 5, hosts: 1, undated: 1, before: 1, after: 1 })
  expect(found.bars.length).toBeLessThanOrEqual(90)
  expect(found.bars.filter(({ rows }) => rows > 0)).toHaveLength(2)
  for (const bar of found.bars.filter(({ rows }) => rows > 0))
    expect((await own.as('viewer').telemetry.rows({ from: bar.from, to: bar.to })).total).toBe(1)
  expect(await own.as('viewer').exploring.histogram({ q: 'Name:y' })).toMatchObject({ rows: 1, undated: 1, bars: [] })
})

test('around a row: its host’s rows of the time, and of the same process number', async () => {
  const own = await newTenant()
  const row = (Pid: number, CreateTime: string) => ({ Pid, CreateTime, Name: `p${Pid}` })
  await own.deliver(
    jsonLines([
      row(7, '2026-01-05T12:00:00Z'),
      row(8, '2026-01-05T12:03:00Z'),
      row(9, '2026-01-05T12:09:00Z'),
      row(7, '2026-01-05T18:00:00Z'),
    ]),
    { artifact: 'Windows.System.Pslist', hostname: 'h' },
  )
  await own.deliver(jsonLines([row(7, '2026-01-05T12:00:01Z')]), {
    artifact: 'Windows.System.Pslist',
    hostname: 'other',
  })
  const api = own.as('viewer')
  const { rows } = await api.telemetry.rows({ q: 'Pid:7 host:h time<2026-01-05 13:00' })
  const around = await api.exploring.neighbours({ id: rows[0]!.id })
  expect(around.near.map(({ raw }) => JSON.parse(raw).Pid)).toEqual([7, 8])
  expect(around.process).toMatchObject({ q: 'Pid:7', total: 2 })
})

test('a person’s layout of an artifact is theirs alone', async () => {
  const columns = [
    { name: 'Pid', width: 'narrow' as const, pinned: true as const },
    { name: 'Name', width: 184 },
  ]
  const { keepLayout } = tenant.as('viewer').exploring
  await keepLayout({ artifact: 'A', columns })
  await keepLayout({ artifact: 'A', columns: columns.toReversed(), lines: 'wrapped' })
  expect(await tenant.as('viewer').exploring.layout({ artifact: 'A' })).toEqual({
    columns: columns.toReversed(),
    own: [],
    lines: 'wrapped',
  })
  expect(await tenant.as('user').exploring.layout({ artifact: 'A' })).toBeNull()
  const own = [{ name: 'host' as const, width: 96, pinned: true as const }]
  await keepLayout({ artifact: 'A', columns: [], own })
  expect(await tenant.as('viewer').exploring.layout({ artifact: 'A' })).toEqual({ columns: [], own, lines: 'one' })
  await keepLayout({ artifact: 'A', columns: [] })
  expect(await tenant.as('viewer').exploring.layout({ artifact: 'A' })).toBeNull()
  for (const width of [47, 40, 190, 968, 'huge'])
    await expect(keepLayout({ artifact: 'A', columns: [{ name: 'Pid', width: width as number }] })).rejects.toThrow()
  for (const names of [['Pid'], ['host', 'host']])
    await expect(
      keepLayout({ artifact: 'A', columns: [], own: names.map((name) => ({ name: name as 'host' })) }),
    ).rejects.toThrow()
})

test('a layout that was kept before there were pins, lines and columns of its own is read as it was meant', async () => {
  const columns = [{ name: 'Pid', width: 'wide' }]
  const { id, people } = tenant
  await inTenant(pool, { tenantId: id, accountId: null, requestId: 'kept' }, 'read write', (db) =>
    db
      .insertInto('grid_layout')
      .values({ account_id: people.lead.id, artifact: 'Kept.Before', columns: JSON.stringify(columns) })
      .execute(),
  )
  const found = await tenant.as('lead').exploring.layout({ artifact: 'Kept.Before' })
  expect(found).toEqual({ columns, own: [], lines: 'one' })
})
