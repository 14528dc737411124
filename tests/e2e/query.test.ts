import type { Page } from 'playwright'
import { beforeAll, expect, test } from 'vitest'
import { jsonLines, newTenant, type Tenant } from '../support/world.ts'
import { faults } from './accessibility.ts'
import { DESK, PHONE, signIn, visitor } from './browser.ts'

const PSLIST = 'Windows.System.Pslist'
let tenant: Tenant

beforeAll(async () => {
  tenant = await newTenant()
  const rows = Array.from({ length: 12 }, (_, n) => ({
    Name: n === 7 ? '\u202eexe.tob "x" <b>' : n % 2 ? 'cmd.exe' : 'svchost.exe',
    Pid: n,
    Exe: 'C:\\Windows\\x.exe',
  }))
  await tenant.deliver(jsonLines(rows), { artifact: PSLIST, hostname: 'ws-01' })
})

const count = (page: Page) => page.locator('tbody tr').count()
const offers = (page: Page) => page.getByRole('listbox', { name: 'Completions' }).getByRole('option')
const bar = (page: Page) => page.getByLabel('Query', { exact: true })

test('by keyboard: a field and a value are completed, the query reads in plain words, Enter sends', async () => {
  const page = await visitor()
  await signIn(page, tenant.people.user.username)
  await page.goto(`/rows?artifact=${PSLIST}`)
  await page.waitForLoadState('networkidle')
  await bar(page).focus()
  await page.keyboard.type('Nam')
  await page.getByRole('option', { name: /^Name:/ }).waitFor()
  await page.keyboard.press('ArrowDown')
  await expect.poll(() => faults(page)).toEqual([])
  await page.keyboard.press('Enter')
  await expect.poll(() => bar(page).inputValue()).toBe('Name:')
  await page.getByRole('option', { name: /cmd\.exe/ }).waitFor()
  await page.keyboard.type('cm')
  await expect.poll(() => offers(page).count()).toBe(1)
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Tab')
  await expect.poll(() => bar(page).inputValue()).toBe('Name:cmd.exe ')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Enter')
  await page.waitForURL(/q=Name/)
  await expect.poll(() => count(page)).toBe(5)
  await expect.poll(() => page.locator('.reading').textContent()).toContain('whose Name is cmd.exe')
})

test('hostile values among the completions are text that is found', async () => {
  const page = await visitor()
  await signIn(page, tenant.people.user.username)
  await page.goto(`/rows?artifact=${PSLIST}`)
  await page.waitForLoadState('networkidle')
  await bar(page).fill('Name:\u202e')
  const option = page.getByRole('option', { name: /tob/ })
  await option.waitFor()
  await expect.poll(() => option.locator('.ctl').first().textContent()).toContain('202E')
  await expect.poll(() => option.locator('b').count()).toBe(0)
  await option.click()
  await bar(page).press('Enter')
  await page.waitForURL(/q=Name/)
  await expect.poll(() => count(page)).toBe(1)
})

test('without JavaScript: the mistake is shown at its place, a link mends it, values narrow and exclude', async () => {
  const page = await visitor({ javaScriptEnabled: false })
  await signIn(page, tenant.people.user.username)
  await page.goto(`/rows?artifact=${PSLIST}`)
  await bar(page).fill('svchost Nmae:cmd.exe')
  await page.getByRole('button', { name: 'Apply' }).click()
  await expect.poll(() => page.getByRole('alert').textContent()).toContain('No row has a field “Nmae”')
  await expect.poll(() => page.locator('mark').textContent()).toBe('Nmae')
  await expect.poll(() => bar(page).getAttribute('aria-invalid')).toBe('true')
  await page.getByRole('alert').getByRole('link', { name: 'Name' }).click()
  await expect.poll(() => bar(page).inputValue()).toBe('svchost Name:cmd.exe')
  await expect.poll(() => count(page)).toBe(0)

  await page.goto(`/rows?artifact=${PSLIST}`)
  await page.locator('tbody a[aria-label="Open row"]:visible').first().click()
  const preview = page.getByRole('complementary', { name: 'Row preview' })
  await preview.getByRole('link', { name: 'Only rows without this Name' }).click()
  await expect.poll(() => bar(page).inputValue()).toBe('-Name:"cmd.exe"')
  await expect.poll(() => count(page)).toBe(7)
  await page.locator('summary', { hasText: 'How to ask' }).click()
  await page.locator('.columns').getByRole('link', { name: 'Exe' }).click()
  await expect.poll(() => bar(page).inputValue()).toBe('-Name:"cmd.exe" Exe:*')
})

test('a mistake is answered by 422, and plain words in the address do what they always did', async () => {
  const page = await visitor()
  await signIn(page, tenant.people.user.username)
  expect((await page.goto('/rows?q=(a'))?.status()).toBe(422)
  for (const viewport of [DESK, PHONE]) {
    await page.setViewportSize(viewport)
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      await expect.poll(() => faults(page)).toEqual([])
    }
    await expect
      .poll(() => page.evaluate(() => document.documentElement.scrollWidth))
      .toBeLessThanOrEqual(viewport.width)
  }
  expect((await page.goto('/rows?q=cmd+windows'))?.status()).toBe(200)
  await expect.poll(() => count(page)).toBe(5)
})
