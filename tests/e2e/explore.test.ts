import type { Page } from 'playwright'
import { beforeAll, expect, test } from 'vitest'
import { jsonLines, newTenant, type Tenant } from '../support/world.ts'
import { faults } from './accessibility.ts'
import { DESK, PHONE, signIn, visitor } from './browser.ts'

const PSLIST = 'Windows.System.Pslist'
// IEX (New-Object Net.WebClient), as powershell -enc takes it: base64 of UTF-16LE.
const SECRET = 'IEX (New-Object Net.WebClient)'
const ENCODED = Buffer.from(SECRET, 'utf16le').toString('base64')
let tenant: Tenant

beforeAll(async () => {
  tenant = await newTenant()
  for (const host of ['ws-01', 'ws-02', 'ws-03']) {
    const rows = Array.from({ length: 40 }, (_, n) => ({
      Name: n % 8 === 7 ? '\u202eexe.tob <b>' : n % 2 ? 'cmd.exe' : 'svchost.exe',
      Pid: n,
      CommandLine: n === 5 && host === 'ws-02' ? `powershell -enc ${ENCODED}` : `run ${n % 3}`,
      Username: `CORP\\user${n % 4}`,
      ...(n % 10 === 0 ? {} : { CreateTime: new Date(Date.UTC(2026, 0, 5, n)).toISOString() }),
    }))
    await tenant.deliver(jsonLines(rows), { artifact: PSLIST, hostname: host })
  }
})

const count = (page: Page) => page.locator('table[data-grid] tbody tr').count()
const bar = (page: Page) => page.getByLabel('Query', { exact: true })
const total = (page: Page) => page.locator('.reading [role="status"]').textContent()

test('with JavaScript: from the landing to the rows by histogram, values, boxes, order and columns of one’s own', async () => {
  const page = await visitor()
  await signIn(page, tenant.people.user.username)
  await page.goto('/rows')
  await expect.poll(() => page.locator('main').textContent()).toContain('120 rows of 1 artifact')
  await page.getByRole('link', { name: PSLIST }).click()
  await page.waitForURL(/artifact=/)
  const plot = page.locator('svg.histogram')
  await plot.waitFor()
  await page.getByRole('navigation', { name: 'Values' }).getByText('svchost.exe').waitFor()
  await page.getByRole('link', { name: '12 undated' }).waitFor()

  const box = (await plot.boundingBox())!
  await page.mouse.move(box.x + box.width * 0.25, box.y + 30)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width * 0.5, box.y + 30, { steps: 4 })
  await page.mouse.up()
  await page.waitForURL(/from=2026-01-0/)
  await expect.poll(() => page.getByLabel('From (UTC)').inputValue()).toMatch(/^2026-01-0/)
  await page.goto(`/rows?artifact=${PSLIST}`)

  await page
    .getByRole('navigation', { name: 'Values' })
    .getByRole('link', { name: /cmd\.exe/ })
    .first()
    .click()
  await page.waitForURL(/q=Name/)
  await expect.poll(() => total(page)).toContain('45 rows')
  await page.getByLabel('Filter CommandLine').fill('run 1')
  await page.getByLabel('Filter CommandLine').press('Enter')
  await page.waitForURL(/CommandLine/)
  await expect.poll(() => bar(page).inputValue()).toBe('Name:"cmd.exe" CommandLine:*"run 1"*')
  await expect.poll(() => page.getByLabel('Filter CommandLine').inputValue()).toBe('run 1')

  await page.goto(`/rows?artifact=${PSLIST}&limit=20`)
  await page.getByRole('link', { name: 'Pid', exact: true }).click()
  await page.waitForURL(/sort=Pid/)
  await page.getByRole('link', { name: 'Also sort by Name' }).click()
  await page.waitForURL(/sort=Pid&sort=Name/)
  await expect.poll(() => page.locator('.reading').textContent()).toContain('by Pid, then Name')
  await page.getByRole('link', { name: 'Next' }).click()
  await page.waitForURL(/cursor=/)
  await page.getByRole('link', { name: 'Previous' }).click()
  await page.waitForURL(/cursor=b/)
  await expect.poll(() => page.locator('.pager b').textContent()).toBe('1–20')

  await page.locator('summary', { hasText: 'Columns' }).click()
  await page.locator('.column-line').getByRole('checkbox', { name: 'Pid', exact: true }).uncheck()
  await page.getByRole('button', { name: 'Keep for me' }).click()
  await expect.poll(() => page.getByRole('columnheader', { name: /Pid/ }).count()).toBe(0)
  await page.goto(`/rows?artifact=${PSLIST}`)
  await expect.poll(() => page.getByRole('columnheader', { name: /Pid/ }).count()).toBe(0)
})

test('without JavaScript: the same by links and forms, and what is hidden in a value is read beside it', async () => {
  const page = await visitor({ javaScriptEnabled: false })
  await signIn(page, tenant.people.lead.username)
  await page.goto(`/rows?artifact=${PSLIST}`)
  await page.getByRole('link', { name: 'Count these rows over time and by value' }).click()
  await expect.poll(() => page.locator('svg.histogram').count()).toBe(1)
  await page.getByRole('link', { name: '12 undated' }).click()
  await expect.poll(() => total(page)).toContain('12 rows')
  await page.goto(`/rows?artifact=${PSLIST}&counts=1`)
  await page
    .getByRole('navigation', { name: 'Values' })
    .getByRole('link', { name: 'Only rows without Name cmd.exe' })
    .click()
  await expect.poll(() => total(page)).toContain('75 rows')
  await page.goto(`/rows?artifact=${PSLIST}`)
  await page.getByLabel('Filter CommandLine').fill('/-enc/')
  await page.getByRole('button', { name: 'Go' }).click()
  await expect.poll(() => count(page)).toBe(1)
  await page.locator('tbody a[data-act="preview"]').click()
  const preview = page.getByRole('complementary', { name: 'Row preview' })
  await expect.poll(() => preview.locator('.decoded').textContent()).toContain(SECRET)
  await expect.poll(() => preview.textContent()).toContain('On this host, five minutes around')
})

test('phone and desk, light and dark: no fault of accessibility, nothing wider than the page, hostile values inert', async () => {
  const page = await visitor()
  await signIn(page, tenant.people.viewer.username)
  for (const path of ['/rows', `/rows?artifact=${PSLIST}&counts=1`, '/rows?q=*&counts=1']) {
    await page.goto(path)
    await page.waitForLoadState('networkidle')
    for (const viewport of [DESK, PHONE]) {
      await page.setViewportSize(viewport)
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
        await expect.poll(() => faults(page), { message: `${path} ${viewport.width} ${colorScheme}` }).toEqual([])
      }
      await expect
        .poll(() => page.evaluate(() => document.documentElement.scrollWidth), { message: path })
        .toBeLessThanOrEqual(viewport.width)
    }
    await expect.poll(() => page.locator('main b', { hasText: 'tob' }).count()).toBe(0)
  }
})
