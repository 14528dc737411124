import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { SENT, written } from '../support/queried-rows.ts'
import { queriesOver } from '../support/query-oracle.ts'
import { base, jsonLines, newTenant, type Tenant } from '../support/world.ts'
import '../support/chance.ts'

let tenant: Tenant
const at = new Map(SENT.map(({ row }, n) => [written(row), n]))

beforeAll(async () => {
  tenant = await newTenant()
  const groups = new Map<string, typeof SENT>()
  for (const sent of SENT) {
    const key = `${sent.artifact}|${sent.host}`
    groups.set(key, [...(groups.get(key) ?? []), sent])
  }
  for (const [n, sent] of [...groups.values()].entries()) {
    const { artifact, host } = sent[0]!
    const bytes = sent.map(({ row }) => `${written(row)}\n`).join('')
    await tenant.deliver(bytes, { artifact, hostname: host, flow_id: n === 0 ? 'F.CAFE.H' : `F.${n}` })
  }
})

/** Which of the sent rows a query finds, by number. */
async function found(q: string): Promise<number[]> {
  const { rows, total } = await tenant.as('viewer').telemetry.rows({ q, limit: 200 })
  expect(total).toBe(rows.length)
  return rows.map(({ raw }) => at.get(raw)!).sort((a, b) => a - b)
}

const CUSTOM = [9, 10, 11, 12, 13, 14]
const UNDATED = [4, 5, 6, 7, 8, ...CUSTOM]

describe('plain words stand anywhere in the row, in any case', () => {
  test.each([
    ['powershell', [0, 1]],
    ['OWERSH', [0, 1]],
    ['pow', [0, 1]],
    ['32\\WindowsPower', [0]],
    ['"shell.exe -nop"', [0]],
    ['*wershel*', [0, 1]],
    ['imik?tz.ex', [3]],
    ['NOT powershell NOT svchost', [3, ...UNDATED]],
    ['powershell corp\\bob', [1]],
    ['C:\\Temp\\PowerShell.EXE', [1]],
    ['/etc/passwd', [13]],
    ['https://evil.example/x', [13]],
    ['fe80::1', [7]],
    ['report(1).exe', [4]],
    ['"a?b*c"', [4]],
    ['mimi*tz', [3]],
    ['ÄÖÜ', [14]],
    ['"<b>&amp;</b>"', [13]],
    ['--nothing', []],
    ['powershell -enc', [1]],
    ['*', SENT.map((_sent, n) => n)],
  ])('%s', async (q, rows) => expect(await found(q)).toEqual(rows))
})

describe('a field and its value', () => {
  test.each([
    ['Name:powershell.exe', [0, 1]],
    ['name:powershell.exe', [0, 1]],
    ['Name:"*"', [4]],
    ['CommandLine:"a?b*c"', [4]],
    ['Exe:"C:\\Program Files (x86)\\"*.exe', [4]],
    ['Exe:*\\system32\\*', [0, 2]],
    ['Name:/^power.*exe$/', [0, 1]],
    ['Name:/(?-i)^power/', [0]],
    ['Name:(svchost.exe, lsass.exe)', [2, 7, 8]],
    ['Name:(svchost.exe OR *shell* AND NOT powershell.exe)', [2]],
    ['Username:""', [2]],
    ['Username:*', [0, 1, 2]],
    ['CommandLine:*', [0, 1, 3, 4]],
    ['-Name:svchost.exe', [0, 1, ...[3], ...UNDATED]],
    ['NOT Name:*', CUSTOM],
    ['Tags:alpha', [9, 11]],
    ['Tags:*', [9, 11, 12]],
    ['Nested:*', [9, 10]],
    ['Nested.Deep.Value:x', [9]],
    ['Flag:true', [9, 11]],
    ['Hash.SHA256:*', [0]],
  ])('%s', async (q, rows) => expect(await found(q)).toEqual(rows))
})

describe('numbers are numbers, however they are stored', () => {
  test.each([
    ['Pid:4712', [0, 1]],
    ['Pid:4712.0', [0, 1]],
    ['Count:3', [9, 10]],
    ['Count:7', [11]],
    ['Count:"7"', []],
    ['Count:9007199254740993', [13]],
    ['Count>9007199254740992', [13]],
    ['Ratio>=1.5', [9, 10]],
    ['Laddr.Port:445', [5, 6]],
    ['Laddr.Port:[446 TO 1000]', [8]],
    ['Laddr.Port:{445 TO 1000}', []],
    ['Pid<0', [4]],
    ['Count:<4', [9, 10]],
  ])('%s', async (q, rows) => expect(await found(q)).toEqual(rows))
})

describe('addresses and times', () => {
  test.each([
    ['Laddr.IP:10.0.0.0/8', [5, 8]],
    ['ip:10.0.0.0/8', [5, 8]],
    ['Raddr.IP:2001:db8::/32', [7]],
    ['Laddr.IP>=10.1.9.9 Laddr.IP<11.0.0.0', [8]],
    ['Laddr.IP:[10.1.2.0 TO 10.1.2.255]', [5]],
    ['time:2026-01-05', [0, 1, 3]],
    ['time:2026-01', [0, 1, 2, 3]],
    ['time>2026-01-05', [2]],
    ['time>=2026-01-05 12:00', [0, 2, 3]],
    ['time>2026-01-05 13:00 Europe/Vienna', [0, 2, 3]],
    ['time<2026-01-05T13:00:00.500+01:00', [1]],
    ['time:[2026-01-05 12:00 TO 2026-01-05 12:29:59]', [3]],
    ['NOT time:*', UNDATED],
    ['NOT time>2026-01-05', [0, 1, 3, ...UNDATED]],
    ['received:last 1 hour', SENT.map((_sent, n) => n)],
    ['received<now-1d', []],
    ['When>=2026-01-05', [9, 10, 11]],
    ['When:[2026-01-04 TO 2026-01-04]', [14]],
    ['time.created>2026-01-05', [2]],
  ])('%s', async (q, rows) => expect(await found(q)).toEqual(rows))
})

describe('names that mean the same in every artifact', () => {
  test.each([
    ['host:ws-01', [0, 1, 3, 4, 8]],
    ['host:dc*', [2, ...CUSTOM]],
    ['host:/^ws-0[2-9]$/', [5, 6, 7]],
    ['NOT host:ws-01 Name:*', [2, 5, 6, 7]],
    ['artifact:custom.odd', CUSTOM],
    ['artifact:Windows.*', [0, 1, 2, 3, 4, 5, 6, 7, 8]],
    ['hunt:H.CAFE', [0, 1, 3, 4]],
    ['flow:F.CAFE.H', [0, 1, 3, 4]],
    ['process.name:powershell.exe', [0, 1]],
    ['process.command_line:*-enc*', [0]],
    ['hash.sha256:9f86D081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08', [0]],
    ['hash.md5:*', []],
    ['user.name:*\\bob', [1]],
    ['row.host:shadow', [12]],
  ])('%s', async (q, rows) => expect(await found(q)).toEqual(rows))
})

describe('columns with names that are nobody’s friend', () => {
  test.each([
    ['a`b:tick', [12]],
    ['"c\'d":quote', [12]],
    ['"e""f":double', [12]],
    ['"g\\h":slash', [12]],
    ['"^i":caret', [12]],
    ['":j":colon', [12]],
    ['"k[]":list', [12]],
    ['"m::n":pair', [13]],
    ['row."":*', [14]],
    ['row.".:`Int64`":typed', [14]],
    ['"x.:`Nope`":typed', [14]],
    ['"sp ace":blank', [14]],
    ['ju\u202emp:bidi', [14]],
    ['"Computer Info"."DNS Name":dc01*', [9]],
  ])('%s', async (q, rows) => expect(await found(q)).toEqual(rows))
})

test('a delivery is found by its number', async () => {
  const { rows } = await tenant.as('viewer').telemetry.rows({ q: 'Custom.Odd OR Tags:alpha', limit: 200 })
  const batch = rows[0]!.batch_id
  expect(await found(`delivery:${batch}`)).toEqual(CUSTOM)
  expect(await found(`batch:[${batch} TO ${batch}] Tags:alpha`)).toEqual([9, 11])
})

test('random queries find exactly the rows that an independent reading of them finds', async () => {
  const sizes = new Set<number>()
  await fc.assert(
    fc.asyncProperty(queriesOver(SENT), async ({ text, holds }) => {
      const expected = SENT.flatMap((sent, n) => (holds(sent) ? [n] : []))
      sizes.add(expected.length)
      expect(await found(text), text).toEqual(expected)
    }),
    { numRuns: Number(process.env.QUERY_RUNS ?? 60) },
  )
  expect(sizes.size).toBeGreaterThan(3)
}, 600_000)

test('a delivery of other rows changes nothing of what a query means', async () => {
  const other = await newTenant()
  await other.deliver(jsonLines([{ Name: 'powershell.exe', Foreign: 'powershell' }]), {
    artifact: 'A',
    hostname: 'ws-01',
  })
  expect(await found('powershell')).toEqual([0, 1])
  expect(await found('host:ws-01 Name:powershell.exe')).toEqual([0, 1])
})

test('an answer that becomes too much while it is given is told as too much, not as an engine that is away', async () => {
  const rows = base.telemetry.forTenant((await newTenant()).id)
  const asked = rows.select(`select number, repeat('x', 1000) as text from numbers(100000)`, {}, { maxRows: 70_000 })
  await expect(asked).rejects.toThrow(/needs more memory/)
})

test('rows are asked for by their tags, in any case, by pattern, by none, and of another tenant nobody’s', async () => {
  const own = await newTenant()
  await own.deliver(jsonLines(['a', 'b', 'c', 'd'].map((Name) => ({ Name }))), {
    artifact: 'Own.Tagged',
    hostname: 'h',
  })
  const user = own.as('user')
  const ids = new Map((await user.telemetry.rows({})).rows.map(({ id, raw }) => [JSON.parse(raw).Name, id]))
  for (const [name, tag] of [['a', 'star'], ['a', 'case-7'], ['b', 'case-8'], ['c', 'star']] as const)
    await user.marks.tag({ rowId: ids.get(name)!, tag }) // biome-ignore format: a list to read across
  const named = async (q: string) => {
    const { rows, total } = await user.telemetry.rows({ q })
    expect(total).toBe(rows.length)
    return rows.map(({ raw }) => JSON.parse(raw).Name).sort().join('') // biome-ignore format: one line
  }
  expect(await named('tag:star')).toBe('ac')
  expect(await named('tag:STAR')).toBe('ac')
  expect(await named('tag:case-*')).toBe('ab')
  expect(await named('tag:(star AND case-7)')).toBe('a')
  expect(await named('tag:*')).toBe('abc')
  expect(await named('NOT tag:star')).toBe('bd')
  expect(await named('tag:nobody')).toBe('')
  expect(await named('tag:/^case-[0-9]$/ Name:b')).toBe('b')
  const { suggestions } = await user.language.complete({ q: 'tag:ca', at: 6 })
  expect(suggestions.map(({ text }) => text)).toEqual(['case-7', 'case-8'])
  expect((await tenant.as('user').telemetry.rows({ q: 'tag:case-7' })).total).toBe(0)
  await expect(user.telemetry.rows({ q: 'tag:>3' })).rejects.toThrow(/no order to compare by/)
})
