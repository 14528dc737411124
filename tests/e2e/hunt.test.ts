import type { Page } from 'playwright'
import { describe, expect, test } from 'vitest'
import { newTenant } from '../support/world.ts'
import { signIn, visitor } from './browser.ts'

// Spacing, an umlaut and a number beyond a float's digits: what comes back must be these very characters.
const EXACT = '{"ClientId":"C.00aa11bb22cc33dd", "Pid":9223372036854775807,  "Name":"mimikätz.exe","Cmd":"a\\\\b"}'
const LINES = [
  '{"ClientId":"C.00aa11bb22cc33dd","Pid":4,"Name":"System"}',
  EXACT,
  '{"ClientId":"C.00aa11bb22cc33dd","Pid":88,"Name":"smss.exe"}',
]
const FILE = { name: 'pslist.jsonl', mimeType: 'application/x-ndjson', buffer: Buffer.from(`${LINES.join('\n')}\n`) }

const upload = async (page: Page) => {
  await page.getByRole('link', { name: 'Deliveries' }).first().click()
  await page.getByRole('heading', { name: 'Deliveries' }).waitFor() // an empty overview holds the same form
  await page.getByLabel('Artifact, if the rows do not say').fill('Windows.System.Pslist')
  await page.getByLabel('Files').setInputFiles(FILE)
  await page.getByRole('button', { name: 'Upload' }).click()
}

const receipt = (page: Page) => page.locator('.receipt')

async function reloadUntilDone(page: Page) {
  const receipts = async () => {
    await page.reload()
    return receipt(page).count()
  }
  await expect.poll(receipts, { interval: 200 }).toBe(1)
}

async function findAndOpen(page: Page) {
  await page.getByRole('combobox', { name: 'Find or jump' }).fill('mimikätz')
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/(rows|find)\?/)
  // Without JavaScript the form leads to the page of finds.
  if (page.url().includes('/find')) await page.getByRole('link', { name: 'Rows that hold mimikätz' }).click()
  await page.waitForURL(/\/rows\?/)
  await expect.poll(() => page.locator('tbody tr').count()).toBe(1)
  await page.locator('tbody a.lead:visible').first().click()
  await page.waitForURL(/\/rows\/[^?]+$/)
  expect((await page.locator('.raw').textContent())?.trim()).toBe(EXACT)
}

async function signOut(page: Page) {
  await page.getByRole('button', { name: 'Sign out' }).first().click()
  await page.waitForURL(/\/login/)
  await page.goto('/rows')
  expect(new URL(page.url()).pathname).toBe('/login')
}

describe('from a file to its row', () => {
  test('with JavaScript: upload, see it done, find a row, read it exactly, sign out', async () => {
    const tenant = await newTenant()
    const page = await visitor()
    await signIn(page, tenant.people.user.username)
    await upload(page)
    const uploads = page.getByRole('list', { name: 'Uploads of this visit' })
    await uploads.getByText('done').waitFor()
    await uploads.getByRole('link', { name: 'pslist.jsonl' }).click()
    await receipt(page).waitFor()
    await expect
      .poll(() => receipt(page).textContent())
      .toMatch(/3 rows received = 3 stored \+ 0 duplicate \+ 0 rejected/)
    await findAndOpen(page)
    await signOut(page)
  })

  test('without JavaScript: the same way, by forms and links alone', async () => {
    const tenant = await newTenant()
    const page = await visitor({ javaScriptEnabled: false })
    await signIn(page, tenant.people.user.username)
    await upload(page)
    await page.waitForURL(/\/deliveries\/\d+$/)
    await reloadUntilDone(page)
    await expect
      .poll(() => receipt(page).textContent())
      .toMatch(/3 rows received = 3 stored \+ 0 duplicate \+ 0 rejected/)
    await findAndOpen(page)
    await signOut(page)
  })

  test('the same file again is told as duplicates, not stored twice', async () => {
    const tenant = await newTenant()
    const page = await visitor({ javaScriptEnabled: false })
    await signIn(page, tenant.people.user.username)
    for (const counts of [/3 stored \+ 0 duplicate/, /0 stored \+ 3 duplicate[\s\S]*The same file came before/]) {
      await upload(page)
      await page.waitForURL(/\/deliveries\/\d+$/)
      await reloadUntilDone(page)
      await expect.poll(() => receipt(page).textContent()).toMatch(counts)
    }
  })

  test('a file that is no delivery is refused with a reason beside it', async () => {
    const tenant = await newTenant()
    const page = await visitor()
    await signIn(page, tenant.people.user.username)
    await page.goto('/deliveries')
    await page.waitForLoadState('networkidle') // pressed before its script runs, the form would lead to a page
    await page
      .getByLabel('Files')
      .setInputFiles({ ...FILE, name: 'x.zip', buffer: Buffer.from('PK\x03\x04 no rows here') })
    await page.getByRole('button', { name: 'Upload' }).click()
    const refusal = page.getByRole('list', { name: 'Uploads of this visit' }).getByRole('alert')
    await refusal.waitFor()
    await expect.poll(() => refusal.textContent()).toMatch(/ZIP cannot be opened/)
  })
})
