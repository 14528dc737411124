import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { zipOf } from '../support/archive.ts'
import { ended, jsonLines, newTenant, type Tenant } from '../support/world.ts'

const facts = { artifact: 'Test.Formats', hostname: 'WS-1' }
const rawOf = async (tenant: Tenant) =>
  (await tenant.as('viewer').telemetry.rows({ limit: 100 })).rows.sort((a, b) => a.line - b.line).map(({ raw }) => raw)

test('one JSON array is its elements, byte for byte, over any number of lines', async () => {
  const tenant = await newTenant()
  const elements = [
    '{\n  "n" : 18446744073709551615,\n  "d.e": {"x": [1, {"y":"},{"}]}\n}',
    '{"n":0.10000000000000000001}',
  ]
  for (const body of [`[${elements.join(',')}]`, gzipSync(`\n[\n${elements.join(' ,\n')}\n]\n`)])
    expect(await tenant.deliver(body, facts)).toMatchObject({ state: 'done', format: 'array', received: 2 })
  expect(await rawOf(tenant)).toEqual(elements)
})

test('an array with broken elements keeps the good ones, and the quarantine says where', async () => {
  const tenant = await newTenant()
  const batch = await tenant.deliver('[{"n":1},{"n":"x},{"n":2},[3],4,{"n":5}] and more', facts)
  expect(batch).toMatchObject({ state: 'done', stored: 3, rejected: 4 })
  const { rows } = await tenant.as('user').ingestion.rejects({ id: batch.id })
  expect(rows.map(({ line, code, raw }) => [line, code, raw])).toEqual([
    [2, 'ARRAY_BROKEN', '{"n":"x}'],
    [4, 'NOT_AN_OBJECT', '[3]'],
    [5, 'NOT_AN_OBJECT', '4'],
    [7, 'ARRAY_TRAILING', 'and more'],
  ])
})

test('an empty array fails and says so', async () => {
  const tenant = await newTenant()
  expect(await tenant.deliver('[ ]', facts)).toMatchObject({
    state: 'failed',
    error: expect.stringContaining('array is empty'),
  })
})

test('64-bit integers, long decimals and odd column names survive every format to the last digit', async () => {
  const numbers = Array.from(
    { length: 200 },
    (_, n) => ((1n << 63n) + BigInt(n) * 12_345_678_901_234_567n) % (1n << 64n),
  )
  const line = (n: bigint, at: number) =>
    `{"n":${n},"f":0.1234567890123456789${at},"__proto__":{"a":1},"Laddr.IP":"::1"}`
  const lines = numbers.map(line)
  const bodies: [string, string | Buffer][] = [
    ['jsonl', lines.join('\n')],
    ['array', `[${lines.join(',\n')}]`],
    ['zip', zipOf([{ name: 'results/Test.Formats.json', content: lines.join('\n') }])],
  ]
  for (const [format, body] of bodies) {
    const tenant = await newTenant()
    expect(await tenant.deliver(body, facts)).toMatchObject({ state: 'done', format, stored: 200 })
    const rows = (await tenant.as('viewer').telemetry.rows({ limit: 100 })).rows
    for (const { raw, line: at } of rows) expect(raw).toBe(lines[at - 1])
  }
  const tenant = await newTenant()
  expect(await tenant.deliver(`n,x\n${numbers.map((n) => `${n},a`).join('\n')}`, facts)).toMatchObject({
    state: 'done',
    format: 'csv',
    stored: 200,
  })
  for (const { raw, line: at } of (await tenant.as('viewer').telemetry.rows({ limit: 100 })).rows)
    expect(raw).toBe(`{"n":${numbers[at - 2]},"x":"a"}`)
})

const netstat = { Pid: 4, Name: 'System', Family: 'IPv4', Type: 'TCP', Status: 'LISTEN', 'Laddr.IP': '0.0.0.0', 'Laddr.Port': 445, 'Raddr.IP': '', 'Raddr.Port': 0, Timestamp: '2026-02-05T13:57:02Z' } // biome-ignore format: a record to read across

test('a table from the GUI bears no artifact: it waits with proposals by its columns until a person names it', async () => {
  const tenant = await newTenant()
  const waiting = await tenant.deliver(jsonLines([netstat, { ...netstat, Pid: 5 }]), {
    filename: 'F.CD62UJJO259A4.json',
  })
  expect(waiting).toMatchObject({ state: 'needs_artifact', done_at: null, stored: 0 })
  expect(waiting.proposed).toMatchObject({ needs_host: true })
  expect(waiting.proposed?.artifacts[0]).toEqual({ artifact: 'Windows.Network.Netstat', share_pct: 100 })
  const user = tenant.as('user').ingestion
  await expect(user.nameArtifact({ id: waiting.id, artifact: 'Windows.Network.Netstat' })).rejects.toMatchObject({
    code: 'UNPROCESSABLE_CONTENT',
  })
  await user.nameArtifact({ id: waiting.id, artifact: 'Windows.Network.Netstat', hostname: 'WS-9' })
  expect(await ended(() => user.get({ id: waiting.id }))).toMatchObject({
    state: 'done',
    stored: 2,
    proposed: null,
    artifact: 'Windows.Network.Netstat',
  })
  await expect(user.nameArtifact({ id: waiting.id, artifact: 'X.Y' })).rejects.toMatchObject({ code: 'CONFLICT' })
  await expect(
    (await newTenant()).as('admin').ingestion.nameArtifact({ id: waiting.id, artifact: 'X.Y' }),
  ).rejects.toMatchObject({ code: 'NOT_FOUND' })
})

test('an artifact of its own, delivered before, is proposed for a table with the same columns', async () => {
  const tenant = await newTenant()
  const own = { Registry: 'HKLM', Marker: 'x', Depth: 3, Inner: { Deep: 1 } }
  await tenant.deliver(jsonLines([own]), { artifact: 'Custom.Corp.Marker', hostname: 'WS-1' })
  const waiting = await tenant.deliver('Registry,Marker,Depth,Fqdn\nHKCU,y,4,ws-2.lan\n')
  expect(waiting).toMatchObject({
    state: 'needs_artifact',
    proposed: { needs_host: false, artifacts: [{ artifact: 'Custom.Corp.Marker' }] },
  })
})

test('deliveries behind one that waits for a name are loaded', async () => {
  const tenant = await newTenant()
  await tenant.deliver(jsonLines([netstat]))
  expect(await tenant.deliver(jsonLines([netstat]), facts)).toMatchObject({ state: 'done', stored: 1 })
})
