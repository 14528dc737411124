import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { jsonLines, newTenant } from '../support/world.ts'

const facts = { artifact: 'Test.Exact', hostname: 'WS-1' }

test('10,000 random 64-bit integers and long decimals come back with every digit', async () => {
  const tenant = await newTenant()
  const digits = (count: number) => Array.from({ length: count }, () => Math.floor(Math.random() * 10)).join('')
  const numbers = Array.from({ length: 10_000 }, (_, n) =>
    n % 2 ? `${1 + (n % 9)}${digits(17 + (n % 2))}` : `-${1 + (n % 9)}.${digits(10 + (n % 20))}`,
  )
  const lines = numbers.map((number, n) => `{"n":${n},"value":${number}}`)
  expect(await tenant.deliver(lines.join('\n'), facts)).toMatchObject({ stored: 10_000 })

  const seen = new Map<number, string>()
  for (let cursor: string | undefined; ; ) {
    const page = await tenant.as('viewer').telemetry.rows({ columns: ['n', 'value'], limit: 200, cursor })
    for (const { cells } of page.rows) seen.set(Number(cells.n), cells.value ?? '')
    if (!page.next) break
    cursor = page.next
  }
  expect(numbers.filter((number, n) => seen.get(n) !== number)).toEqual([])
})

test('two identical lines in one delivery are two rows', async () => {
  const tenant = await newTenant()
  expect(await tenant.deliver('{"a":1}\n{"a":1}\n', facts)).toMatchObject({ received: 2, stored: 2, duplicate: 0 })
  expect(await tenant.deliver('{"a":1}\n{"a":1}\n{"a":1}\n', facts)).toMatchObject({
    received: 3,
    stored: 1,
    duplicate: 2,
  })
})

test('the same rows of another flow are other rows', async () => {
  const tenant = await newTenant()
  await tenant.deliver('{"a":1}', { ...facts, flow_id: 'F.1' })
  expect(await tenant.deliver('{"a":1}', { ...facts, flow_id: 'F.2' })).toMatchObject({ stored: 1, duplicate: 0 })
})

test('NUL, broken UTF-8 and half a surrogate pair are stored as they came and found by what is around them', async () => {
  const tenant = await newTenant()
  const lines = [
    Buffer.from('{"path":"alpha\\u0000one"}'),
    Buffer.concat([Buffer.from('{"path":"alpha'), Buffer.from([0xff, 0xfe]), Buffer.from('two"}')]),
    Buffer.from('{"path":"alpha\\ud800three"}'),
    Buffer.from('{"path":"alpha \\ud83d\\ude00 four"}'),
  ]
  const batch = await tenant.deliver(Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')])), facts)
  expect(batch).toMatchObject({ received: 4, stored: 4, rejected: 0 })
  const { rows } = await tenant.as('viewer').telemetry.rows({ q: 'alpha' })
  expect(rows.map(({ raw }) => raw).sort()).toEqual(lines.map((line) => line.toString('utf8')).sort())
})

test('a gzip is unpacked, Windows line ends and a byte order mark are no part of a row, and blank lines are none', async () => {
  const tenant = await newTenant()
  const batch = await tenant.deliver(gzipSync('\uFEFF{"a":1}\r\n\r\n   \r\n{"a":2}'), facts)
  expect(batch).toMatchObject({ state: 'done', received: 2, stored: 2 })
  const { rows } = await tenant.as('viewer').telemetry.rows({})
  expect(rows.map(({ raw, line }) => [line, raw]).sort()).toEqual([
    [1, '{"a":1}'],
    [4, '{"a":2}'],
  ])
})

test('a gzip bomb and a broken gzip fail with the reason', async () => {
  const tenant = await newTenant()
  expect(await tenant.deliver(gzipSync(Buffer.alloc(64 * 1024 * 1024, ' ')), facts)).toMatchObject({
    state: 'failed',
    stored: 0,
  })
  const broken = gzipSync(jsonLines(Array.from({ length: 5_000 }, (_, n) => ({ n, text: Math.random() })))).subarray(
    0,
    20_000,
  )
  const batch = await tenant.deliver(broken, facts)
  expect(batch).toMatchObject({ state: 'failed', stored: 0 })
  expect(batch.error).toContain('gzip is broken')
})

test("Velociraptor's table CSV: numbers stay numbers, marked strings lose their space, objects are objects", async () => {
  const tenant = await newTenant()
  const csv = [
    'Pid,Name,Version,Hash,Size,Empty,Flag',
    '4,System, 10.0,"{',
    '  ""MD5"": ""abc""',
    '}",9223372036854775807,,true',
    '8,"a, ""quoted"" name", true,[1],12.50,,false',
    'too,few',
  ].join('\n')
  const batch = await tenant.deliver(csv, facts)
  expect(batch).toMatchObject({ state: 'done', format: 'csv', received: 3, stored: 2, rejected: 1 })
  const { rows } = await tenant.as('viewer').telemetry.rows({})
  expect(rows.map(({ raw }) => raw).sort()).toEqual([
    '{"Pid":4,"Name":"System","Version":"10.0","Hash":{"MD5": "abc"},"Size":9223372036854775807,"Empty":"","Flag":true}',
    '{"Pid":8,"Name":"a, \\"quoted\\" name","Version":"true","Hash":[1],"Size":12.50,"Empty":"","Flag":false}',
  ])
  const { rows: rejects } = await tenant.as('user').ingestion.rejects({ id: batch.id })
  expect(rejects).toMatchObject([{ line: 6, code: 'CSV_CELLS', raw: 'too,few' }])
})

test('a row bears the time its own columns say, in any of their units; without one it stays undated', async () => {
  const tenant = await newTenant()
  const times: [object, string | null][] = [
    [{ n: 0, EventTime: '2026-02-05T13:57:02.123456789Z' }, '2026-02-05T13:57:02.123Z'],
    [{ n: 1, CreateTime: '2026-02-05T13:57:02+01:00' }, '2026-02-05T12:57:02.000Z'],
    [{ n: 2, Timestamp: 1_770_299_822 }, '2026-02-05T13:57:02.000Z'],
    [{ n: 3, Timestamp: 1_770_299_822.5 }, '2026-02-05T13:57:02.500Z'],
    [{ n: 4, Timestamp: 1_770_299_822_123 }, '2026-02-05T13:57:02.123Z'],
    [{ n: 5, Timestamp: 1_770_299_822_123_456 }, '2026-02-05T13:57:02.123Z'],
    [{ n: 6, System: { TimeCreated: { SystemTime: 1_770_299_822.25 } } }, '2026-02-05T13:57:02.250Z'],
    [{ n: 7, CreateTime: '0001-01-01T00:00:00Z' }, null],
    [{ n: 8, timestamp: '2026-02-05T13:57:02Z' }, null], // the forwarder's send time is no event
    [{ n: 9, Name: 'no time' }, null],
    [{ n: 10, Time: 'yesterday' }, null],
  ]
  await tenant.deliver(jsonLines(times.map(([row]) => row)), facts)
  const { rows } = await tenant.as('viewer').telemetry.rows({ columns: ['n'] })
  const found = Object.fromEntries(rows.map(({ cells, event_time }) => [cells.n, event_time?.toISOString() ?? null]))
  expect(found).toEqual(Object.fromEntries(times.map(([, time], n) => [String(n), time])))
})
