import { expect, test } from 'vitest'
import { newTenant, type Tenant } from '../support/world.ts'

const VIEW = { name: 'Odd paths', description: 'What lies in Temp', address: '/rows?q=Path:*Temp*' }
const list = (api: ReturnType<Tenant['as']>, more: object = {}) => api.views.list({ ...more })
const names = ({ rows }: { rows: { name: string }[] }) => rows.map(({ name }) => name)

test('a view is its owner’s until it is shared; then everybody of the tenant has it, and nobody else', async () => {
  const [tenant, other] = [await newTenant(), await newTenant()]
  const own = await tenant.as('user').views.create({ ...VIEW, audience: 'personal' })
  expect(names(await list(tenant.as('user')))).toEqual(['Odd paths'])
  expect(names(await list(tenant.as('lead')))).toEqual([])
  await expect(tenant.as('lead').views.get({ id: own.id })).rejects.toMatchObject({ code: 'NOT_FOUND' })

  await tenant.as('user').views.update({ ...own, audience: 'shared' })
  expect(names(await list(tenant.as('viewer'), { whose: 'shared' }))).toEqual(['Odd paths'])
  expect(names(await list(tenant.as('lead'), { whose: 'mine' }))).toEqual([])
  expect((await tenant.as('lead').views.get({ id: own.id })).owner_name).toBe(tenant.people.user.username)
  await expect(other.as('admin').views.get({ id: own.id })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  await expect(other.as('admin').views.remove({ id: own.id })).rejects.toMatchObject({ code: 'NOT_FOUND' })
})

test('a change names the version it was made on; of two at once the second is refused and told what is stored', async () => {
  const tenant = await newTenant()
  const view = await tenant.as('user').views.create({ ...VIEW, audience: 'shared' })
  const first = await tenant.as('lead').views.update({ ...view, name: 'Odd paths in Temp', audience: 'shared' })
  expect(first.version).toBe(2)
  const late = tenant.as('user').views.update({ ...view, name: 'Mine', audience: 'shared' })
  await expect(late).rejects.toMatchObject({
    code: 'CONFLICT',
    cause: { fields: { 'stored.name': 'Odd paths in Temp', 'stored.version': '2' } },
  })
  const both = await Promise.allSettled(
    ['One', 'Two'].map((name) => tenant.as('user').views.update({ ...first, name, audience: 'shared' })),
  )
  expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  expect((await tenant.as('user').views.get({ id: view.id })).version).toBe(3)
})

test('only its owner takes a shared view back, only its owner or a lead deletes it, a viewer keeps none', async () => {
  const tenant = await newTenant()
  const view = await tenant.as('user').views.create({ ...VIEW, audience: 'shared' })
  const ofLead = await tenant.as('lead').views.create({ ...VIEW, audience: 'shared' })
  await expect(tenant.as('lead').views.update({ ...view, audience: 'personal' })).rejects.toMatchObject({
    code: 'FORBIDDEN',
  })
  await expect(tenant.as('user').views.remove({ id: ofLead.id })).rejects.toMatchObject({ code: 'FORBIDDEN' })
  await tenant.as('lead').views.remove({ id: view.id })
  expect((await list(tenant.as('user'))).total).toBe(1)
  await expect(tenant.as('viewer').views.create({ ...VIEW })).rejects.toMatchObject({ code: 'FORBIDDEN' })
})

test('views are found by name, description and what they ask, in keyset pages that miss none', async () => {
  const tenant = await newTenant()
  const api = tenant.as('user')
  for (let n = 0; n < 7; n += 1)
    await api.views.create({ ...VIEW, name: `View ${n}`, description: n % 2 ? 'odd_one' : '' })
  expect((await list(api, { q: 'odd_' })).total).toBe(3)
  expect((await list(api, { q: 'path:' })).total).toBe(7)
  const found: string[] = []
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await list(api, { limit: 3, sort: 'name', dir: 'asc', cursor: cursor ?? undefined })
    found.push(...names(page))
    cursor = page.next
  }
  expect(found).toEqual(Array.from({ length: 7 }, (_, n) => `View ${n}`))
})

test.each([
  '//evil.example/rows',
  'https://evil.example/rows',
  '/\\evil.example',
  '/users',
  '/rows\n',
  'javascript:alert(1)',
])('the address %j is no view', async (address) => {
  const tenant = await newTenant()
  await expect(tenant.as('user').views.create({ ...VIEW, address })).rejects.toMatchObject({ code: 'BAD_REQUEST' })
})

test('the last twenty addresses of each person are remembered, the newest first, each once', async () => {
  const tenant = await newTenant()
  const api = tenant.as('user')
  for (let n = 0; n < 23; n += 1) await api.views.visit({ address: `/rows?q=${n}` })
  await api.views.visit({ address: '/rows?q=10' })
  const recent = (await api.views.recent()).map(({ address }) => address)
  expect(recent).toHaveLength(20)
  expect(recent.slice(0, 3)).toEqual(['/rows?q=10', '/rows?q=22', '/rows?q=21'])
  expect(recent).not.toContain('/rows?q=2')
  expect(await tenant.as('lead').views.recent()).toEqual([])
})

test('a link that was sent waits unread in the inbox of that colleague alone', async () => {
  const [tenant, other] = [await newTenant(), await newTenant()]
  const link = { to: tenant.people.lead.username.toUpperCase(), address: '/rows?q=x', title: 'Look', note: 'at line 2' }
  const { id } = await tenant.as('user').views.send(link)
  const inbox = await tenant.as('lead').views.inbox({})
  expect(inbox.rows).toMatchObject([
    { id, title: 'Look', note: 'at line 2', sender_name: tenant.people.user.username, read_at: null },
  ])
  expect(inbox.unread).toBe(1)
  expect((await tenant.as('admin').views.inbox({})).rows).toEqual([])
  await expect(tenant.as('admin').views.read({ id })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  await tenant.as('lead').views.read({ id })
  expect(await tenant.as('lead').views.inbox({ state: 'unread' })).toMatchObject({ rows: [], unread: 0 })
  const stranger = tenant.as('user').views.send({ ...link, to: other.people.user.username })
  await expect(stranger).rejects.toMatchObject({ cause: { fields: { to: 'Nobody of this tenant.' } } })
  expect(await tenant.as('user').views.colleagues()).not.toContain(other.people.user.username)
})

test('finding reaches hosts, values and the views one may see, of this tenant only', async () => {
  const [tenant, other] = [await newTenant(), await newTenant()]
  const row = '{"ClientId":"C.00aa11bb22cc33dd","Hostname":"Finder-01","Name":"findme.exe","Exe":"C:\\\\findme.exe"}\n'
  await tenant.deliver(row, { artifact: 'Windows.System.Pslist' })
  await tenant.as('user').views.create({ ...VIEW, name: 'Find the odd', audience: 'personal' })
  const found = await tenant.as('user').palette.find({ q: 'find' })
  expect(found.hosts).toMatchObject([{ hostname: 'Finder-01' }])
  expect(names({ rows: found.views })).toEqual(['Find the odd'])
  expect(found.values?.map(({ value }) => value)).toContain('findme.exe')
  expect((await tenant.as('lead').palette.find({ q: 'find' })).views).toEqual([])
  expect(await other.as('admin').palette.find({ q: 'find' })).toEqual({ hosts: [], views: [], values: [] })
  expect(await tenant.as('user').palette.find({ q: '%' })).toEqual({ hosts: [], views: [], values: [] })
})

test('keys are a person’s own; two acts with one key, or one that begins another, are refused beside both', async () => {
  const tenant = await newTenant()
  const api = tenant.as('viewer')
  await api.identity.keys({ on: false, acts: { include: 'i', 'go-hosts': 'g h', exclude: '' } })
  const clash = api.identity.keys({ on: true, acts: { include: 'g', 'go-hosts': 'g h' } })
  await expect(clash).rejects.toMatchObject({
    code: 'UNPROCESSABLE_CONTENT',
    cause: { fields: { include: expect.stringContaining('go hosts'), 'go-hosts': expect.stringContaining('include') } },
  })
  await expect(api.identity.keys({ on: true, acts: { include: 'too long' } })).rejects.toMatchObject({
    code: 'BAD_REQUEST',
  })
  expect(await api.identity.me()).not.toHaveProperty('keys')
})
