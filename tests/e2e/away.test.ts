import { expect, test } from 'vitest'
import { whileLoadsWait } from '../support/held-loads.ts'
import { jsonLines, newTenant } from '../support/world.ts'
import { signIn, visitor } from './browser.ts'

const row = { Artifact: 'Windows.System.Pslist', ClientId: 'C.a', Hostname: 'ws', Name: 'x.exe', Pid: 1 }

test('a page stays where a section of it is not answered, which says so', async () => {
  const tenant = await newTenant()
  await tenant.deliver(jsonLines([row]))
  const [host] = (await tenant.as('user').hosts.list({})).rows
  const page = await visitor()
  await signIn(page, tenant.people.user.username)
  await page.route(/(rarest|activity)\.data/, (route) => route.abort())
  await page.goto(`/hosts/${host!.id}`)
  const section = (name: string) => page.getByRole('region', { name })
  await section('The rarest 25 things on it').getByText('Not shown').waitFor()
  await section('Activity by hour and day').getByText('Not shown').waitFor()
  await section('What changed').getByText('Nothing to compare yet').waitFor()
  await expect.poll(() => page.getByRole('heading', { level: 1 }).textContent()).toBe('ws')
})

test('a page stays where what is typed into it cannot be completed, and where its counts do not come', async () => {
  const tenant = await newTenant()
  await tenant.deliver(jsonLines([row]))
  const page = await visitor()
  await signIn(page, tenant.people.user.username)
  let refused = 0
  await page.route(/complete\.data|histogram\.data|facets\.data/, (route) => {
    refused += 1
    return route.abort()
  })
  await page.goto('/rows?q=x.exe')
  await page.getByRole('combobox', { name: 'Find or jump' }).pressSequentially('ws')
  await expect.poll(() => refused).toBeGreaterThan(0)
  const before = refused
  await page.getByRole('combobox', { name: 'Query' }).pressSequentially(' Na')
  await expect.poll(() => refused).toBeGreaterThan(before)
  await page.waitForTimeout(300)
  await expect.poll(() => page.getByRole('heading', { name: 'Something went wrong' }).count()).toBe(0)
  await page.getByText('x.exe').first().waitFor()
})

test('a page that watches a delivery waits for a server that is away, and goes on', async () => {
  const tenant = await newTenant()
  const page = await visitor()
  await signIn(page, tenant.people.user.username)
  await page.goto('/deliveries')
  await page.waitForLoadState('networkidle') // pressed before its script runs, the form would lead to a page
  await page.getByLabel('Artifact, if the rows do not say').fill('Test.Large')
  await page.getByLabel('Host, if the rows do not say').fill('WS-1')
  const lines = Array.from({ length: 60_000 }, (_, n) => `{"Pid":${n},"CommandLine":"${'x'.repeat(150)}${n}"}`)
  await page
    .getByLabel('Files')
    .setInputFiles({ name: 'large.jsonl', mimeType: 'application/x-ndjson', buffer: Buffer.from(lines.join('\n')) })
  const line = page.getByRole('row', { name: /large\.jsonl/ })
  await whileLoadsWait(tenant, async () => {
    await page.getByRole('button', { name: 'Upload' }).click()
    await line.getByRole('progressbar').waitFor()
    await page.context().setOffline(true)
    await page.waitForTimeout(4_500)
    await expect.poll(() => line.getByRole('progressbar').count()).toBe(1)
  })
  await page.context().setOffline(false)
  await expect.poll(() => line.textContent(), { interval: 500 }).toMatch(/done/)
})
