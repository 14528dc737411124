import type { Page } from 'playwright'
import { beforeAll, expect, test } from 'vitest'
import { stackLink } from '#app/lib/stack-link.ts'
import { jsonLines, newTenant, type Tenant } from '../support/world.ts'
import { faults } from './accessibility.ts'
import { DESK, PHONE, signIn, visitor } from './browser.ts'

const TASKS = 'Windows.System.TaskScheduler/Analysis'
const HOSTS = Array.from({ length: 12 }, (_, n) => `ws-${String(n).padStart(2, '0')}`)
let tenant: Tenant

const task = (host: string, Command: string, Arguments: string, run: number) => ({
  TaskName: `\\${Command.split('\\').at(-1)}`,
  Command,
  Arguments,
  UserId: 'SYSTEM',
  ClientId: `C.${host}`,
  Fqdn: host,
  FlowId: `F.${run}${host}`,
  Artifact: TASKS,
})

/** What every host has, what some have, and what an intruder left on one. */
const fleet = (run: number) =>
  HOSTS.flatMap((host, n) => [
    task(host, 'C:\\Windows\\System32\\defrag.exe', '-c -h', run),
    task(host, 'C:\\Windows\\System32\\cleanmgr.exe', '/autoclean', run),
    ...(n < 5 ? [task(host, 'C:\\Program Files\\Vendor\\update.exe', '--silent', run)] : []),
    ...(n === 3 && run > 1 ? [task(host, 'C:\\Users\\Public\\svch0st.exe', '\u202e-enc <b>SQBFAFgA</b>', run)] : []),
  ])

beforeAll(async () => {
  tenant = await newTenant()
  await tenant.deliver(jsonLines(fleet(1)))
  await tenant.deliver(jsonLines(fleet(2)))
})

const lines = (page: Page) => page.locator('table.stack tbody tr')
const commands = (more: Partial<Parameters<typeof stackLink>[0]> = {}) =>
  stackLink({ artifact: TASKS, columns: ['Command'], ...more })

async function hunter(options: Parameters<typeof visitor>[0] = {}): Promise<Page> {
  const page = await visitor(options)
  await signIn(page, tenant.people.user.username)
  return page
}

test('from the list of well-known stacks to what only one host has, its rows and its hosts', async () => {
  const page = await hunter()
  await page.goto('/stacks')
  await page.getByRole('link', { name: 'Scheduled task actions' }).click()
  await page.waitForURL(/columns=Command/)
  await lines(page).first().waitFor()
  await expect.poll(() => lines(page).first().textContent()).toContain('svch0st.exe')
  await expect.poll(() => lines(page).first().locator('.ctl').first().textContent()).toContain('202E')
  await page.getByRole('img', { name: /Long tail: .* 4 values/ }).waitFor()
  await expect.poll(() => faults(page)).toEqual([])
  await lines(page).first().getByTitle('Seen on 1 of 12 hosts').click()
  await page.getByRole('heading', { name: 'Hosts of a value' }).waitFor()
  await page.getByRole('link', { name: 'ws-03' }).waitFor()
  await expect.poll(() => page.locator('tbody tr').count()).toBe(1)
})

test('without JavaScript: lines are ticked, decided, hidden, counted and taken back', async () => {
  const page = await hunter({ javaScriptEnabled: false })
  await page.goto(commands())
  await expect.poll(() => lines(page).count()).toBe(4)
  for (const name of ['defrag', 'cleanmgr']) await page.getByRole('checkbox', { name: new RegExp(name) }).check()
  await page.getByPlaceholder('Reason, kept with the decision').fill('comes with Windows')
  await page.getByRole('button', { name: /^Benign/ }).click()
  await page.getByText('Decided benign: 2 values.').waitFor()
  await expect.poll(() => page.getByRole('img', { name: 'benign on all hosts' }).count()).toBe(2)
  await page.getByRole('link', { name: 'Hide decided' }).click()
  await expect.poll(() => lines(page).count()).toBe(2)
  await expect.poll(() => page.locator('.reading').textContent()).toContain('2 values of 4; 2 hidden')
  await page.getByRole('link', { name: '2 hidden' }).click()
  await expect.poll(() => lines(page).count()).toBe(4)
  await page.goto(commands())
  await page.goto('/verdicts')
  await expect.poll(() => page.locator('[data-verdicts]').textContent()).toContain('comes with Windows')
})

test('a remembered run shows nothing until something new comes; columns, shape and order are links', async () => {
  const page = await hunter()
  await page.goto(commands({ q: 'UserId:SYSTEM' }))
  await page.getByRole('button', { name: 'Remember this run' }).click()
  await page.getByRole('heading', { name: 'Nothing new' }).waitFor()
  await page.goto(commands())
  await page.getByText('Column', { exact: true }).first().click()
  await page.getByRole('link', { name: 'Arguments' }).click()
  await page.waitForURL(/columns=Arguments/)
  await expect.poll(() => lines(page).count()).toBe(4)
  await page.getByRole('link', { name: 'Shape' }).click()
  await page.waitForURL(/shape=1/)
  await page.getByRole('link', { name: 'Commonest first' }).click()
  await page.waitForURL(/by=common/)
  await expect.poll(() => lines(page).first().textContent()).toMatch(/defrag|cleanmgr/)
})

test('comparing the last two collections tells what one host has anew, with and without JavaScript', async () => {
  for (const javaScriptEnabled of [true, false]) {
    const page = await hunter({ javaScriptEnabled })
    await page.goto('/compare')
    await page.getByLabel('Artifact').selectOption(TASKS)
    await page.getByRole('button', { name: 'Compare' }).click()
    await page.getByText('1 new').waitFor()
    const row = page.locator('tbody tr')
    await expect.poll(() => row.count()).toBe(1)
    await expect.poll(() => row.textContent()).toContain('svch0st.exe')
    if (javaScriptEnabled) {
      await expect.poll(() => faults(page)).toEqual([])
    }
  }
})

test('on a phone, in either theme, nothing lies beyond the edge and nothing is out of reach', async () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    const page = await hunter({ viewport: PHONE, colorScheme, hasTouch: true })
    for (const path of ['/stacks', commands(), '/compare', `/compare?artifact=${encodeURIComponent(TASKS)}`]) {
      await page.goto(path)
      await page.waitForLoadState('networkidle')
      expect([path, await faults(page)]).toEqual([path, []])
      await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth)).toBe(PHONE.width)
      if (process.env.SHOTS)
        await page.screenshot({ path: `${process.env.SHOTS}/${colorScheme}-phone-${shotName(path)}.png` })
    }
    await page.setViewportSize(DESK)
    for (const path of [
      '/stacks',
      commands({ columns: ['Command', 'Arguments'] }),
      `/compare?artifact=${encodeURIComponent(TASKS)}`,
    ]) {
      await page.goto(path)
      await page.waitForLoadState('networkidle')
      if (process.env.SHOTS)
        await page.screenshot({ path: `${process.env.SHOTS}/${colorScheme}-desk-${shotName(path)}.png` })
    }
  }
})

const shotName = (path: string) => path.replace(/[^a-z]+/gi, '-').slice(1, 40)
