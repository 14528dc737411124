import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { projectRoot } from '#db/root.ts'
import { POLICY } from '#server/platform/policy.ts'
import { ROUTES } from '#server/rest/routes.ts'
import { createCaller } from '#server/router.ts'
import { CASES, checksum, isObjectProcedure, PROCEDURES } from '../support/matrix.ts'
import { type Planted, plant } from '../support/planted.ts'
import { callProcedure, callRest, type Reply, send } from '../support/product-client.ts'
import { connect } from '../support/second-database.ts'
import { base, installation, newTenant } from '../support/world.ts'

let superuser: pg.Client
beforeAll(async () => {
  superuser = await connect(installation.adminUrl)
})
afterAll(() => superuser.end())

const ADMIN_ONLY = PROCEDURES.filter(
  ({ admin, permission }) => admin || POLICY[permission].every((role) => role === 'admin'),
)

test('what only an admin may do is refused to everybody else, and refusing changes nothing', async () => {
  const [tenant, elsewhere] = [await plant(base), await plant(base)]
  const ids = await tenant.ids('admin')
  const theirs = await elsewhere.ids('admin')
  const callers = {
    nobody: { cookie: undefined, refusal: 401 },
    viewer: { cookie: await tenant.cookie('viewer'), refusal: 403 },
    user: { cookie: await tenant.cookie('user'), refusal: 403 },
    lead: { cookie: await tenant.cookie('lead'), refusal: 403 },
    'a token of this tenant': { cookie: `sid=${tenant.token}`, refusal: 401 },
    'an admin elsewhere': { cookie: await elsewhere.cookie('admin'), refusal: 404 },
  }
  const before = await checksum(superuser, [tenant])
  const allowed: string[] = []
  expect(ADMIN_ONLY.length).toBeGreaterThan(12)
  for (const { name, type } of ADMIN_ONLY) {
    for (const [who, { cookie, refusal }] of Object.entries(callers)) {
      if (refusal === 404 && !isObjectProcedure(name)) continue // that is about the own tenant there, and allowed
      for (const input of CASES[name]!.inputs(ids, theirs)) {
        const { status } = await callProcedure(name, { type, input, cookie })
        if (status !== refusal) allowed.push(`${who} ${name}: ${status}`)
      }
    }
    const token = createCaller({ ...base, actor: tenant.actor('ingest'), requestId: 'test', ip: '' })
    const [module, verb] = name.split('.') as [string, string]
    const call = (token as unknown as Record<string, Record<string, (input: unknown) => Promise<unknown>>>)[module]![
      verb
    ]!
    await expect(call(CASES[name]!.inputs(ids, ids)[0])).rejects.toMatchObject({ code: 'FORBIDDEN' })
  }
  expect(allowed).toEqual([])
  expect(await checksum(superuser, [tenant])).toBe(before)
})

test('the REST routes of admins are refused to every other token, and refusing changes nothing', async () => {
  const [tenant, elsewhere] = [await plant(base), await plant(base)]
  const { user } = await tenant.ids('admin')
  const before = await checksum(superuser, [tenant])
  const routes = ROUTES.filter(({ procedure }) => ADMIN_ONLY.some(({ name }) => name === procedure))
  expect(routes.length).toBeGreaterThan(2)
  const tokens = {
    nobody: undefined,
    viewer: await tenant.jwt('viewer'),
    lead: await tenant.jwt('lead'),
    token: tenant.token,
  }
  for (const { method, path } of routes) {
    const ask = (token: string | undefined) =>
      callRest(method, path.replace('{id}', String(user)), {
        token,
        body: method === 'put' ? { role: 'admin' } : undefined,
      })
    for (const [who, token] of Object.entries(tokens)) {
      expect([who, method, path, (await ask(token)).status]).toEqual([who, method, path, token ? 403 : 401])
    }
    if (path.includes('{')) expect((await ask(await elsewhere.jwt('admin'))).status).toBe(404)
  }
  // A member reads their own account, and nobody else's.
  const own = tenant.people.viewer.id
  expect((await callRest('GET', `/users/${own}`, { token: await tenant.jwt('viewer') })).status).toBe(200)
  expect((await callRest('GET', `/users/${user}`, { token: await tenant.jwt('viewer') })).status).toBe(403)
  expect(await checksum(superuser, [tenant])).toBe(before)
})

test('a source’s token ingests and does nothing else', async () => {
  const tenant = await plant(base)
  const { batch } = await tenant.ids('admin')
  for (const { method, path } of ROUTES) {
    if (/^\/(auth\/(login|register)|ingestion)/.test(path)) continue
    const { status } = await callRest(method, path.replace('{id}', '1'), {
      token: tenant.token,
      body: method === 'get' || method === 'delete' ? undefined : {},
    })
    expect([method, path, status]).toEqual([method, path, 403])
  }
  expect((await callRest('GET', `/ingestion/batches/${batch}`, { token: tenant.token })).status).toBe(200)
  const byPerson = await callRest('POST', '/ingestion/batches?artifact=A&hostname=h', {
    token: await tenant.jwt('user'),
    body: '{"a":1}\n',
  })
  const { id } = JSON.parse(byPerson.text) as { id: number }
  expect((await callRest('GET', `/ingestion/batches/${id}`, { token: tenant.token })).status).toBe(404)
})

type PageRoute = { id: string; path?: string; index?: boolean; parentId?: string }

/** Every page there is, from the built manifest, with its URL for the objects of a tenant. */
async function pagesFor(tenant: Planted) {
  const built = pathToFileURL(join(projectRoot, 'build/pages/server/index.js')).href
  const { routes } = (await import(/* @vite-ignore */ built)) as { routes: Record<string, PageRoute> }
  const ids = await tenant.ids('admin')
  const values: Record<string, string | number> = {
    hostId: ids.host,
    batchId: ids.batch,
    rowId: ids.row,
    annotationId: ids.annotation,
    userId: ids.user,
    sourceId: ids.source,
    tenantId: ids.tenant,
    viewId: ids.view,
    artifact: encodeURIComponent(ids.artifact),
    token: 'a-token',
    '*': 'missing',
  }
  const pathOf = (route: PageRoute): string =>
    `${route.parentId ? pathOf(routes[route.parentId]!) : ''}${route.path ? `/${route.path}` : ''}`
  return Object.values(routes)
    .filter(({ id }) => !['root', 'shell'].includes(id))
    .map((route) => ({
      id: route.id,
      shape: pathOf(route) || '/',
      url: (pathOf(route) || '/').replace(/:(\w+)|\*/g, (found, name) => {
        const value = values[name ?? found]
        if (value === undefined) throw new Error(`Say what ${found} in ${pathOf(route)} stands for.`)
        return String(value)
      }),
    }))
}

const OPEN = ['/login', '/first', '/register', '/reset/:token']
const dataUrl = (url: string) => (url === '/' ? '/_root.data' : `${url}.data`)
const reachesIn = ({ url, id }: { url: string; id: string }) => [
  url,
  `${url}?_data=${encodeURIComponent(id)}`,
  dataUrl(url),
  `${dataUrl(url)}?_routes=${encodeURIComponent(id)}`,
]

test('no page gives data to somebody who is not signed in, whichever way it is asked for', async () => {
  const tenant = await plant(base)
  const pages = await pagesFor(tenant)
  expect(pages.length).toBeGreaterThan(18)
  const wrong: string[] = []
  for (const page of pages) {
    for (const url of reachesIn(page)) {
      const { status, text, headers } = await send(url)
      if (text.includes(tenant.mark)) wrong.push(`${url} shows data`)
      const led = /\/login|^\/$|"\/"/.test(headers.get('location') ?? headers.get('x-remix-redirect') ?? text)
      if (!OPEN.includes(page.shape) && (status === 200 || (status < 400 && !led)))
        wrong.push(`${url}: ${status} ${text.slice(0, 200)}`)
    }
  }
  expect(wrong).toEqual([])
})

test('the same pages give their data to a member, so that the test above can see', async () => {
  const tenant = await plant(base)
  const cookie = await tenant.cookie('admin')
  const shown = new Set<string>()
  for (const page of await pagesFor(tenant))
    for (const url of reachesIn(page))
      if ((await send(url, { headers: { cookie } })).text.includes(tenant.mark)) shown.add(url)
  expect([...shown].filter((url) => url.includes('.data')).length).toBeGreaterThan(15)
  expect([...shown].filter((url) => !url.includes('.data')).length).toBeGreaterThan(15)
})

test('every page that takes a form refuses one from somebody who is not signed in', async () => {
  const tenant = await plant(base)
  const pages = await pagesFor(tenant)
  const before = await checksum(superuser, [tenant])
  for (const { shape, url } of pages) {
    if (OPEN.includes(shape) || shape === '/logout') continue
    for (const target of [url, dataUrl(url)]) {
      const headers = { origin: installation.url, 'content-type': 'application/x-www-form-urlencoded' }
      const {
        status,
        text,
        headers: answered,
      } = await send(target, { method: 'POST', headers, body: 'intent=deactivate&name=x&hostname=x&username=x' })
      const led = status < 400 && /\/login/.test(answered.get('location') ?? text)
      expect([target, led || status >= 400, status < 500]).toEqual([target, true, true])
    }
  }
  expect(await checksum(superuser, [tenant])).toBe(before)
})

/** Where each kind of caller is asked for something only an admin may do, and something everybody may. */
async function doorsOf(tenant: Awaited<ReturnType<typeof newTenant>>, person: { id: number }) {
  const sessions = base.auth.sessions
  const cookie = (await sessions.open(person.id, tenant.id, { ip: null, userAgent: null })).split(';')[0]!
  const token = await base.auth.tokens.issue({ accountId: person.id, tenantId: tenant.id, epoch: 1, role: 'admin' })
  const status = (reply: Promise<Reply>) => reply.then((answer) => answer.status)
  return async () => ({
    pageOfAdmins: await status(send('/users', { headers: { cookie } })),
    cookieAsAdmin: await status(callProcedure('users.list', { type: 'query', input: {}, cookie })),
    cookie: await status(callProcedure('identity.me', { type: 'query', cookie })),
    tokenAsAdmin: await status(callRest('GET', '/users', { token })),
    token: await status(callRest('GET', '/auth/me', { token })),
    upload: await status(send('/api/ingestion/batches/1', { headers: { cookie } })),
  })
}

const ALL = { pageOfAdmins: 200, cookieAsAdmin: 200, cookie: 200, tokenAsAdmin: 200, token: 200, upload: 404 }
const OUT = { pageOfAdmins: 302, cookieAsAdmin: 401, cookie: 401, tokenAsAdmin: 401, token: 401, upload: 401 }

test('a change of role, a lock-out and a new password act on the very next request, at every door', async () => {
  const tenant = await newTenant()
  const admin = tenant.as('admin')
  const { id } = await tenant.as('admin').users.create({ username: `second-${tenant.id}`, role: 'admin' })
  await base.pool.insertInto('auth.password').values({ account_id: id, hash: 'none' }).execute()
  const doors = await doorsOf(tenant, { id })
  expect(await doors()).toEqual(ALL)

  await admin.users.setRole({ id, role: 'viewer' })
  expect(await doors()).toEqual({ ...ALL, pageOfAdmins: 403, cookieAsAdmin: 403, tokenAsAdmin: 403 })
  await admin.users.setRole({ id, role: 'admin' })
  expect(await doors()).toEqual(ALL)

  await admin.users.deactivate({ id })
  expect(await doors()).toEqual({ ...OUT, tokenAsAdmin: 400, token: 400 })
  await admin.users.reactivate({ id })

  await admin.users.update({ id, password: 'a whole new sentence to type' })
  expect(await doors()).toEqual(OUT)
})

test('a revoked source’s token and an ended session are refused at once', async () => {
  const tenant = await newTenant()
  const { id, token } = await tenant.as('admin').sources.create({ name: 'forwarder' })
  const push = () => callRest('POST', '/ingestion/ingest', { token, body: { hostname: 'h', data: {} } })
  expect((await push()).status).toBe(200)
  await tenant.as('admin').sources.revoke({ id })
  expect((await push()).status).toBe(401)

  const doors = await doorsOf(tenant, tenant.people.admin)
  expect(await doors()).toEqual(ALL)
  await tenant.as('admin').identity.endOtherSessions()
  expect(await doors()).toEqual({ ...ALL, pageOfAdmins: 302, cookieAsAdmin: 401, cookie: 401, upload: 401 })
})
