import type { Page } from 'playwright'
import { describe, expect, test } from 'vitest'
import { jsonLines, newTenant } from '../support/world.ts'
import { signIn, visitor } from './browser.ts'

const row = (client: string, name: string, n: number) => ({
  Artifact: 'Test.Merge',
  ClientId: client,
  Hostname: name,
  EventTime: `2026-02-0${n}T08:00:00Z`,
})

/** Two clients that bear one name, and a third host. */
async function furnished() {
  const tenant = await newTenant()
  const rows = [row('C.old', 'ws-1', 1), row('C.new', 'ws-1', 2), row('C.new', 'ws-1', 3), row('C.else', 'srv-9', 4)]
  await tenant.deliver(jsonLines(rows))
  const { rows: hosts } = await tenant.as('user').hosts.list({})
  const idOf = (client: string) => hosts.find(({ client_id }) => client_id === client)!.id
  return { tenant, stays: idOf('C.new'), goes: idOf('C.old') }
}

const factOf = (page: Page, name: string) => page.locator('.facts > div', { hasText: name }).locator('dd')

async function mergeAndSplit(page: Page, { stays, goes }: { stays: number; goes: number }) {
  await page.goto(`/hosts/${stays}`)
  await page.getByRole('link', { name: 'Merge with another' }).click()
  await page.getByRole('heading', { name: 'Hosts that look alike' }).waitFor()
  await page.locator('tbody a.lead').first().click()
  await page.getByRole('heading', { name: 'What comes together' }).waitFor()
  await page.getByRole('button', { name: 'Merge the hosts' }).click()
  await page.getByText('The hosts were not merged.').or(page.locator(':invalid').first()).first().waitFor()
  await page.getByLabel('Reason').fill('reinstalled in May')
  await page.getByRole('button', { name: 'Merge the hosts' }).click()
  await page.getByRole('heading', { name: 'Merged into this host' }).waitFor()
  await page.getByText('reinstalled in May').filter({ visible: true }).first().waitFor()
  expect((await factOf(page, 'Rows').textContent())?.trim()).toBe('3')

  await page.goto(`/hosts/${goes}`)
  expect(new URL(page.url()).pathname).toBe(`/hosts/${stays}`)
  await page.goto('/hosts')
  await expect.poll(() => page.locator('tbody tr').count()).toBe(2)
  await page.goto('/hosts?q=C.old')
  await expect.poll(() => page.locator('tbody tr').count()).toBe(1)

  await page.goto(`/hosts/${stays}`)
  await page.locator('summary', { hasText: 'Split' }).click()
  await page.getByRole('button', { name: 'Split the hosts' }).click()
  await page.getByText('one of its own again').waitFor()
  await expect.poll(async () => (await factOf(page, 'Rows').textContent())?.trim()).toBe('2')
  await page.goto('/hosts')
  await expect.poll(() => page.locator('tbody tr').count()).toBe(3)
}

describe('two hosts become one, and two again', () => {
  for (const javaScriptEnabled of [true, false]) {
    test(`with JavaScript ${javaScriptEnabled ? 'on' : 'off'}`, async () => {
      const { tenant, ...ids } = await furnished()
      const page = await visitor({ javaScriptEnabled })
      await signIn(page, tenant.people.user.username)
      await mergeAndSplit(page, ids)
    })
  }
})

test('a label is given, found by the list, and taken away', async () => {
  const { tenant, stays } = await furnished()
  const page = await visitor()
  await signIn(page, tenant.people.user.username)
  await page.goto(`/hosts/${stays}`)
  await page.getByLabel('New label').fill('crown jewel')
  await page.getByRole('button', { name: 'Add label' }).click()
  await page.getByRole('button', { name: 'Take away the label crown jewel' }).waitFor()
  await page.goto('/hosts')
  await page.getByLabel('Label').selectOption('crown jewel')
  await page.getByRole('button', { name: 'Apply' }).click()
  await page.waitForURL(/label=crown/)
  await expect.poll(() => page.locator('tbody tr').count()).toBe(1)
  await page.goto(`/hosts/${stays}`)
  await page.getByRole('button', { name: 'Take away the label crown jewel' }).click()
  await page.getByText('no labels').waitFor()
})

test('a viewer sees neither the way to merge nor that to label', async () => {
  const { tenant, stays } = await furnished()
  const page = await visitor()
  await signIn(page, tenant.people.viewer.username)
  await page.goto(`/hosts/${stays}`)
  await page.getByRole('heading', { name: 'Artifacts' }).waitFor()
  await expect.poll(() => page.getByRole('link', { name: 'Merge with another' }).count()).toBe(0)
  await expect.poll(() => page.getByLabel('New label').count()).toBe(0)
  expect((await page.goto(`/hosts/${stays}/merge`))?.status()).toBe(403)
})
