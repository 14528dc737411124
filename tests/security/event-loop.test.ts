import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openBase } from '#server/base.ts'
import { readEnv } from '#server/platform/env.ts'
import { leastOf } from '../support/least.ts'
import { type OwnServer, ownServer } from '../support/own-server.ts'
import { send } from '../support/product-client.ts'
import { raw } from '../support/raw-http.ts'
import { installation } from '../support/world.ts'

const own = await openBase(
  readEnv({
    NODE_ENV: 'test',
    APP_DATABASE_URL: installation.loginUrl,
    CLICKHOUSE_URL: installation.clickhouseUrl,
    DATA_DIR: installation.dataDir,
    SECRET_KEY: installation.secretKey,
    LOG_LEVEL: 'silent',
  }),
  'web',
)
let server: OwnServer
beforeAll(async () => {
  server = await ownServer(own)
})
afterAll(async () => {
  await server.close()
  await own.close()
})

const MB = 1024 * 1024
const post = (path: string, body: string | Buffer, headers: Record<string, string> = {}) =>
  send(
    path,
    { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: body as string },
    server.url,
  )
const host = () => new URL(server.url).host
const login = (value: string) => `{"username":"nobody","password":${value}}`
const form = (count: number) =>
  Array.from(
    { length: count },
    (_, n) => `--b\r\nContent-Disposition: form-data; name="f${n}"\r\n\r\n${'v'.repeat(100)}\r\n`,
  ).join('')

/** What somebody without an account can send that costs a server the most. */
const EXPENSIVE: Record<string, () => Promise<unknown>> = {
  'the manifest of many routes': () => send(`/__manifest?${'p=/hosts&'.repeat(800)}version=1`, {}, server.url),
  'a very long path': () => send(`/${'a/'.repeat(6_000)}`, {}, server.url),
  'a data request of many routes': () => send(`/login.data?_routes=${'root,'.repeat(1_500)}`, {}, server.url),
  'a search of many parameters': () => send(`/login?${'a=b&'.repeat(3_000)}`, {}, server.url),
  'a cookie of many parts': () => send('/login', { headers: { cookie: 'sid=x; '.repeat(1_500) } }, server.url),
  'an Accept header of many types': () => send('/', { headers: { accept: 'text/a;q=0.1, '.repeat(900) } }, server.url),
  'JSON nested deeply': () => post('/api/auth/login', login(`${'['.repeat(400_000)}${']'.repeat(400_000)}`)),
  'JSON of many keys': () =>
    post(
      '/api/auth/login',
      `{${Array.from({ length: 60_000 }, (_, n) => `"k${n}":1`).join()},"username":"a","password":"b"}`,
    ),
  'a password of a megabyte': () => post('/api/auth/login', login(`"${'p'.repeat(MB - 100)}"`)),
  'a name of combining characters': () =>
    post('/api/auth/register', `{"username":"${'a\u0301'.repeat(200_000)}","password":"x"}`),
  'a form of many parts': () =>
    post('/api/auth/login', `${form(5_000)}--b--\r\n`, { 'content-type': 'multipart/form-data; boundary=b' }),
  'a form of many fields': () =>
    post('/api/auth/login', 'a=b&'.repeat(250_000), { 'content-type': 'application/x-www-form-urlencoded' }),
  'ten procedures in one request': () =>
    post(
      `/api/trpc/${Array(10).fill('hosts.list').join()}?batch=1`,
      `{${Array.from({ length: 10 }, (_, n) => `"${n}":{"q":"${'x'.repeat(100_000)}"}`).join()}}`,
      { origin: server.url },
    ),
  'a page form of a megabyte': () =>
    post('/login', `username=${'%41'.repeat(330_000)}&password=x`, {
      'content-type': 'application/x-www-form-urlencoded',
      origin: server.url,
    }),
  'a gzip bomb at the upload': () =>
    post('/api/ingestion/batches', gzipSync(Buffer.alloc(50 * MB)), { 'content-encoding': 'gzip' }),
  'a token of 12 kB': () =>
    send('/api/hosts', { headers: { authorization: `Bearer ${'e30.'.repeat(3_000)}` } }, server.url),
  'a thousand header lines': () =>
    raw(`GET /login HTTP/1.1\r\nHost: ${host()}\r\n${'X-A: b\r\n'.repeat(1_000)}Connection: close\r\n\r\n`, server.url),
}

test.each(Object.keys(EXPENSIVE))('%s does not hold the event loop', async (name) => {
  const ask = EXPENSIVE[name]!
  await ask() // once for what is compiled and connected on the first time
  const lag = monitorEventLoopDelay({ resolution: 5 })
  // The client's own work runs on the same loop.
  const longest = async () => {
    lag.enable()
    await sleep(30)
    lag.reset()
    await ask()
    await sleep(30)
    lag.disable()
    return lag.max / 1e6
  }
  expect(await leastOf(50, longest)).toBeLessThan(50)
})
