import { randomInt } from 'node:crypto'
import { expect, test } from 'vitest'
import { watchRepetition } from '#server/forwarders/repetition.ts'
import { tokenIn } from '#server/forwarders/tokens.ts'
import { elastic } from '#server/modules/ingestion/formats/elastic.ts'
import type { Format, Framed } from '#server/modules/ingestion/formats/framed.ts'
import { hec } from '#server/modules/ingestion/formats/hec.ts'
import { logscale } from '#server/modules/ingestion/formats/logscale.ts'

type Seen = { line: number; raw: string; flaw: string; id?: string; facts?: object }

/** What a format makes of these bytes, whole and in blocks that are cut anywhere. */
async function read(format: Format, body: string | Buffer): Promise<Seen[]> {
  const bytes = Buffer.from(body)
  const whole = await collect(format, [bytes])
  for (const size of [1, 7, 4096]) {
    const blocks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) =>
      bytes.subarray(n * size, (n + 1) * size),
    )
    if (bytes.length / size > 20_000) continue
    expect(await collect(format, blocks)).toEqual(whole)
  }
  return whole
}

async function collect(format: Format, blocks: Buffer[]): Promise<Seen[]> {
  async function* stream() {
    for (const block of blocks) yield Buffer.from(block)
  }
  const seen: Seen[] = []
  for await (const lines of format(stream()))
    seen.push(
      ...lines.map(({ line, raw, flaw, id, facts }: Framed) => ({
        line,
        raw: raw.toString('utf8'),
        flaw,
        ...(id ? { id } : {}),
        ...(facts ? { facts } : {}),
      })),
    )
  return seen
}

const ROW = '{"z":9223372036854775807,"a":{"Path":"C:\\\\x \\u003cb\\u003e","l":[1,{"event":2}]},"ClientId":"C.1"}'

test('bulk lines: each row has the bytes it came with and the id of its action, whatever the spaces', async () => {
  const body = `{ "index" : {"_id" : "-1748809540380191426", "_index": "artifact_x"} }\n${ROW}\n{"create":{"_id":"b"}}\r\n${ROW}\r\n\n{"index":{}}\n{"n":1}`
  expect(await read(elastic, body)).toEqual([
    { line: 2, raw: ROW, flaw: '', id: '-1748809540380191426' },
    { line: 4, raw: ROW, flaw: '', id: 'b' },
    { line: 7, raw: '{"n":1}', flaw: '' },
  ])
})

test('bulk lines: an id pasted in as it is breaks its action, not its row', async () => {
  const pasted = (id: string) => `{ "index" : {"_id" : "${id}", "_index": "artifact_x"} }\n{"n":1}\n`
  expect(await read(elastic, pasted('a"b') + pasted('C:\\new') + pasted('two\nlines') + pasted('plain'))).toEqual([
    { line: 2, raw: '{"n":1}', flaw: '', id: 'a"b' },
    { line: 4, raw: '{"n":1}', flaw: '', id: expect.stringContaining('C:') },
    { line: 7, raw: '{"n":1}', flaw: '', id: 'two\nlines' },
    { line: 9, raw: '{"n":1}', flaw: '', id: 'plain' },
  ])
})

test('bulk lines: what updates or deletes is set aside, and a line without its other half costs no other row', async () => {
  const body = [
    '{"delete":{"_id":"1"}}',
    '{"update":{"_id":"2"}}',
    '{"doc":{"n":2}}',
    '{"n":3}',
    '{"index":{"_id":"4"}}',
    '{"n":4}',
    'garbage',
    '{"index":{"_id":"5"}}',
    '{"n":5}',
    '{"index":{"_id":"6"}}',
  ].join('\n')
  expect(await read(elastic, body)).toEqual([
    { line: 1, raw: '{"delete":{"_id":"1"}}', flaw: 'BULK_ACTION' },
    { line: 2, raw: '{"update":{"_id":"2"}}\n{"doc":{"n":2}}', flaw: 'BULK_ACTION' },
    { line: 4, raw: '{"n":3}', flaw: 'BULK_BROKEN' },
    { line: 6, raw: '{"n":4}', flaw: '', id: '4' },
    { line: 7, raw: 'garbage', flaw: 'BULK_BROKEN' },
    { line: 9, raw: '{"n":5}', flaw: '', id: '5' },
    { line: 10, raw: '{"index":{"_id":"6"}}', flaw: 'BULK_BROKEN' },
  ])
})

test("bulk lines: the server's own events name no client; their host is the server", async () => {
  const [audit, named] = await read(
    elastic,
    '{"index":{"_id":"1"}}\n{"operation":"x","Hostname":"server"}\n{"index":{"_id":"2"}}\n{"ClientId":"C.1","Hostname":"server"}\n',
  )
  expect([audit?.facts, named?.facts]).toEqual([{ clientId: 'server' }, undefined])
})

const event = (row: string, more = '"host":"C.1"') =>
  `{"time":1795267385.5,${more},"source":"velociraptor","event":${row}}`

test('collector events: the row is the bytes of event, the host is told by the envelope', async () => {
  const body = `${event(ROW)}\r\n\r\n${event('{"event":{"x":1}}', '"host":"pc-7.example"')}\r\n\r\n${event('{"n":1}')}${event('{"n":2}')}`
  expect(await read(hec, body)).toEqual([
    { line: 1, raw: ROW, flaw: '', facts: { clientId: 'C.1' } },
    { line: 2, raw: '{"event":{"x":1}}', flaw: '', facts: { hostname: 'pc-7.example' } },
    { line: 3, raw: '{"n":1}', flaw: '', facts: { clientId: 'C.1' } },
    { line: 4, raw: '{"n":2}', flaw: '', facts: { clientId: 'C.1' } },
  ])
})

test('collector events: a broken one costs no other, and what holds no row says so', async () => {
  const body = [
    event('{"n":1}'),
    '{"time":1,"host":"C.1","event":{"n":"lost quote}}',
    event('{"n":2}'),
    '{"time":1,"host":"C.1"}',
    '{"time":1]',
    event('{"n":3}'),
    event('"just text"'),
    '{"time":1,"event":{"n":',
  ].join('\r\n\r\n')
  const seen = await read(hec, body)
  expect(seen.map(({ line, flaw }) => [line, flaw])).toEqual([
    [1, ''],
    [2, 'ENVELOPE_BROKEN'],
    [3, ''],
    [4, 'ENVELOPE_EMPTY'],
    [5, 'ENVELOPE_BROKEN'],
    [6, ''],
    [7, ''],
    [8, 'ENVELOPE_BROKEN'],
  ])
  expect(seen[6]!.raw).toBe('"just text"')
  expect(seen[1]!.raw).toContain('lost quote')
})

const element = (row: string, tags = '{"ClientHostname":"vm","ClientId":"C.1"}') =>
  `{"events":[{"timestamp":"2026-11-21T13:24:05Z","attributes":${row}}],"tags":${tags}}`

test('structured LogScale: the row is the bytes of attributes, tags name its host, an element may hold several', async () => {
  const several = `{"events":[{"timestamp":"x","attributes":{"n":1}},{"attributes":{"n":2}},{"timestamp":"x"}],"tags":{}}`
  expect(await read(logscale, ` [${element(ROW)},\n${several} , ${element('{"n":3}', 'null')}]\n`)).toEqual([
    { line: 1, raw: ROW, flaw: '', facts: { clientId: 'C.1', hostname: 'vm' } },
    { line: 2, raw: '{"n":1}', flaw: '', facts: { clientId: '', hostname: '' } },
    { line: 3, raw: '{"n":2}', flaw: '', facts: { clientId: '', hostname: '' } },
    { line: 4, raw: '{"timestamp":"x"}', flaw: 'ENVELOPE_EMPTY' },
    { line: 5, raw: '{"n":3}', flaw: '', facts: { clientId: '', hostname: '' } },
  ])
})

test('structured LogScale: a broken element costs no other', async () => {
  const body = `[${element('{"n":1}')},{"events":[{"timestamp":"x" "attributes":{"n":2}}],"tags":{}},${element('{"n":3}')},7,${element('{"n":4}')},{"events":[{"att`
  const seen = await read(logscale, body)
  expect(seen.filter(({ flaw }) => flaw === '').map(({ raw }) => raw)).toEqual(['{"n":1}', '{"n":3}', '{"n":4}'])
  expect(seen.filter(({ flaw }) => flaw !== '').map(({ flaw }) => flaw)).toEqual(Array(3).fill('ENVELOPE_BROKEN'))
})

test('a row of more than 1 MiB, and an envelope without end, are set aside with their beginning; neighbours stay', async () => {
  const long = `{"n":"${'x'.repeat(1_100_000)}"}`
  const wild = `{"time":1,"event":{"n":"${'y'.repeat(20_000_000)}`
  const seen = await collect(
    hec,
    chunked(Buffer.from([event('{"n":1}'), event(long), wild, event('{"n":2}')].join('\r\n\r\n'))),
  )
  expect(seen.map(({ line, flaw, raw }) => [line, flaw, raw.length <= 1_048_576])).toEqual([
    [1, '', true],
    [2, 'LINE_TOO_LONG', true],
    [3, 'LINE_TOO_LONG', true],
    [4, '', true],
  ])
  const lines = await collect(
    elastic,
    chunked(Buffer.from(`{"index":{"_id":"1"}}\n${long}\n{"index":{"_id":"2"}}\n{"n":2}\n`)),
  )
  expect(lines.map(({ flaw, id }) => [flaw, id])).toEqual([
    ['LINE_TOO_LONG', '1'],
    ['', '2'],
  ])
})

const chunked = (bytes: Buffer, size = 65_536) =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) => bytes.subarray(n * size, (n + 1) * size))

test('random damage never throws, never hangs, and never loses what lies before it', async () => {
  for (let round = 0; round < 300; round += 1) {
    for (const [format, body] of [
      [elastic, '{"index":{"_id":"1"}}\n{"n":1}\n{"index":{"_id":"2"}}\n{"n":2}\n{"index":{"_id":"3"}}\n{"n":3}\n'],
      [hec, `${event('{"n":1}')}\r\n\r\n${event('{"n":2}')}\r\n\r\n${event('{"n":3}')}\r\n\r\n`],
      [logscale, `[${element('{"n":1}')},${element('{"n":2}')},${element('{"n":3}')}]`],
    ] as const) {
      const bytes = Buffer.from(body)
      const half = Math.floor(bytes.length / 2)
      bytes[randomInt(half, bytes.length)] = randomInt(256)
      const seen = await collect(format, [bytes])
      expect(seen[0]).toMatchObject({ raw: '{"n":1}', flaw: '' })
    }
  }
})

test('tokens are found in the scheme of each client, in any casing, and in a password', () => {
  const basic = Buffer.from('any:vcs_x').toString('base64')
  expect(tokenIn('APIKey vcs_x', ['apikey'])).toEqual({ token: 'vcs_x' })
  expect(tokenIn('apikey vcs_x ', ['apikey'])).toEqual({ token: 'vcs_x' })
  expect(tokenIn(`Basic ${basic}`, ['apikey', 'basic'])).toEqual({ token: 'vcs_x' })
  expect(tokenIn('Splunk vcs_x', ['bearer'])).toBe('other scheme')
  expect(tokenIn('vcs_x', ['bearer'])).toBe('other scheme')
  expect(tokenIn(undefined, ['bearer'])).toBe('no token')
})

test('a body is repetitive when no more than half of its events differ, however it is cut', () => {
  const watched = (marker: string, body: string, size: number) => {
    const watch = watchRepetition(marker)
    for (const chunk of chunked(Buffer.from(body), size)) watch.feed(chunk)
    return watch.isRepetitive()
  }
  const [same, other] = [event('{"n":1}'), event('{"n":2}')]
  const joined = (events: string[]) => events.map((one) => `${one}\r\n\r\n`).join('')
  const different = Array.from({ length: 50 }, (_, n) => event(`{"n":${n}}`))
  for (const size of [1, 3, 64, 100_000]) {
    expect(watched('\r\n\r\n', joined(Array(50).fill(same)), size)).toBe(true)
    expect(watched('\r\n\r\n', joined(Array(25).fill([same, other]).flat()), size)).toBe(true)
    expect(watched('\r\n\r\n', joined(different), size)).toBe(false)
    expect(watched('\r\n\r\n', joined([same]), size)).toBe(false)
    expect(watched('{"events":[{"timestamp":', `[${Array(50).fill(element('{"n":1}')).join(',')}]`, size)).toBe(true)
    expect(
      watched('{"events":[{"timestamp":', `[${different.map((_, n) => element(`{"n":${n}}`)).join(',')}]`, size),
    ).toBe(false)
  }
})
