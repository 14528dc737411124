import { afterAll, expect, test } from 'vitest'
import { ROUTES } from '#server/rest/routes.ts'
import { PROCEDURES } from '../support/matrix.ts'
import { type OwnServer, ownServer } from '../support/own-server.ts'
import { plant } from '../support/planted.ts'
import { callProcedure, callRest, type Reply, send } from '../support/product-client.ts'
import { type SecondDatabase, secondDatabase } from '../support/second-database.ts'
import { base, installation } from '../support/world.ts'

const tenant = await plant(base)
const cookie = await tenant.cookie('admin')
const token = await tenant.jwt('admin')

const TELLS: [string, RegExp][] = [
  ['a stack', /\bat .{1,200}\.(m?js|tsx?):\d+|node:internal/],
  ['a path', /\/(tmp|home|root|usr|var|work|app\/build)\/|node_modules|\.tsx?\b|file:\/\//],
  [
    'SQL',
    /\bselect .{1,300} from |insert into |syntax error at|relation "|violates |duplicate key|pg_|SQLSTATE|DB::Exception|Code: \d+/i,
  ],
  ['a version', /(node|express|remix|postgresql|clickhouse|kysely|trpc|react)[ /@]v?\d+\.\d+|x-powered-by/i],
]
// Both are random text, in which anything may stand.
const RANDOM = new Set(['content-security-policy', 'x-request-id'])
const told = ({ status, headers, text }: Reply) => {
  const shown = [...headers].filter(([name]) => !RANDOM.has(name)).join('\n')
  const scripts = text.replace(/<script.*?<\/script>/gs, (script) => (script.includes('src=') ? '' : script))
  const whole = `${shown}\n${scripts.replace(/nonce="[^"]*"/g, '').replaceAll(/\/assets\/[\w.$-]+/g, '')}`
  return [
    ...TELLS.filter(([, sign]) => sign.test(whole)).map(([what]) => what),
    ...(status >= 500 ? [`status ${status}`] : []),
  ]
}

const DEEP = JSON.parse(`${'{"a":'.repeat(300)}1${'}'.repeat(300)}`)
const INPUTS: unknown[] = [
  null,
  [],
  'text',
  DEEP,
  { id: -1 },
  { id: '1; drop table host' },
  { id: ['1'], hostId: {}, days: 'x' },
  { limit: 1e300, hostId: -1 },
]
const ODD = ['\u0000', '\ud800', `' or 1=1 --`, '%', '\\', '../../etc/passwd', '{{7*7}}', '\r\nX: y', 'a'.repeat(5_000)]
const FIELDS = [
  'q',
  'cursor',
  'sort',
  'username',
  'hostname',
  'artifact',
  'hash',
  'name',
  'key',
  'columns',
  'from',
  'os',
  'role',
]

test('no procedure tells what broke inside, whatever it is sent', async () => {
  const wrong: string[] = []
  let refused = 0
  for (const { name, type } of PROCEDURES) {
    const odd = [0, 3, 6].map((n) =>
      Object.fromEntries([...FIELDS.map((field, at) => [field, ODD[(n + at) % ODD.length]]), ['id', 1]]),
    )
    const inputs = [...INPUTS, ...odd]
    for (const input of inputs) {
      const text = JSON.stringify(input)
      // Ending the sessions, or renaming to something odd, would be allowed.
      if (/^identity\.(end|rename|update)/.test(name)) continue
      const reply = await callProcedure(name, { type, input, cookie })
      if (reply.status >= 400) refused += 1
      const what = told(reply)
      if (what.length > 0) wrong.push(`${name} ${text.slice(0, 100)}: ${what} ${reply.text.slice(0, 200)}`)
    }
  }
  expect(wrong).toEqual([])
  expect(refused).toBeGreaterThan(200)
})

test('no REST route tells what broke inside, whatever it is sent', async () => {
  const bodies = [
    '',
    '{',
    'null',
    '[]',
    '"x"',
    '{"hostname":5}',
    JSON.stringify(DEEP),
    '{"hostname":"\\u0000"}',
    '{"username":"\\ud800","password":"x"}',
    '{"hash":"x"}',
    '\u00ff\u00fe',
    'a=1&a=2',
    `{"hostname":"${'x'.repeat(5_000)}"}`,
  ]
  const wrong: string[] = []
  let refused = 0
  for (const { method, path } of ROUTES) {
    if (path === '/auth/me' && method === 'put') continue // an empty change of oneself is allowed
    const urls = path.includes('{')
      ? ['0', 'x', '9'.repeat(30), '%00', `'`].map((id) => path.replace('{id}', id))
      : [
          '',
          '?skip=-1',
          '?limit=x',
          '?limit=99999',
          '?sort_by=password',
          `?hostname=${encodeURIComponent(`%'"\\`)}`,
          '?skip=%00',
        ].map((query) => path + query)
    const sent =
      method === 'get' || method === 'delete'
        ? urls.map((url) => [url, undefined] as const)
        : bodies.map((body) => [urls[0]!, body] as const)
    for (const [url, body] of sent) {
      const reply = await callRest(method.toUpperCase(), url, { token, body })
      if (reply.status >= 400) refused += 1
      const what = told(reply)
      if (what.length > 0) wrong.push(`${method} ${url} ${body?.slice(0, 60)}: ${what} ${reply.text.slice(0, 200)}`)
    }
  }
  expect(wrong).toEqual([])
  expect(refused).toBeGreaterThan(80)
})

test('no page tells what broke inside, whatever its address or form says', async () => {
  const odd = ['%00', '%FF', '%', '9'.repeat(40), '..%2f..%2fetc']
  const paths = [
    ...['hosts', 'deliveries', 'rows', 'users', 'reset'].flatMap((page) =>
      odd.flatMap((id) => [`/${page}/${id}`, `/${page}/${id}.data`]),
    ),
    ...['hosts', 'deliveries', 'rows', 'users', 'activity'].flatMap((page) =>
      [
        'cursor=x',
        'cursor=%00',
        'sort=password',
        'limit=1e9',
        'q=%00',
        'q=%ED%A0%80',
        'dir=sideways',
        'from=never',
        'hostId=x',
        'state=x',
      ].map((query) => `/${page}?${query}`),
    ),
    '/nope',
    '/nope.data',
    '/hosts?_data=nope',
    '/hosts.data?_routes=nope',
    '/__manifest?p=/hosts',
    '/.env',
    '/package.json',
    '/server/index.js',
    '/assets/..%2f..%2fserver%2findex.js',
    '/build/server/index.js',
    '/%2e%2e/%2e%2e/etc/passwd',
  ]
  const wrong: string[] = []
  for (const path of paths) {
    const reply = await send(path, { headers: { cookie } })
    const what = told(reply)
    if (what.length > 0) wrong.push(`${path.slice(0, 80)}: ${what} ${reply.text.slice(0, 200)}`)
  }
  const forms: [string, string][] = [
    ['application/x-www-form-urlencoded', '%'],
    ['application/x-www-form-urlencoded', ''],
    ['multipart/form-data', 'x'],
    ['multipart/form-data; boundary=x', '--x\r\nbroken'],
    ['application/json', '{'],
    ['text/plain', 'x'],
  ]
  for (const path of [
    '/login',
    '/users/new',
    '/hosts/new',
    '/sources',
    '/profile',
    '/lookup',
    '/switch',
    '/users/1',
    '/first',
    '/reset/x',
    '/nope',
    '/hosts',
  ])
    for (const [type, body] of forms)
      for (const tail of ['', '.data']) {
        const reply = await send(path + tail, {
          method: 'POST',
          headers: { cookie, origin: installation.url, 'content-type': type },
          body,
        })
        const what = told(reply)
        if (what.length > 0) wrong.push(`POST ${path}${tail} ${type} ${body}: ${what} ${reply.text.slice(0, 300)}`)
      }
  expect(wrong).toEqual([])
})

let second: SecondDatabase | undefined
let server: OwnServer | undefined
afterAll(async () => {
  await server?.close()
  await second?.close()
})

test('a real failure inside is one sentence and a request id, at every door', async () => {
  second = await secondDatabase()
  server = await ownServer(second.base)
  const { url } = server
  const own = await plant(second.base)
  const [session, bearer] = [await own.cookie('admin'), await own.jwt('admin')]
  await second.superuser.query('alter table host rename to gone')
  const answers = {
    procedure: await callProcedure('hosts.list', { type: 'query', input: {}, cookie: session, url }),
    rest: await send('/api/hosts', { headers: { authorization: `Bearer ${bearer}` } }, url),
    page: await send('/hosts', { headers: { cookie: session } }, url),
    data: await send('/hosts.data', { headers: { cookie: session } }, url),
  }
  for (const [door, reply] of Object.entries(answers))
    expect([door, reply.status, told(reply)]).toEqual([door, 500, ['status 500']])
  expect(answers.procedure.text).toContain('Something went wrong.')
  expect(JSON.parse(answers.rest.text)).toEqual({ detail: 'Internal Server Error' })
  for (const { headers } of Object.values(answers)) expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
})
