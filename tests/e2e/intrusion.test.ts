import { gunzipSync } from 'node:zlib'
import type { Page } from 'playwright'
import { beforeAll, expect, test } from 'vitest'
import { dossierLink } from '#app/lib/observable-link.ts'
import { deliveries } from '#server/demo/deliveries.ts'
import { C2, FILE_SERVER, PATIENT } from '#server/demo/intrusion.ts'
import { newTenant, type Tenant } from '../support/world.ts'
import { signIn, visitor } from './browser.ts'

const FILE = 'igfxsyncsvc.exe'
const FEW = 15
let tenant: Tenant

beforeAll(async () => {
  tenant = await newTenant()
  const all: Promise<unknown>[] = []
  for await (const { body, artifact, filename } of deliveries())
    all.push(tenant.deliver(gunzipSync(body), { artifact, filename }))
  await Promise.all(all)
})

async function hunter(address: string, options: Parameters<typeof visitor>[0] = {}) {
  const page = await visitor(options)
  await signIn(page, tenant.people.user.username)
  await page.goto(address)
  await page.waitForLoadState('networkidle')
  let presses = 0
  /** Presses keys one by one, and waits until the page has come to rest; a text is as many presses as it has characters. */
  const press = async (...keys: string[]) => {
    for (const key of keys) {
      await page.keyboard.press(key)
      presses += 1
    }
    await page.waitForLoadState('networkidle')
  }
  /** Moves down until the line under the cursor says this. */
  const downTo = async (text: string) => {
    for (let n = 0; n < FEW; n += 1) {
      await press('j')
      if ((await page.locator('[data-row][data-cursor]').textContent())?.includes(text)) return
    }
    throw new Error(`The cursor did not come to ${text}.`)
  }
  return { page, press, downTo, presses: () => presses }
}

/** The dossier of the implant, on one of the hosts that have it, decided as malicious. */
async function caught(page: Page) {
  await page.getByRole('heading', { name: new RegExp(FILE) }).waitFor()
  await page.getByRole('link', { name: PATIENT.fqdn }).first().waitFor()
  await page
    .getByRole('img', { name: /malicious on (all hosts|every value of its shape)/ })
    .first()
    .waitFor()
}

/** The newest row of the implant, open beside the others. */
async function previewed(page: Page) {
  const preview = page.getByRole('complementary', { name: 'Row preview' })
  for (const text of [FILE, FILE_SERVER.fqdn]) await preview.getByText(text).filter({ visible: true }).first().waitFor()
}

test('by keys from a stack: tasks by what they start, the rarest first', async () => {
  const { page, press, downTo, presses } = await hunter('/')
  await press('g', 's')
  await page.waitForURL(/\/stacks$/)
  await page.getByText('Well-known stacks').first().waitFor()
  await downTo('Scheduled task actions')
  await press('Enter')
  await page.locator('table.stack').waitFor()
  await downTo(FILE)
  await press('3')
  await page.getByText(/Decided malicious/).waitFor()
  await press('p')
  await caught(page)
  expect(presses()).toBeLessThan(FEW)
})

test('by keys from a search: a piece of a name from a report', async () => {
  const { page, press, downTo, presses } = await hunter('/')
  await press('g', 'e')
  await page.getByRole('heading', { name: 'Explore', level: 1 }).waitFor({ state: 'attached' })
  await press('/', ...'gfxsync', 'Enter')
  await page.getByText('28 rows', { exact: true }).waitFor()
  await downTo(FILE)
  await press('Space')
  await previewed(page)
  expect(presses()).toBeLessThan(FEW)
})

test('by keys from a dossier: the address of a report, what stands beside it', async () => {
  const { page, press, downTo, presses } = await hunter(dossierLink({ type: 'ip', value: C2.address }))
  await downTo(FILE)
  // A key is never for another value than the one under the cursor.
  await press('3')
  await page.getByRole('status').filter({ hasText: 'Malicious: not here' }).waitFor({ state: 'attached' })
  await press('Enter')
  await page.getByRole('heading', { name: new RegExp(FILE) }).waitFor()
  await press('3')
  await caught(page)
  expect(presses()).toBeLessThan(FEW)
})

test('without JavaScript, by links and forms alone: from a stack, from a search, from a dossier', async () => {
  const { page } = await hunter('/stacks', { javaScriptEnabled: false })
  await page.getByRole('link', { name: 'Scheduled task actions' }).click()
  const [rarest] = await page.locator('table.stack tbody tr').all()
  await rarest!.getByRole('link', { name: FILE }).click()
  await page.getByRole('button', { name: /^Malicious/ }).click()
  await caught(page)

  await page.goto('/rows')
  await page.getByLabel('Query').fill('gfxsync')
  await page.getByRole('button', { name: 'Apply' }).click()
  await page.getByText('28 rows', { exact: true }).waitFor()
  await page.getByRole('link', { name: 'Open row' }).first().click()
  await previewed(page)

  await page.goto(dossierLink({ type: 'ip', value: C2.address }))
  await page.getByRole('link', { name: FILE, exact: true }).click()
  await page.getByRole('button', { name: /^Malicious/ }).click()
  await caught(page)
})
