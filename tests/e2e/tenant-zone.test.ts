import type { Page } from 'playwright'
import { expect, test } from 'vitest'
import { newTenant } from '../support/world.ts'
import { bringCookie, visitor } from './browser.ts'

const THE_TENANTS = 'the tenant’s (Asia/Kathmandu)'
const zoneOf = (page: Page) => page.getByLabel('Time zone')
const textOf = (page: Page, selector: string) => page.locator(selector).first().textContent()

async function chooseLook(page: Page, zone: string) {
  await page.goto('/profile')
  await zoneOf(page).selectOption({ label: zone })
  await page.getByRole('button', { name: 'Save look' }).click()
  await page.getByText('The look is saved.').waitFor()
}

test.each([true, false])(
  'an admin sets the zone of the tenant, and everybody reads times in it who chose none; JavaScript: %s',
  async (javaScriptEnabled) => {
    const tenant = await newTenant()
    const options = { javaScriptEnabled, timezoneId: 'America/New_York', locale: 'de-AT' }
    const [admin, person] = [await visitor(options), await visitor(options)]
    await bringCookie(admin, await tenant.cookie('admin'))
    await bringCookie(person, await tenant.cookie('viewer'))
    await person.goto(`/tenants/${tenant.id}`)
    await expect.poll(() => textOf(person, 'dl.facts')).toContain('Time zoneUTCCreated (UTC)')
    await expect.poll(() => zoneOf(person).count()).toBe(0)

    await admin.goto(`/tenants/${tenant.id}`)
    await expect.poll(() => zoneOf(admin).inputValue()).toBe('UTC')
    await zoneOf(admin).selectOption('Asia/Kathmandu')
    await admin.getByRole('button', { name: 'Save time zone' }).click()
    await admin.getByText('The time zone is saved.').waitFor()
    await expect.poll(() => zoneOf(admin).inputValue()).toBe('Asia/Kathmandu')
    await expect.poll(() => textOf(admin, '.top time')).toMatch(/^\d\d:\d\d \+05:45$/)
    await admin.goto('/activity')
    await expect.poll(() => textOf(admin, 'main')).toContain('Tenant zone set')

    await person.goto(`/tenants/${tenant.id}`)
    await expect.poll(() => textOf(person, 'dl.facts')).toContain('Time zoneAsia/KathmanduCreated (Asia/Kathmandu)')
    const { created_at } = await tenant.as('viewer').tenants.get({ id: tenant.id })
    const wall = new Date(created_at.getTime() + 20_700_000).toISOString()
    const created = person.locator('dl.facts time')
    await expect.poll(() => created.textContent()).toContain(wall.slice(11, 16))
    await expect.poll(() => created.getAttribute('title')).toContain(`${created_at.toISOString().slice(11, 19)} UTC`)
  },
)

test.each([true, false])(
  'the profile says which zone the tenant has, and one’s own goes before it; JavaScript: %s',
  async (javaScriptEnabled) => {
    const tenant = await newTenant()
    await tenant.as('admin').tenants.setZone({ id: tenant.id, zone: 'Asia/Kathmandu' })
    const page = await visitor({ javaScriptEnabled })
    await bringCookie(page, await tenant.cookie('user'))
    await page.goto('/profile')
    await expect.poll(() => zoneOf(page).inputValue()).toBe('')
    await expect.poll(() => zoneOf(page).locator('option').first().textContent()).toBe(THE_TENANTS)
    await expect.poll(() => textOf(page, '.top time')).toContain('+05:45')
    await chooseLook(page, 'UTC')
    await expect.poll(() => zoneOf(page).inputValue()).toBe('UTC')
    await expect.poll(() => textOf(page, '.top time')).toContain('UTC')
    await chooseLook(page, THE_TENANTS)
    await expect.poll(() => zoneOf(page).inputValue()).toBe('')
    await expect.poll(() => textOf(page, '.top time')).toContain('+05:45')
  },
)

test('a zone of a tenant that is none is refused beside its field, and the one before stays', async () => {
  const tenant = await newTenant()
  await tenant.as('admin').tenants.setZone({ id: tenant.id, zone: 'Europe/Vienna' })
  const page = await visitor()
  await bringCookie(page, await tenant.cookie('admin'))
  await page.goto(`/tenants/${tenant.id}`)
  await page.waitForLoadState('networkidle')
  await zoneOf(page).evaluate((select: HTMLSelectElement) => {
    select.options[1]!.value = 'Europe/Wien'
    select.selectedIndex = 1
  })
  await page.getByRole('button', { name: 'Save time zone' }).click()
  await expect.poll(() => page.getByRole('alert').textContent()).toContain('The time zone was not saved.')
  await expect
    .poll(() => textOf(page, '.err'))
    .toContain('There is no such time zone. Choose one of the list, such as Europe/Vienna, or UTC.')
  await page.goto(`/tenants/${tenant.id}`)
  await expect.poll(() => zoneOf(page).inputValue()).toBe('Europe/Vienna')
})
