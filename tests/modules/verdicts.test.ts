import { createHash } from 'node:crypto'
import { afterEach, expect, test } from 'vitest'
import { decidedOf, hideDecided } from '#server/modules/verdicts/service.ts'
import { setClock } from '#server/platform/clock.ts'
import { inTenant } from '#server/platform/tenant.ts'
import { base, jsonLines, newTenant, type Tenant } from '../support/world.ts'

afterEach(() => setClock())

const sha = (text: string) => createHash('sha256').update(text).digest('hex')
const HASH = { type: 'hash', value: sha('x') } as const
const PSLIST = 'Windows.System.Pslist'
const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

const standing = async (tenant: Tenant, of: { type: 'hash' | 'path' | 'process'; value: string } = HASH) =>
  (await (await tenant.as('viewer')).verdicts.of({ observables: [of] })).map(({ verdict, scope }) => [verdict, scope])

const hostsOf = async (tenant: Tenant) =>
  new Map((await (await tenant.as('viewer')).hosts.list({})).rows.map(({ hostname, id }) => [hostname, id]))

test('a verdict has a reason, an owner and an end, and the next word on the same takes its place', async () => {
  const tenant = await newTenant()
  const [ann, bob] = [await tenant.as('user'), await tenant.as('lead')]
  const expiresAt = new Date(Date.now() + DAY)
  await ann.verdicts.decide({ observables: [HASH], verdict: 'suspicious', reason: 'odd', expiresAt })
  await bob.verdicts.decide({ observables: [HASH], verdict: 'benign', reason: 'ours' })
  expect(await standing(tenant)).toEqual([['benign', 'all']])
  const { verdicts, version } = await bob.verdicts.history(HASH)
  expect(version).toBe(2)
  expect(verdicts.map(({ verdict, reason, owner_name, state, ended_how }) => [verdict, reason, owner_name, state, ended_how])).toEqual([
    ['benign', 'ours', tenant.people.lead.username, 'standing', null],
    ['suspicious', 'odd', tenant.people.user.username, 'ended', 'replaced'],
  ]) // biome-ignore format: rows, one a line
  expect(verdicts[1]?.expires_at).toEqual(expiresAt)
  const deeds = (await bob.activity.list({ q: 'verdict.given' })).rows
  expect(deeds.map(({ actor_name }) => actor_name)).toEqual([tenant.people.lead.username, tenant.people.user.username])
})

test('an expired verdict no longer counts, and nothing has to run for that', async () => {
  const tenant = await newTenant()
  const api = await tenant.as('user')
  const start = Date.now()
  await api.verdicts.decide({ observables: [HASH], verdict: 'benign', expiresAt: new Date(start + DAY) })
  setClock(() => new Date(start + DAY - 1000))
  expect(await standing(tenant)).toEqual([['benign', 'all']])
  setClock(() => new Date(start + DAY + 1000))
  expect(await standing(tenant)).toEqual([])
  const [one] = await api.observables.ofCells({
    cells: [{ artifact: PSLIST, column: 'Hash.SHA256', text: HASH.value }],
  })
  expect(one?.verdict).toBeNull()
  expect((await api.verdicts.list({ state: 'expired' })).total).toBe(1)
  await api.verdicts.decide({ observables: [HASH], verdict: 'malicious' })
  expect(await standing(tenant)).toEqual([['malicious', 'all']])
})

test('whoever decided may undo it for ten minutes, and what stood before stands again', async () => {
  const tenant = await newTenant()
  const [ann, bob] = [await tenant.as('user'), await tenant.as('lead')]
  await bob.verdicts.decide({ observables: [HASH], verdict: 'benign' })
  const { undo } = await ann.verdicts.decide({
    observables: [HASH, { type: 'ip', value: '10.0.0.1' }],
    verdict: 'malicious',
  })
  await expect(bob.verdicts.undo({ token: undo })).rejects.toMatchObject({ code: 'FORBIDDEN' })
  expect(await ann.verdicts.undo({ token: undo })).toEqual({ ended: 2, restored: 1 })
  expect(await standing(tenant)).toEqual([['benign', 'all']])
  await expect(ann.verdicts.undo({ token: undo })).rejects.toMatchObject({ code: 'CONFLICT' })
  const again = await ann.verdicts.clear({ observables: [HASH] })
  expect(await standing(tenant)).toEqual([])
  setClock(() => new Date(Date.now() + 11 * MINUTE))
  await expect(ann.verdicts.undo({ token: again.undo! })).rejects.toMatchObject({ code: 'CONFLICT' })
  setClock()
  expect(await ann.verdicts.undo({ token: again.undo! })).toEqual({ ended: 0, restored: 1 })
  expect(await standing(tenant)).toEqual([['benign', 'all']])
})

test('a deed on which somebody has decided since is not undone', async () => {
  const tenant = await newTenant()
  const [ann, bob] = [await tenant.as('user'), await tenant.as('lead')]
  const { undo } = await ann.verdicts.decide({ observables: [HASH], verdict: 'malicious' })
  await bob.verdicts.decide({ observables: [HASH], verdict: 'benign' })
  await expect(ann.verdicts.undo({ token: undo })).rejects.toMatchObject({ code: 'CONFLICT' })
  expect(await standing(tenant)).toEqual([['benign', 'all']])
})

test('two who decide at once: the second is told what stands, and loses nothing', async () => {
  const tenant = await newTenant()
  const [ann, bob] = [await tenant.as('user'), await tenant.as('lead')]
  const { version } = await ann.verdicts.history(HASH)
  await bob.verdicts.decide({ observables: [{ ...HASH, version }], verdict: 'benign', reason: 'ours' })
  const clash = await ann.verdicts
    .decide({ observables: [{ ...HASH, version }], verdict: 'malicious' })
    .catch((error) => error)
  expect(clash).toMatchObject({ code: 'CONFLICT' })
  expect(JSON.parse(clash.cause.fields.stored)).toMatchObject([{ verdict: 'benign', reason: 'ours' }])
  const now = (await ann.verdicts.history(HASH)).version
  await ann.verdicts.decide({ observables: [{ ...HASH, version: now }], verdict: 'malicious' })
  expect(await standing(tenant)).toEqual([['malicious', 'all']])
  const [stood] = (await ann.verdicts.history(HASH)).verdicts
  await bob.verdicts.revoke({ id: stood!.id, version: stood!.version })
  await expect(ann.verdicts.revoke({ id: stood!.id, version: stood!.version })).rejects.toMatchObject({
    code: 'CONFLICT',
  })
})

test('of those who decide in the same moment one wins, whatever the order', async () => {
  const tenant = await newTenant()
  const people = await Promise.all((['user', 'lead', 'admin'] as const).map((role) => tenant.as(role)))
  const done = await Promise.allSettled(
    people.map((api) => api.verdicts.decide({ observables: [{ ...HASH, version: 0 }], verdict: 'benign' })),
  )
  expect(done.filter(({ status }) => status === 'fulfilled').length).toBe(1)
  expect(await standing(tenant)).toEqual([['benign', 'all']])
})

test('five hundred values are decided about at once, each once, and every form of a value is the value', async () => {
  const tenant = await newTenant()
  const api = await tenant.as('user')
  const many = Array.from({ length: 498 }, (_, at) => ({ type: 'hash' as const, value: sha(String(at)) }))
  const { ids } = await api.verdicts.decide({
    observables: [...many, HASH, { type: 'hash', value: `SHA256=${HASH.value.toUpperCase()}` }],
    verdict: 'benign',
  })
  expect(ids.length).toBe(499)
  expect((await api.verdicts.of({ observables: many })).length).toBe(498)
  await expect(api.verdicts.decide({ observables: [...many, HASH, HASH, HASH], verdict: 'benign' })).rejects.toThrow()
  await expect(api.verdicts.decide({ observables: [{ type: 'hash', value: 'none' }], verdict: 'benign' })).rejects.toMatchObject({ code: 'UNPROCESSABLE_CONTENT' }) // biome-ignore format: one line
})

async function scoped() {
  const tenant = await newTenant()
  const rows = ['a', 'b', 'c'].flatMap((Hostname) =>
    ['one', 'two'].map((user) => ({ Hostname, Name: `${user}.exe`, Exe: `C:\\Users\\${user}\\x.exe` })),
  )
  await tenant.deliver(jsonLines(rows), { artifact: PSLIST })
  return { tenant, api: await tenant.as('user'), hosts: await hostsOf(tenant) }
}

const PATH = { type: 'path', value: 'c:\\users\\one\\x.exe' } as const
/** The paths on each host that nobody has decided about, as a stack would count them. */
async function undecided(tenant: Tenant) {
  const who = { tenantId: tenant.id, accountId: null, requestId: 'test' }
  const decisions = await inTenant(base.pool, who, 'read only', (db) => decidedOf(db, ['path']))
  const { sql, params } = hideDecided(decisions)
  const found = await base.telemetry
    .forTenant(tenant.id)
    .select<{ value: string; host_id: number }>(
      `select value, host_id from sightings final where tenant_id = {tenant:UInt64} and type = 'path' and ${sql}`,
      params,
    )
  const names = new Map([...(await hostsOf(tenant))].map(([name, id]) => [id, name]))
  return found.map(({ value, host_id }) => `${names.get(host_id) ?? 'merged'} ${value.split('\\')[2]}`).sort()
}

test('a verdict holds where its scope says: everywhere, on one host, on labelled hosts, for a shape', async () => {
  const { tenant, api, hosts } = await scoped()
  const ALL = ['a one', 'a two', 'b one', 'b two', 'c one', 'c two']
  expect(await undecided(tenant)).toEqual(ALL)
  const cases = [
    [{ scope: 'all' }, ['a two', 'b two', 'c two']],
    [{ scope: 'host', scopeValue: String(hosts.get('b')) }, ALL.filter((one) => one !== 'b one')],
    [{ scope: 'shape' }, []],
    [{ scope: 'parent', scopeValue: 'services.exe' }, ALL],
  ] as const
  for (const [scope, left] of cases) {
    const { undo } = await api.verdicts.decide({ observables: [PATH], verdict: 'benign', ...scope })
    expect([scope, await undecided(tenant)]).toEqual([scope, left])
    await api.verdicts.undo({ token: undo })
  }
  await api.hosts.label({ id: hosts.get('a')!, label: 'server' })
  await api.hosts.label({ id: hosts.get('c')!, label: 'server' })
  await api.verdicts.decide({ observables: [PATH], verdict: 'benign', scope: 'label', scopeValue: 'server' })
  expect(await undecided(tenant)).toEqual(['a two', 'b one', 'b two', 'c two'])
  const at = async (host?: string) => {
    const cell = {
      artifact: PSLIST,
      column: 'Exe',
      text: 'C:\\Users\\one\\x.exe',
      ...(host ? { host: hosts.get(host)! } : {}),
    }
    const [one] = await api.observables.ofCells({ cells: [cell] })
    return one?.verdict && [one.verdict.verdict, one.verdict.partial]
  }
  expect([await at('a'), await at('b'), await at()]).toEqual([['benign', false], null, ['benign', true]])
  // The closest word counts: on the host before on its label before everywhere.
  await api.verdicts.decide({ observables: [PATH], verdict: 'suspicious' })
  await api.verdicts.decide({
    observables: [PATH],
    verdict: 'malicious',
    scope: 'host',
    scopeValue: String(hosts.get('c')),
  })
  expect([await at('a'), await at('b'), await at('c'), await at()]).toEqual([['benign', false], ['suspicious', false], ['malicious', false], ['suspicious', false]]) // biome-ignore format: one line
})

test('a verdict on a host holds for the rows of every host that is one with it', async () => {
  const { tenant, api, hosts } = await scoped()
  const merged = await api.merges.merge({ id: hosts.get('b')!, otherId: hosts.get('a')!, reason: 'one' })
  expect(merged).toBeDefined()
  const [survivor] = ['a', 'b'].filter((_name, at) => at >= 0)
  await api.verdicts.decide({
    observables: [PATH],
    verdict: 'benign',
    scope: 'host',
    scopeValue: String(hosts.get(survivor!)),
  })
  expect((await undecided(tenant)).filter((one) => one.endsWith(' one'))).toEqual(['c one'])
})

test('a scope that is none is refused beside its field, and another tenant’s host does not exist', async () => {
  const { api, hosts } = await scoped()
  const elsewhere = await scoped()
  const decide = (
    scope: 'host' | 'label' | 'parent' | 'shape',
    scopeValue: string,
    of: { type: 'path' | 'hash'; value: string } = PATH,
  ) => api.verdicts.decide({ observables: [of], verdict: 'benign', scope, scopeValue })
  await expect(decide('label', 'nobody bears it')).rejects.toMatchObject({ code: 'UNPROCESSABLE_CONTENT' })
  await expect(decide('host', '')).rejects.toMatchObject({ code: 'UNPROCESSABLE_CONTENT' })
  await expect(decide('shape', '', HASH)).rejects.toMatchObject({ code: 'UNPROCESSABLE_CONTENT' })
  await expect(decide('host', String(elsewhere.hosts.get('a')))).rejects.toMatchObject({ code: 'NOT_FOUND' })
  await expect(api.verdicts.decide({ observables: [PATH], verdict: 'benign', expiresAt: new Date(0) })).rejects.toMatchObject({ code: 'UNPROCESSABLE_CONTENT' }) // biome-ignore format: one line
  const { ids, undo } = await elsewhere.api.verdicts.decide({ observables: [PATH], verdict: 'benign' })
  await expect(api.verdicts.revoke({ id: ids[0]!, version: 1 })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  await expect(api.verdicts.undo({ token: undo })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  expect(await api.verdicts.of({ observables: [PATH] })).toEqual([])
  expect(hosts.size).toBe(3)
})

test('a viewer reads verdicts and decides nothing', async () => {
  const tenant = await newTenant()
  const viewer = await tenant.as('viewer')
  await expect(viewer.verdicts.decide({ observables: [HASH], verdict: 'benign' })).rejects.toMatchObject({
    code: 'FORBIDDEN',
  })
  expect((await viewer.verdicts.list({})).rows).toEqual([])
})

test('each change of a verdict moves the number by which pages notice it', async () => {
  const tenant = await newTenant()
  const api = await tenant.as('user')
  const revision = async () => (await api.verdicts.revision()).revision
  const seen = [await revision()]
  const { undo } = await api.verdicts.decide({ observables: [HASH], verdict: 'benign' })
  seen.push(await revision())
  await api.verdicts.undo({ token: undo })
  seen.push(await revision())
  expect(new Set(seen).size).toBe(3)
})

test('the list of decisions is searched, filtered and paged', async () => {
  const tenant = await newTenant()
  const [ann, bob] = [await tenant.as('user'), await tenant.as('lead')]
  for (let at = 0; at < 6; at += 1)
    await ann.verdicts.decide({
      observables: [{ type: 'process', value: `p${at}.exe` }],
      verdict: 'benign',
      reason: at === 3 ? 'Change 7' : '',
    })
  const { ids } = await bob.verdicts.decide({ observables: [HASH], verdict: 'malicious' })
  const [last] = (await bob.verdicts.list({})).rows
  expect(last?.id).toBe(ids[0])
  expect((await bob.verdicts.list({ q: 'change' })).rows.map(({ value }) => value)).toEqual(['p3.exe'])
  expect((await bob.verdicts.list({ owner: tenant.people.lead.username })).total).toBe(1)
  expect((await bob.verdicts.list({ verdict: 'benign' })).total).toBe(6)
  await bob.verdicts.revoke({ id: last!.id, version: last!.version })
  expect((await bob.verdicts.list({ state: 'standing' })).total).toBe(6)
  const first = await bob.verdicts.list({ limit: 4 })
  const second = await bob.verdicts.list({ limit: 4, cursor: first.next! })
  expect(new Set([...first.rows, ...second.rows].map(({ id }) => id)).size).toBe(7)
})
