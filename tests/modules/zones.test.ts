import { expect, test } from 'vitest'
import { addPerson, base, installation, newTenant, pool, type Tenant } from '../support/world.ts'

const LOOK = { theme: 'system', density: 'compact' } as const
const VIENNA = 'Europe/Vienna'
const NONE = 'There is no such time zone. Choose one of the list, such as Europe/Vienna, or UTC.'

/** What the admin of a tenant does. */
const setZone = (tenant: Tenant, zone: string) => tenant.as('admin').tenants.setZone({ id: tenant.id, zone })

/** The zone in which the page of a tenant shows times to whoever has the cookie. */
async function shown(tenant: Pick<Tenant, 'id'>, cookie: string) {
  const answer = await fetch(`${installation.url}/tenants/${tenant.id}`, { headers: { cookie } })
  return (await answer.text()).match(/Created \(([^)]+)\)/)?.[1]
}

test('a tenant is in UTC until its admin says otherwise, and its people see times in its zone', async () => {
  const tenant = await newTenant()
  const cookie = await tenant.cookie('viewer')
  expect((await tenant.as('viewer').tenants.get({ id: tenant.id })).zone).toBe('UTC')
  expect(await shown(tenant, cookie)).toBe('UTC')
  expect(await setZone(tenant, VIENNA)).toEqual({ id: tenant.id, zone: VIENNA })
  expect((await tenant.as('viewer').tenants.get({ id: tenant.id })).zone).toBe('Europe/Vienna')
  expect(await shown(tenant, cookie)).toBe('Europe/Vienna')
  const newcomer = await addPerson(tenant.id, 'user')
  const session = await base.auth.sessions.open(newcomer.id, tenant.id, { ip: null, userAgent: 'test' })
  expect(await shown(tenant, session.split(';')[0]!)).toBe('Europe/Vienna')
})

test('a zone of one’s own goes before the tenant’s, UTC too, until it is given up', async () => {
  const tenant = await newTenant()
  const cookie = await tenant.cookie('user')
  const { preferences } = tenant.as('user').identity
  await setZone(tenant, VIENNA)
  await preferences({ ...LOOK, zone: 'Asia/Kathmandu' })
  expect(await shown(tenant, cookie)).toBe('Asia/Kathmandu')
  await preferences({ ...LOOK, zone: 'UTC' })
  expect(await shown(tenant, cookie)).toBe('UTC')
  await setZone(tenant, 'America/St_Johns')
  await preferences(LOOK)
  expect(await shown(tenant, cookie)).toBe('UTC')
  await preferences({ ...LOOK, zone: null })
  expect(await shown(tenant, cookie)).toBe('America/St_Johns')
})

test('who is in two tenants reads times in the zone of the one they are in', async () => {
  const [one, two] = [await newTenant(), await newTenant()]
  const account_id = one.people.lead.id
  await pool.insertInto('membership').values({ tenant_id: two.id, account_id, role: 'viewer' }).execute()
  await setZone(one, VIENNA)
  await setZone(two, 'Asia/Kathmandu')
  expect(await shown(one, await one.cookie('lead'))).toBe('Europe/Vienna')
  const other = await base.auth.sessions.open(account_id, two.id, { ip: null, userAgent: 'test' })
  expect(await shown(two, other.split(';')[0]!)).toBe('Asia/Kathmandu')
  await setZone(two, 'UTC')
  expect(await shown(one, await one.cookie('lead'))).toBe('Europe/Vienna')
})

test('only an admin sets the zone, of their own tenant alone, and the activity says so', async () => {
  const [tenant, other] = [await newTenant(), await newTenant()]
  for (const role of ['viewer', 'user', 'lead'] as const)
    await expect(tenant.as(role).tenants.setZone({ id: tenant.id, zone: VIENNA }), role).rejects.toMatchObject({
      code: 'FORBIDDEN',
    })
  const foreign = tenant.as('admin').tenants.setZone({ id: other.id, zone: VIENNA })
  await expect(foreign).rejects.toMatchObject({ code: 'NOT_FOUND' })
  await setZone(tenant, VIENNA)
  expect((await other.as('admin').tenants.get({ id: other.id })).zone).toBe('UTC')
  await expect(other.as('admin').tenants.get({ id: tenant.id })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  const { rows } = await tenant.as('viewer').activity.list({})
  expect(rows.map(({ verb, actor_name }) => [verb, actor_name])).toEqual([
    ['tenant.zone_set', tenant.people.admin.username],
  ])
  expect(rows[0]!.detail).toEqual({ zone: VIENNA })
})

test.each(['Europe/Wien', 'europe/vienna', '', '+01:00', 'x'.repeat(65)])('%j is no zone of a tenant', async (zone) => {
  const tenant = await newTenant()
  const refused = setZone(tenant, zone)
  await expect(refused).rejects.toMatchObject({ code: 'BAD_REQUEST' })
  await expect(refused).rejects.toThrow(NONE)
  expect((await tenant.as('viewer').tenants.get({ id: tenant.id })).zone).toBe('UTC')
  expect((await tenant.as('viewer').activity.list({})).rows).toEqual([])
})
