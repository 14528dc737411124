import { createServer as createHttpServer, type RequestListener } from 'node:http'
import { type AddressInfo, createServer, type LookupFunction } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { ask, checkedLookup, isPublic, mayBeLoopback, OutboundError } from '#server/platform/fetch.ts'

/** A listener on every loopback address that counts who connects. */
async function trap() {
  let connections = 0
  const server = createServer((socket) => {
    connections += 1
    socket.destroy()
  })
  await new Promise<void>((resolve) => server.listen(0, '::', resolve))
  onTestFinished(() => void server.close())
  return { port: (server.address() as AddressInfo).port, connections: () => connections }
}

async function serve(answer: RequestListener): Promise<string> {
  const server = createHttpServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const reasonOf = (answer: Promise<unknown>) =>
  answer.then(
    () => 'answered',
    (error: unknown) => (error instanceof OutboundError ? error.reason : String(error)),
  )

/** A name server that answers as told, and counts its questions. */
function names(...answers: string[][]) {
  let asked = 0
  const lookup: LookupFunction = (_name, options, callback) => {
    const found = answers[Math.min(asked, answers.length - 1)]!
    asked += 1
    const all = found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
    if (options.all) callback(null, all)
    else callback(null, all[0]!.address, all[0]!.family)
  }
  return { lookup, asked: () => asked }
}

// Every spelling of this machine, private networks and the cloud's metadata services.
const HOSTS = [
  '127.0.0.1', '127.1', '127.0.0.1.', '127.255.255.254', '2130706433', '0x7f000001', '0x7f.0.0.1', '0177.0.0.1',
  '017700000001', '①②⑦.⓪.⓪.①', '0', '0.0.0.0', 'localhost', 'LOCALHOST', '[::1]', '[::]',
  '[0:0:0:0:0:0:0:1]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[::127.0.0.1]', '[64:ff9b::7f00:1]',
  '[2002:7f00:1::]', '[fe80::1]', '[fd00:ec2::254]', '[::ffff:a9fe:a9fe]', '169.254.169.254', '0xa9fea9fe',
  '100.100.100.200', '10.0.0.1', '172.16.0.1', '192.168.0.1', '192.0.0.192', '198.18.0.1', '224.0.0.1',
  '255.255.255.255',
] // biome-ignore format: a list to read across

test.each(HOSTS)('%s is refused even when it is on the list, and nothing connects', async (host) => {
  const { port, connections } = await trap()
  const url = new URL(`https://${host}:${port}/`)
  expect(await reasonOf(ask(url, { allow: [url.origin], timeoutMs: 2000 }))).toBe('refused')
  expect(connections()).toBe(0)
})

const ANSWERS = [
  ['127.0.0.1'],
  ['::1'],
  ['::ffff:127.0.0.1'],
  ['169.254.169.254'],
  ['8.8.8.8', '127.0.0.1'],
  ['fe80::1%lo'],
]

test.each(ANSWERS)('a public name that leads to %s %s is refused, and nothing connects', async (...found) => {
  const { port, connections } = await trap()
  const url = new URL(`https://rebind.example:${port}/`)
  const { lookup, asked } = names(found.filter((part) => part !== undefined))
  expect(await reasonOf(ask(url, { allow: [url.origin], lookup, timeoutMs: 2000 }))).toBe('refused')
  expect([connections(), asked()]).toEqual([0, 1])
})

test('a name that changes its answer gains nothing: the address that was checked is the one connected to', () => {
  const { lookup, asked } = names(['8.8.8.8'], ['127.0.0.1'])
  const seen: unknown[] = []
  checkedLookup(lookup)('rebind.example', {}, (error, address) => void seen.push(error, address))
  expect([...seen, asked()]).toEqual([null, '8.8.8.8', 1])
  checkedLookup(lookup)('rebind.example', {}, (error) => void seen.push(error))
  expect(seen.at(-1)).toBeInstanceOf(OutboundError)
})

test('an origin that is not on the list is refused before its name is resolved', async () => {
  const { lookup, asked } = names(['127.0.0.1'])
  const allow = ['https://www.virustotal.com']
  for (const url of ['https://evil.example/', 'https://www.virustotal.com:444/', 'http://www.virustotal.com/']) {
    expect(await reasonOf(ask(new URL(url), { allow, lookup }))).toBe('refused')
  }
  expect(asked()).toBe(0)
})

test('only https leaves this machine, and no address may carry a password', async () => {
  for (const text of ['http://www.virustotal.com', 'ftp://www.virustotal.com', 'https://me:pw@www.virustotal.com']) {
    const url = new URL(text)
    expect(await reasonOf(ask(url, { allow: [url.origin], loopback: true }))).toBe('refused')
  }
})

test('this machine may be configured outside production, and then nothing but this machine is connected to', async () => {
  const origin = await serve((_request, response) => response.end('here'))
  const url = new URL(origin)
  expect(mayBeLoopback(url, { NODE_ENV: 'production' })).toBe(false)
  expect(mayBeLoopback(url, { NODE_ENV: 'test' })).toBe(true)
  expect(mayBeLoopback(new URL('http://169.254.169.254'), { NODE_ENV: 'test' })).toBe(false)
  expect(await ask(url, { allow: [origin], loopback: true })).toMatchObject({ status: 200, text: 'here' })
  const { lookup } = names(['192.168.0.1'])
  const named = new URL(origin.replace('127.0.0.1', 'localhost'))
  expect(await reasonOf(ask(named, { allow: [named.origin], loopback: true, lookup }))).toBe('refused')
})

test('a redirect is handed back, never followed', async () => {
  const { port, connections } = await trap()
  const origin = await serve((_request, response) => {
    response.writeHead(302, { location: `http://127.0.0.1:${port}/` }).end()
  })
  expect(await ask(new URL(origin), { allow: [origin], loopback: true })).toMatchObject({ status: 302 })
  expect(connections()).toBe(0)
})

test('an answer of more than 1 MB, a slow one and none at all each end with their reason', async () => {
  const big = await serve((_request, response) => response.end(Buffer.alloc(1024 * 1024 + 1)))
  const slow = await serve((_request, response) => void response.write('a'))
  const silent = await serve(() => {})
  const broken = await serve((request) => request.socket.destroy())
  const reason = (origin: string) => reasonOf(ask(new URL(origin), { allow: [origin], loopback: true, timeoutMs: 300 }))
  expect(await Promise.all([big, slow, silent, broken].map(reason))).toEqual([
    'too_large',
    'timeout',
    'timeout',
    'unreachable',
  ])
})

test('public addresses are public', () => {
  expect(['8.8.8.8', '74.125.34.46', '2606:4700::6810:1', '::ffff:8.8.8.8'].every(isPublic)).toBe(true)
  expect(['', 'example.com', '8.8.8', '1'].some(isPublic)).toBe(false)
})
