import { expect, test } from 'vitest'
import { newTenant } from '../support/world.ts'

const good = (n: number) => JSON.stringify({ Pid: n, Name: 'svchost.exe', CommandLine: `svchost.exe -p ${n}` })
const deep = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`
const wide = (keys: number) => `{${Array.from({ length: keys }, (_, n) => `"k${n}":${n}`).join(',')}}`

// Each kind of bad line that real deliveries have, and what the quarantine calls it.
const BAD: [string, string][] = [
  ['not json', 'NOT_JSON'],
  ['{"a":1', 'NOT_JSON'],
  ['{"a":1}}', 'NOT_JSON'],
  ["{'a':1}", 'NOT_JSON'],
  ['{"a":NaN}', 'NOT_JSON'],
  ['{"a":1e400}', 'NUMBER_RANGE'],
  ['{"a":1} {"a":2}', 'NOT_JSON'],
  ['{a:1}', 'NOT_JSON'],
  ['{"a":01}', 'NOT_JSON'],
  ['{"a":"\t"}', 'NOT_JSON'],
  ['[1,2]', 'NOT_AN_OBJECT'],
  ['"text"', 'NOT_AN_OBJECT'],
  ['42', 'NOT_AN_OBJECT'],
  ['null', 'NOT_AN_OBJECT'],
  [deep(33), 'TOO_DEEP'],
  [wide(513), 'TOO_MANY_KEYS'],
  [`{"a":[${'1,'.repeat(10_000)}1]}`, 'ARRAY_TOO_LONG'],
  [`{"a":"${'x'.repeat(262_145)}"}`, 'STRING_TOO_LONG'],
  [`{"a":${'1'.repeat(41)}}`, 'NUMBER_RANGE'],
  [`{"a":"${'x'.repeat(1024 * 1024)}"}`, 'LINE_TOO_LONG'],
]
const facts = { artifact: 'Test.Quarantine', hostname: 'WS-1' }

test('of 10,000 lines with 137 bad ones of twenty kinds, 9,863 are stored and 137 quarantined with line, reason and bytes', async () => {
  const tenant = await newTenant()
  const bad = Array.from({ length: 137 }, (_, n) => BAD[n % BAD.length]!)
  const lines = Array.from({ length: 10_000 }, (_, n) => good(n))
  const expected = bad.map(([line, code], n) => {
    const place = 37 + n * 71
    lines[place] = line
    return { line: place + 1, code, raw: line }
  })

  const batch = await tenant.deliver(`${lines.join('\n')}\n`, facts)
  expect(batch).toMatchObject({ state: 'done', received: 10_000, stored: 9_863, duplicate: 0, rejected: 137 })
  const { rows } = await tenant.as('user').ingestion.rejects({ id: batch.id, limit: 1000 })
  expect(rows.map(({ line, code }) => ({ line, code }))).toEqual(expected.map(({ line, code }) => ({ line, code })))
  expect(rows.map(({ raw }) => raw.slice(0, 4_096))).toEqual(expected.map(({ raw }) => raw.slice(0, 4_096)))
  expect(rows.every(({ reason }) => reason.length > 10)).toBe(true)
})

test('lines at the limits are rows', async () => {
  const tenant = await newTenant()
  const lines = [
    deep(32),
    wide(512),
    `{"a":[${'1,'.repeat(9_999)}1]}`,
    `{"a":"${'x'.repeat(262_144)}"}`,
    `{"a":${'1'.repeat(40)}}`,
    '{}',
  ]
  const batch = await tenant.deliver(lines.join('\n'), facts)
  expect(batch).toMatchObject({ state: 'done', received: lines.length, stored: lines.length, rejected: 0 })
})

test('a repaired line sent again is stored once, and its neighbours not twice', async () => {
  const tenant = await newTenant()
  await tenant.deliver([good(1), '{"Pid":2', good(3)].join('\n'), facts)
  expect(await tenant.deliver([good(1), good(2), good(3)].join('\n'), facts)).toMatchObject({
    stored: 1,
    duplicate: 2,
    rejected: 0,
  })
})

test('a delivery without one good line has failed, says why, and keeps its lines in the quarantine', async () => {
  const tenant = await newTenant()
  const batch = await tenant.deliver('{"a":\n{"b":\n', facts)
  expect(batch).toMatchObject({ state: 'failed', received: 2, stored: 0, rejected: 2 })
  expect(batch.error).toContain('Not valid JSON')
  expect((await tenant.as('user').ingestion.rejects({ id: batch.id })).rows).toHaveLength(2)
})

test('a row that no one says the host or artifact of is quarantined with that reason', async () => {
  const tenant = await newTenant()
  const batch = await tenant.deliver('{"Hostname":"A"}\n{"Artifact":"B"}\n{"Hostname":"A","Artifact":"B"}')
  expect(batch).toMatchObject({ received: 3, stored: 1, rejected: 2 })
  expect((await tenant.as('user').ingestion.rejects({ id: batch.id })).rows.map(({ code }) => code)).toEqual([
    'NO_ARTIFACT',
    'NO_HOST',
  ])
})

test('__proto__ and constructor are columns like any other and pollute nothing', async () => {
  const tenant = await newTenant()
  const line = '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"toString":1}'
  expect(await tenant.deliver(line, facts)).toMatchObject({ stored: 1 })
  const { rows } = await tenant.as('viewer').telemetry.rows({ columns: ['__proto__', 'toString'] })
  expect(rows[0]?.raw).toBe(line)
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
  expect(Object.getOwnPropertyNames(Object.prototype)).not.toContain('polluted')
})
