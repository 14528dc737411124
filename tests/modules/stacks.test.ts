import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { lineQuery } from '#app/lib/line-query.ts'
import { asField } from '#app/routes/stacks/components/stack-data.ts'
import { SEED } from '../support/chance.ts'
import { jsonLines, newTenant, type Tenant } from '../support/world.ts'

const ARTIFACT = 'Custom.Stacked'
type Row = Record<string, unknown>
type Sent = { host: string; row: Row }

/** Rows with every kind of cell: text in several spellings, numbers, lists, nothing. */
const row = fc.record(
  {
    Name: fc.constantFrom(
      'cmd.exe',
      'CMD.EXE',
      'svchost.exe',
      '',
      "['cmd.exe']",
      '[x]',
      'a "b" c',
      'straße',
      '\u202eexe.tob',
      ' edge ',
      'a,b',
      'a*b?c',
    ),
    Port: fc.constantFrom<unknown>(80, '80', 443, null, true, -1),
    Tags: fc.oneof(
      fc.constantFrom<unknown>('one', 'ONE', null, ''),
      fc.array(fc.constantFrom('one', 'One', 'two', '', 'thr"ee'), { maxLength: 3 }),
      fc.array(fc.constantFrom<unknown>(1, 2), { maxLength: 2 }),
    ),
    Nested: fc.record({ Deep: fc.constantFrom('x', 'y') }, { requiredKeys: [] }),
    Path: fc.constantFrom('C:\\Users\\anna\\a.exe', 'C:\\Users\\bob\\a.exe', 'C:\\Windows\\b.exe'),
  },
  { requiredKeys: [] },
)
const sentRows = fc.array(fc.record({ host: fc.constantFrom('h-1', 'h-2', 'h-3', 'h-4', 'h-5'), row }), {
  minLength: 1,
  maxLength: 60,
})

/** What stands in a column, once each whatever its case: an independent reading of the row as JavaScript holds it. */
function valuesAt(row: Row, path: string): string[] {
  const found = path.split('.').reduce<unknown>((at, key) => (at as Row | undefined)?.[key], row)
  const list = Array.isArray(found)
    ? found.filter((one) => one !== null)
    : found === undefined || found === null
      ? []
      : [found]
  const texts = [...new Set(list.map((one) => String(one).toLowerCase()))]
  return texts.length === 0 ? [''] : texts
}

type Counted = { hosts: Set<string>; rows: number }

/** The stack counted by hand. */
function counted(sent: Sent[], columns: string[], survivor = (host: string) => host): Map<string, Counted> {
  const lines = new Map<string, Counted>()
  for (const { host, row } of sent) {
    const combinations = columns.reduce<string[][]>(
      (all, path) => all.flatMap((before) => valuesAt(row, path).map((value) => [...before, value])),
      [[]],
    )
    for (const values of combinations) {
      const key = JSON.stringify(values)
      const line = lines.get(key) ?? { hosts: new Set(), rows: 0 }
      lines.set(key, { hosts: line.hosts.add(survivor(host)), rows: line.rows + 1 })
    }
  }
  return lines
}

const plain = (lines: Map<string, Counted>) =>
  [...lines].map(([key, { hosts, rows }]) => `${key} ${hosts.size} ${rows}`).sort()

/** Delivers rows of several artifacts at once; hosts go by their client ids. */
async function sentTo(tenant: Tenant, byArtifact: Record<string, Sent[]>) {
  const rows = Object.entries(byArtifact).flatMap(([artifact, sent]) =>
    sent.map(({ host, row }) => ({ ...row, ClientId: `C.${host}`, Fqdn: host, Artifact: artifact })),
  )
  await tenant.deliver(jsonLines(rows))
}

type Asked = {
  columns: string[]
  q?: string
  label?: string
  by?: 'rare' | 'common'
  limit?: number
  hide?: 'decided'
  shape?: boolean
  since?: string
}

/** Every line of a stack, page after page, and its first page. */
async function allOf(tenant: Tenant, asked: Asked, artifact: string | null = ARTIFACT) {
  const pages = []
  let cursor: string | undefined
  do {
    const page = await tenant
      .as('viewer')
      .stacks.stack({ artifact: artifact ?? undefined, limit: 15, ...asked, cursor, since: asked.since })
    pages.push(page)
    cursor = page.next ?? undefined
  } while (cursor)
  return { lines: pages.flatMap(({ lines }) => lines), first: pages[0]! }
}

const told = (lines: { values: string[]; hosts: number; rows: number }[]) =>
  lines
    .map(({ values, hosts, rows }) => `${JSON.stringify(values.map((value) => value.toLowerCase()))} ${hosts} ${rows}`)
    .sort()

const COLUMNS = [
  ['Name'],
  ['Port'],
  ['Tags'],
  ['Nested.Deep'],
  ['Name', 'Port'],
  ['Tags', 'Name'],
  ['Name', 'Tags', 'Port'],
]
const RUNS = 2

describe(`a stack counts distinct hosts (rows of seed ${SEED})`, () => {
  const samples = fc.sample(sentRows, { numRuns: RUNS, seed: SEED })
  const artifactOf = (n: number) => `${ARTIFACT}${n}`
  let tenant: Tenant
  beforeAll(async () => {
    tenant = await newTenant()
    // A query may ask for fields that some row has; a sample of one row may have none of them.
    const all = { host: 'h-0', row: { Name: 'x', Port: 1, Tags: ['x'], Nested: { Deep: 'x' } } }
    const sent = Object.fromEntries(samples.map((sample, n) => [artifactOf(n), sample]))
    await sentTo(tenant, { ...sent, 'Custom.Complete': [all] })
  })

  test.each(COLUMNS)('as a count by hand does, by pages both ways and with a query: %s %s %s', async (...columns) => {
    const chosen = columns.filter((name) => typeof name === 'string')
    for (const [n, sent] of samples.entries()) {
      const by = n % 2 === 0 ? 'rare' : 'common'
      const { lines, first } = await allOf(tenant, { columns: chosen, by }, artifactOf(n))
      const byHand = counted(sent, chosen)
      expect(told(lines)).toEqual(plain(byHand))
      const hosts = lines.map((line) => line.hosts)
      expect(hosts).toEqual(hosts.toSorted((a, b) => (by === 'rare' ? a - b : b - a)))
      expect(first.levels.reduce((sum, { values }) => sum + values, 0)).toBe(byHand.size)
      expect(first.asked).toBe(new Set(sent.map(({ host }) => host)).size)
      const narrowed = await allOf(tenant, { columns: chosen, q: 'Name:cmd.exe' }, artifactOf(n))
      const those = sent.filter(({ row }) => valuesAt(row, 'Name').includes('cmd.exe'))
      expect(told(narrowed.lines)).toEqual(plain(counted(those, chosen)))
    }
  })

  test.each(COLUMNS)('and each line leads to its rows and its hosts: %s %s %s', async (...columns) => {
    const chosen = columns.filter((name) => typeof name === 'string')
    const { lines, first } = await allOf(tenant, { columns: chosen, q: '-Port:443' }, artifactOf(0))
    for (const line of lines.slice(0, 5)) {
      const { q, exact } = lineQuery(first.columns.map(asField), line.values, '-Port:443')
      const { total } = await tenant.as('viewer').telemetry.rows({ artifact: artifactOf(0), q, limit: 1 })
      expect([q, exact, total]).toEqual([q, true, line.rows])
      const behind = await tenant.as('viewer').stacks.hosts({ artifact: artifactOf(0), q })
      expect([q, behind.total]).toEqual([q, line.hosts])
    }
  })
})

describe('a stack of a small fleet', () => {
  const PSLIST = 'Windows.System.Pslist'
  const rowsOf = (host: string, exes: string[]) =>
    exes.map((Exe, n) => ({
      Exe,
      Name: Exe.split('\\').at(-1),
      Pid: n,
      ClientId: `C.${host}`,
      Fqdn: host,
      Artifact: PSLIST,
    }))
  const deliver = (rows: object[]) => tenant.deliver(jsonLines(rows))
  let tenant: Tenant
  let ids: Map<string, number>

  beforeAll(async () => {
    tenant = await newTenant()
    await deliver([
      ...rowsOf('ws-1', ['C:\\Windows\\svchost.exe', 'C:\\Users\\anna\\a1b2c3d4e5f6.exe']),
      ...rowsOf('ws-2', ['C:\\Windows\\svchost.exe', 'C:\\Users\\bob\\b1b2c3d4e5f6.exe']),
      ...rowsOf('dc-1', ['C:\\Windows\\svchost.exe', 'C:\\Windows\\ntds.exe']),
      ...rowsOf('dc-1-old', ['C:\\Windows\\ntds.exe']),
    ])
    const { rows } = await tenant.as('viewer').hosts.list({})
    ids = new Map(rows.map(({ hostname, id }) => [hostname, id]))
    for (const host of ['dc-1', 'dc-1-old'])
      await tenant.as('user').hosts.label({ id: ids.get(host)!, label: 'servers' })
    await tenant.as('lead').merges.merge({ id: ids.get('dc-1-old')!, otherId: ids.get('dc-1')!, reason: 'one machine' })
  })
  const exe = (asked: Partial<Asked> = {}) => allOf(tenant, { columns: ['Exe'], ...asked }, PSLIST)

  test('counts merged hosts as one, and a host group as a query does', async () => {
    expect(told((await exe()).lines)).toEqual([
      '["c:\\\\users\\\\anna\\\\a1b2c3d4e5f6.exe"] 1 1',
      '["c:\\\\users\\\\bob\\\\b1b2c3d4e5f6.exe"] 1 1',
      '["c:\\\\windows\\\\ntds.exe"] 1 2',
      '["c:\\\\windows\\\\svchost.exe"] 3 3',
    ])
    const { lines, first } = await exe({ label: 'servers' })
    expect(told(lines)).toEqual(['["c:\\\\windows\\\\ntds.exe"] 1 2', '["c:\\\\windows\\\\svchost.exe"] 1 1'])
    expect(first.asked).toBe(1)
    expect(told((await exe({ q: 'host.label:servers' })).lines)).toEqual(told(lines))
  })

  test('folds what changes by itself, and counts and names what it folded', async () => {
    const { lines } = await exe({ shape: true })
    const folded = lines.find(({ values }) => values[0] === '*\\users\\*\\*.exe')
    expect(folded).toMatchObject({ hosts: 2, rows: 2, variants: 2 })
    expect(folded!.spellings.flat().sort()).toEqual([
      'C:\\Users\\anna\\a1b2c3d4e5f6.exe',
      'C:\\Users\\bob\\b1b2c3d4e5f6.exe',
    ])
  })

  test('stands over every artifact by the name of what a column is', async () => {
    const { lines } = await allOf(tenant, { columns: ['process.name'] }, null)
    expect(told(lines)).toContain('["svchost.exe"] 3 3')
  })

  test('hides what is decided, says how many, and shows it again when the word is taken back', async () => {
    const path = { type: 'path' as const, value: 'C:\\Windows\\svchost.exe' }
    const { undo } = await tenant.as('user').verdicts.decide({ observables: [path], verdict: 'benign' })
    const { lines, first } = await exe({ hide: 'decided' })
    expect(lines.map(({ values }) => values[0]).sort()).toEqual([
      'C:\\Users\\anna\\a1b2c3d4e5f6.exe', 'C:\\Users\\bob\\b1b2c3d4e5f6.exe', 'C:\\Windows\\ntds.exe',
    ]) // biome-ignore format: a list to read across
    const sum = (of: 'values' | 'open' | 'shown') => first.levels.reduce((total, level) => total + level[of], 0)
    expect([sum('values'), sum('open'), sum('shown')]).toEqual([4, 3, 3])
    const all = await exe()
    expect(all.lines.find(({ values }) => values[0] === path.value)?.verdict?.verdict).toBe('benign')
    await tenant.as('user').verdicts.undo({ token: undo })
    expect((await exe({ hide: 'decided' })).lines).toHaveLength(4)
  })

  test('hides a value that is decided on every host that has it, not one that is open on another', async () => {
    const on = (host: string) => ({ scope: 'host' as const, scopeValue: String(ids.get(host)) })
    const decide = (value: string, host: string) =>
      tenant.as('user').verdicts.decide({ observables: [{ type: 'path', value }], verdict: 'benign', ...on(host) })
    const first = await decide('C:\\Windows\\ntds.exe', 'dc-1')
    const second = await decide('C:\\Windows\\svchost.exe', 'dc-1')
    const { lines } = await exe({ hide: 'decided' })
    const left = new Map(lines.map((line) => [line.values[0], line]))
    expect(left.has('C:\\Windows\\ntds.exe')).toBe(false)
    expect(left.get('C:\\Windows\\svchost.exe')).toMatchObject({ hosts: 3, open_hosts: 2 })
    for (const { undo } of [second, first]) await tenant.as('user').verdicts.undo({ token: undo })
  })

  test('hides a folded line by the shape that was decided about', async () => {
    const observables = [{ type: 'path' as const, value: 'C:\\Users\\anna\\a1b2c3d4e5f6.exe' }]
    const { undo } = await tenant.as('user').verdicts.decide({ observables, verdict: 'benign', scope: 'shape' })
    const { lines } = await exe({ hide: 'decided', shape: true })
    expect(lines.map(({ values }) => values[0])).not.toContain('*\\users\\*\\*.exe')
    expect((await exe({ hide: 'decided' })).lines).toHaveLength(2)
    await tenant.as('user').verdicts.undo({ token: undo })
  })

  test('shows only what is new since the last remembered run, whoever looks, and since a date', async () => {
    const { first } = await exe()
    await tenant
      .as('user')
      .stacks.remember({ artifact: PSLIST, columns: ['Exe'], shape: false, upTo: first.upTo, seenAt: first.seenAt })
    expect((await exe({ since: 'last' })).lines).toEqual([])
    await deliver(rowsOf('ws-1', ['C:\\Windows\\svchost.exe', 'C:\\Temp\\new.exe']).map((row) => ({ ...row, Pid: 99 })))
    const since = await exe({ since: 'last' })
    expect(told(since.lines)).toEqual(['["c:\\\\temp\\\\new.exe"] 1 1'])
    expect(since.first.run?.run_by_name).toBe(tenant.people.user.username)
    expect(told((await exe({ since: first.seenAt.toISOString() })).lines)).toEqual(told(since.lines))
    await expect(
      tenant.as('viewer').stacks.remember({ columns: ['Exe'], shape: false, upTo: 1, seenAt: new Date() }),
    ).rejects.toMatchObject({ code: 'FORBIDDEN' })
  })

  test('refuses what cannot be stacked, and tells nothing of another tenant', async () => {
    const viewer = tenant.as('viewer')
    await expect(viewer.stacks.stack({ artifact: PSLIST, columns: [], shape: false })).rejects.toMatchObject({
      code: 'BAD_REQUEST',
    })
    await expect(
      viewer.stacks.stack({ artifact: PSLIST, columns: ['Exe'], q: 'Nmae:x', shape: false }),
    ).rejects.toThrow(/Nmae/)
    await expect(
      viewer.stacks.stack({ artifact: PSLIST, columns: ['Exe'], cursor: 'none', shape: false }),
    ).rejects.toMatchObject({ code: 'UNPROCESSABLE_CONTENT' })
    const other = await newTenant()
    const foreign = await other.as('admin').stacks.stack({ artifact: PSLIST, columns: ['Exe'], shape: false })
    expect([foreign.lines, foreign.levels, foreign.asked, foreign.run]).toEqual([[], [], 0, null])
    expect((await other.as('admin').stacks.known()).artifacts).toEqual([])
  })
})
