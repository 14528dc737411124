import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { foldedQuery, lineQuery } from '#app/lib/line-query.ts'
import { asField, rowsOf, type Stack, type StackList } from '#app/routes/stacks/components/stack-data.ts'
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

async function sentTo(tenant: Tenant, sent: Sent[], artifact = ARTIFACT) {
  for (const host of new Set(sent.map((one) => one.host))) {
    const rows = sent.filter((one) => one.host === host).map((one) => one.row)
    await tenant.deliver(jsonLines(rows), { artifact, hostname: host })
  }
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
async function allOf(tenant: Tenant, asked: Asked, artifact: string | undefined = ARTIFACT) {
  const pages = []
  let cursor: string | undefined
  do {
    const page = await tenant.as('viewer').stacks.stack({ artifact, limit: 7, ...asked, cursor, since: asked.since })
    pages.push(page)
    cursor = page.next ?? undefined
  } while (cursor)
  return { lines: pages.flatMap(({ lines }) => lines), first: pages[0]! }
}

const told = (lines: { values: string[]; hosts: number; rows: number }[]) =>
  lines
    .map(({ values, hosts, rows }) => `${JSON.stringify(values.map((value) => value.toLowerCase()))} ${hosts} ${rows}`)
    .sort()

describe('a stack counts distinct hosts', () => {
  test('as a count by hand does, over any rows, one to three columns, with a query and by pages both ways', async () => {
    const columns = fc.constantFrom(
      ['Name'],
      ['Port'],
      ['Tags'],
      ['Nested.Deep'],
      ['Name', 'Port'],
      ['Tags', 'Name'],
      ['Name', 'Tags', 'Port'],
    )
    await fc.assert(
      fc.asyncProperty(sentRows, columns, fc.constantFrom('rare', 'common'), async (sent, chosen, by) => {
        const tenant = await newTenant()
        await sentTo(tenant, sent)
        const { lines, first } = await allOf(tenant, { columns: chosen, by: by as 'rare' })
        const byHand = counted(sent, chosen)
        expect(told(lines)).toEqual(plain(byHand))
        const hosts = lines.map((line) => line.hosts)
        expect(hosts).toEqual(hosts.toSorted((a, b) => (by === 'rare' ? a - b : b - a)))
        expect(first.levels.reduce((sum, { values }) => sum + values, 0)).toBe(byHand.size)
        const narrowed = await allOf(tenant, { columns: chosen, q: 'Name:cmd.exe' })
        expect(told(narrowed.lines)).toEqual(
          plain(
            counted(
              sent.filter(({ row }) => valuesAt(row, 'Name').includes('cmd.exe') && row.Name !== undefined),
              chosen,
            ),
          ),
        )
      }),
      { numRuns: 12, examples: [] },
    )
  })

  test('and the number of rows of each line is that of the query it leads to', async () => {
    const tenant = await newTenant()
    const [sent] = fc.sample(
      fc.array(fc.record({ host: fc.constantFrom('h-1', 'h-2', 'h-3'), row }), { minLength: 80, maxLength: 80 }),
      { numRuns: 1, seed: 7 },
    )
    await sentTo(tenant, sent!)
    for (const columns of [['Name'], ['Tags', 'Port'], ['Nested.Deep', 'Name']]) {
      const { lines, first } = await allOf(tenant, { columns, q: '-Port:443' })
      expect(lines.length).toBeGreaterThan(1)
      for (const line of lines) {
        const { q, exact } = lineQuery(first.columns.map(asField), line.values, '-Port:443')
        const { total } = await tenant.as('viewer').telemetry.rows({ artifact: ARTIFACT, q, limit: 1 })
        expect([q, exact, total]).toEqual([q, true, line.rows])
        const behind = await tenant.as('viewer').stacks.hosts({ artifact: ARTIFACT, q })
        expect([q, behind.total]).toEqual([q, line.hosts])
      }
    }
  })
})
