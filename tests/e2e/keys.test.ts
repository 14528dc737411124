import type { Page } from 'playwright'
import { beforeAll, expect, test } from 'vitest'
import { jsonLines, newTenant, type Tenant } from '../support/world.ts'
import { faults } from './accessibility.ts'
import { signIn, visitor } from './browser.ts'

const PSLIST = 'Windows.System.Pslist'
const GRID = `/rows?artifact=${PSLIST}`
let tenant: Tenant

beforeAll(async () => {
  tenant = await newTenant()
  const rows = Array.from({ length: 8 }, (_, n) => ({
    Name: n % 2 ? 'cmd.exe' : 'svchost.exe',
    Pid: n,
    Exe: `C:\\${n}.exe`,
  }))
  await tenant.deliver(jsonLines(rows), { artifact: PSLIST, hostname: 'ws-01' })
})

async function at(path: string, role: 'user' | 'lead' | 'admin' | 'viewer' = 'user'): Promise<Page> {
  const page = await visitor()
  await signIn(page, tenant.people[role].username)
  await page.goto(path)
  await page.waitForLoadState('networkidle')
  return page
}
const cursor = (page: Page) => page.locator('td[data-cursor="cell"]')
const press = async (page: Page, ...keys: string[]) => {
  for (const key of keys) await page.keyboard.press(key)
}
/** Moves to a cell of this text in the row of the cursor. */
async function toCell(page: Page, text: string) {
  for (let n = 0; n < 8 && !(await cursor(page).textContent())?.includes(text); n += 1) await press(page, 'l')
  await expect.poll(() => cursor(page).textContent()).toContain(text)
}

test('the cursor moves by keys, is seen and read out, opens the preview, narrows to its value and goes back', async () => {
  const page = await at(GRID)
  await press(page, 'j', 'j')
  await expect
    .poll(() => page.locator('tr[data-cursor="row"]').getAttribute('data-row'))
    .toBe(await page.locator('tbody tr').nth(1).getAttribute('data-row'))
  await expect.poll(() => cursor(page).evaluate((cell) => cell === document.activeElement)).toBe(true)
  await expect.poll(() => page.locator('table[data-grid]').getAttribute('role')).toBe('grid')
  await expect.poll(() => faults(page)).toEqual([])

  await press(page, 'Space')
  const preview = page.getByRole('complementary', { name: 'Row preview' })
  await preview.waitFor()
  await expect.poll(() => page.locator('tr[data-cursor="row"]').getAttribute('aria-current')).toBe('true')
  await press(page, 'Escape')
  await preview.waitFor({ state: 'detached' })

  await toCell(page, 'svchost.exe')
  await press(page, '+')
  await page.waitForURL(/q=Name/)
  await expect.poll(() => page.locator('tbody tr').count()).toBe(4)
  await page.getByLabel('Trail, 2 steps').waitFor()
  await press(page, 'b')
  await page.locator('.trail-steps a').first().waitFor()
  await expect.poll(() => page.locator('.trail-steps a').count()).toBe(2)
  await press(page, 'Escape', 'Escape')
  await page.waitForURL((url) => !url.searchParams.has('q'))
  await expect.poll(() => page.locator('tbody tr').count()).toBe(8)
})

test('a column is stacked by key from any of its cells, and from its head with the mouse', async () => {
  const page = await at(GRID)
  await press(page, '.', 'j') // no cell is meant yet
  await toCell(page, 'cmd.exe')
  await press(page, '.')
  await page.waitForURL((url) => url.pathname === '/stacks' && url.searchParams.get('columns') === 'Name')
  await page.goto(GRID)
  await page.waitForLoadState('networkidle')
  const head = page.locator('th', { hasText: 'Exe' })
  await head.hover()
  await head.getByTitle('Stack this column').click()
  await page.waitForURL((url) => url.pathname === '/stacks' && url.searchParams.get('columns') === 'Exe')
})

test('a value is decided about and narrowed to with the mouse, offered in the cell under it and in no other', async () => {
  const page = await at(GRID)
  const offers = page.locator('td .pick.mouse')
  const cell = page.locator('td[data-column="Name"]', { hasText: 'cmd.exe' })
  await cell.nth(1).hover()
  await expect.poll(() => offers.count()).toBe(1)
  await page.mouse.move(0, 0)
  await expect.poll(() => offers.count()).toBe(0)
  await cell.nth(1).hover()
  await cell.nth(1).getByTitle('Decide suspicious').click()
  await expect.poll(() => page.locator('td[data-column="Name"] svg.v').count()).toBe(4)
  await cell.nth(2).hover()
  await cell.nth(2).getByTitle('Clear the verdict').click()
  await expect.poll(() => page.locator('td[data-column="Name"] svg.v').count()).toBe(0)
  await cell.nth(0).hover()
  await cell.nth(0).getByTitle('Only without this').click()
  await page.waitForURL(/q=/)
  await expect.poll(() => cell.count()).toBe(0)
})

test('keys go to screens, to the query, and do nothing inside a field or with a modifier', async () => {
  const page = await at('/hosts')
  await press(page, 'g', 'e')
  await page.waitForURL(/\/rows$/)
  await page.getByRole('heading', { name: 'Explore', level: 1 }).waitFor({ state: 'attached' })
  await press(page, '/')
  await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('name'))).toBe('q')
  await page.keyboard.type('gm j?')
  await expect.poll(() => page.evaluate(() => (document.activeElement as HTMLInputElement).value)).toBe('gm j?')
  expect(page.url()).toMatch(/\/rows$/)
  await expect.poll(() => page.locator('dialog').count()).toBe(0)
  await page.goto('/hosts')
  await page.waitForLoadState('networkidle')
  await press(page, 'Alt+j')
  await expect.poll(() => cursor(page).count()).toBe(0)
  await press(page, 'j', 'Enter')
  await page.waitForURL(/\/hosts\/\d+/)
})

test('the values beside the rows are walked by keys, and Enter takes one', async () => {
  const page = await at(GRID)
  await page.locator('[data-facet]').first().waitFor()
  const at3 = (await page.locator('[data-facet]').allTextContents())[2]
  await press(page, ']', ']', ']', ']', '[')
  await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe(at3)
  await press(page, 'Enter')
  await page.waitForURL((url) => url.search !== new URL(GRID, url).search)
})

test('the help lists what this screen has, and leads to where keys are changed', async () => {
  const page = await at(GRID)
  await press(page, '?')
  const dialog = page.getByRole('dialog', { name: 'Keys of this screen' })
  await dialog.waitFor()
  const text = await dialog.textContent()
  for (const title of ['Next row', 'Only rows with this value', 'Star the row', 'Save this view', 'Focus the query'])
    expect(text).toContain(title)
  expect(text).not.toContain('Take a column off the stack')
  await expect.poll(() => faults(page)).toEqual([])
  await press(page, 'Escape')
  await dialog.waitFor({ state: 'detached' })
  await page.getByRole('link', { name: 'Keys of this screen' }).click()
  await dialog.getByRole('link', { name: 'your profile' }).click()
  await page.waitForURL(/\/profile/)
})

test('the help lists what is done to values only where there are some, and deciding only to who may', async () => {
  const titles = ['Next row', 'Only rows with this value', 'Malicious', 'Clear the verdict', 'Save this view']
  const offers = async (path: string, role: 'user' | 'viewer', expected: string[]) => {
    const page = await at(path, role)
    await press(page, '?')
    const text = async () => (await page.getByRole('dialog', { name: 'Keys of this screen' }).textContent()) ?? ''
    const listed = async () => {
      const told = await text()
      return titles.filter((title) => told.includes(title))
    }
    await expect.poll(listed).toEqual(expected)
  }
  await offers(GRID, 'user', ['Next row', 'Only rows with this value', 'Malicious', 'Save this view'])
  await offers(GRID, 'viewer', ['Next row', 'Only rows with this value'])
  await offers(`${GRID}&q=Name:nothing`, 'user', ['Save this view'])
})

test('without JavaScript a key is changed on the profile, a clash is refused beside both; then the new key works', async () => {
  const page = await visitor({ javaScriptEnabled: false })
  await signIn(page, tenant.people.lead.username)
  await page.goto('/profile')
  const field = (name: string) => page.getByLabel(name, { exact: true })
  await field('Next row').fill('k')
  await page.getByRole('button', { name: 'Save keys' }).click()
  await expect
    .poll(() => page.locator('.key-field .err').allTextContents())
    .toEqual([expect.stringContaining('row up'), expect.stringContaining('row down')])
  await expect.poll(() => field('Next row').inputValue()).toBe('k')
  await field('Next row').fill('n')
  await page.getByRole('button', { name: 'Save keys' }).click()
  await page.getByText('The keys are saved.').waitFor()

  const second = await at(GRID, 'lead')
  await press(second, 'j')
  await expect.poll(() => cursor(second).count()).toBe(0)
  await press(second, 'n')
  await expect.poll(() => cursor(second).count()).toBe(1)
  await second.goto('/profile')
  await second.getByLabel(/Single keys do something/).uncheck()
  await second.getByRole('button', { name: 'Save keys' }).click()
  await second.getByText('The keys are saved.').waitFor()
  await second.goto(GRID)
  await second.waitForLoadState('networkidle')
  await press(second, 'n')
  await expect.poll(() => cursor(second).count()).toBe(0)
})

test('Ctrl K finds a host, a screen and a view by keyboard, and Enter alone searches the rows', async () => {
  await tenant.as('user').views.create({ name: 'Shells', address: '/rows?q=cmd', audience: 'personal' })
  const page = await at('/')
  await press(page, 'Control+k')
  await page.keyboard.type('ws-0')
  const option = (name: RegExp) => page.getByRole('listbox', { name: 'Finds' }).getByRole('option', { name })
  await option(/ws-01.*host/)
    .first()
    .waitFor()
  await expect.poll(() => faults(page)).toEqual([])
  await press(page, 'ArrowDown', 'Enter')
  await page.waitForURL(/\/hosts\/\d+/)
  await press(page, 'Control+k')
  await page.keyboard.type('shell')
  await option(/Shells/).waitFor()
  await option(/Shells/).click()
  await page.waitForURL(/q=cmd/)
  await press(page, 'Control+k')
  await page.keyboard.type('svchost')
  await press(page, 'Enter')
  await page.waitForURL(/q=svchost/)
})
