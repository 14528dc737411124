import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright'
import { afterAll, describe, expect, test } from 'vitest'
import { whileLoadsWait } from '../support/held-loads.ts'
import { newTenant, type Tenant } from '../support/world.ts'
import { faults } from './accessibility.ts'
import { PHONE, signIn, visitor } from './browser.ts'

const folder = mkdtempSync(join(tmpdir(), 'velocicompanion-ledger-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const facts = { artifact: 'Test.Pages', hostname: 'WS-1', filename: 'pslist.jsonl' }
const good = (n: number) => JSON.stringify({ Pid: n, Name: `p${n}.exe` })
const BROKEN = [good(1), '{"Pid":2', '{"Pid":3]', good(4)].join('\n')
const receipt = (page: Page) => page.locator('.receipt')
const rowsOf = async (tenant: Tenant) => (await tenant.as('viewer').telemetry.rows({ limit: 1 })).total

/** Reloads, as a person without JavaScript does, until the delivery has ended. */
async function refreshUntilDone(page: Page) {
  const ended = async () => {
    await page.reload()
    return receipt(page).count()
  }
  await expect.poll(ended, { interval: 300 }).toBe(1)
}

async function openAs(tenant: Tenant, path: string, options: Parameters<typeof visitor>[0] = {}) {
  const page = await visitor(options)
  await signIn(page, tenant.people.user.username)
  await page.goto(path)
  return page
}

test('a large upload shows in the ledger how far its load is, how fast, and what is left, and then its balance', async () => {
  const tenant = await newTenant()
  const rows = 300_000
  const file = join(folder, 'large.jsonl')
  const pad = 'x'.repeat(300)
  writeFileSync(
    file,
    Array.from({ length: rows }, (_, n) => JSON.stringify({ Pid: n, CommandLine: `${pad}${n}` })).join('\n'),
  )
  const page = await openAs(tenant, '/deliveries')
  await page.getByLabel('Artifact, if the rows do not say').fill('Test.Large')
  await page.getByLabel('Host, if the rows do not say').fill('WS-1')
  await page.getByLabel('Files').setInputFiles(file)

  const line = page.getByRole('row', { name: /large\.jsonl/ })
  await whileLoadsWait(tenant, async () => {
    await page.getByRole('button', { name: 'Upload' }).click()
    await line.getByRole('progressbar').waitFor({ timeout: 60_000 })
    await expect.poll(() => line.textContent().catch(() => '')).toMatch(/[\d,]+ rows\/s, \d+ MB of 1\d\d MB, .+ left/)
  })
  await expect.poll(() => line.textContent(), { interval: 500 }).toMatch(/done/)
  await expect.poll(() => line.textContent()).toContain('300,000')
  await expect.poll(() => line.getByRole('progressbar').count()).toBe(0)
})

describe('rejected rows', () => {
  test('are mended in the page, line by line, and both deliveries say so', async () => {
    const tenant = await newTenant()
    const first = await tenant.deliver(BROKEN, facts)
    const page = await openAs(tenant, `/deliveries/${first.id}`)
    await expect.poll(() => faults(page)).toEqual([])
    await page.getByText('Mend these lines here').click()
    await page.getByRole('button', { name: 'Send mended lines' }).click()
    await page.getByRole('alert').getByText('No line was changed').waitFor()
    await page.getByRole('textbox', { name: 'Line 2' }).fill('{"Pid":2}')
    await page.getByRole('button', { name: 'Send mended lines' }).click()
    await page.waitForURL((url) => url.pathname !== `/deliveries/${first.id}`)
    await receipt(page).waitFor()
    await expect
      .poll(() => receipt(page).textContent())
      .toMatch(/1 row received = 1 stored \+ 0 duplicate \+ 0 rejected/)
    await page.getByRole('link', { name: `delivery ${first.id}` }).click()
    await page.getByText('1 of its 2 rejected rows were stored later').waitFor()
    expect(await rowsOf(tenant)).toBe(3)
  })

  test('are downloaded, mended as a file and sent back, without JavaScript', async () => {
    const tenant = await newTenant()
    const first = await tenant.deliver(BROKEN, facts)
    const page = await openAs(tenant, `/deliveries/${first.id}`, { javaScriptEnabled: false })
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Download all' }).click(),
    ])
    const chunks: Buffer[] = []
    for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer)
    const lines = Buffer.concat(chunks)
      .toString()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { raw: string })
    const mended = lines.map((line) => JSON.stringify({ ...line, raw: `${line.raw.replace(/\]?$/, '')}}` })).join('\n')
    await page
      .getByLabel('Mended file')
      .setInputFiles({ name: 'mended.jsonl', mimeType: 'application/x-ndjson', buffer: Buffer.from(mended) })
    await page.getByRole('button', { name: 'Send mended file' }).click()
    await page.waitForURL((url) => url.pathname !== `/deliveries/${first.id}`)
    await refreshUntilDone(page)
    await expect.poll(() => receipt(page).textContent()).toMatch(/2 rows received = 2 stored/)
    expect(await rowsOf(tenant)).toBe(4)
  })
})

test('a failed delivery is told its host and loaded again, without JavaScript and on a phone', async () => {
  const tenant = await newTenant()
  const failed = await tenant.deliver('{"Pid":1,"Artifact":"Test.Pages"}', { filename: 'hostless.jsonl' })
  const page = await openAs(tenant, `/deliveries/${failed.id}`, { javaScriptEnabled: false, viewport: PHONE })
  if (failed.state === 'needs_artifact') await page.getByLabel('Host').fill('WS-7')
  else await page.getByLabel('Host, if the rows do not say').fill('WS-7')
  await page.getByRole('button', { name: /Load again|Name and load/ }).click()
  await refreshUntilDone(page)
  await expect.poll(() => receipt(page).textContent()).toMatch(/1 row received = 1 stored/)
})

test('the ledger is searched and filtered in the address, and an alarm is acknowledged and closed in its list', async () => {
  const tenant = await newTenant()
  await tenant.deliver(BROKEN, facts)
  await tenant.deliver(good(9), { ...facts, filename: 'autoruns.jsonl' })
  await tenant.deliver('head;line\n1;2', { filename: 'failed.csv', artifact: 'Test.Pages' })
  const page = await openAs(tenant, '/deliveries?rejects=with&from=2020-01-01')
  const lines = page.getByRole('grid', { name: /^Deliveries/ }).locator('tbody tr')
  await expect.poll(() => lines.count()).toBe(2)
  await page.getByRole('searchbox', { name: /File, artifact/ }).fill('autorun')
  await page.getByLabel('Rejected').selectOption('')
  await page.getByRole('button', { name: 'Apply' }).click()
  await page.waitForURL(/q=autorun/)
  await expect.poll(() => lines.count()).toBe(1)

  await page
    .getByRole('link', { name: /^Alarms/ })
    .first()
    .click()
  await page.getByRole('heading', { name: 'Alarms' }).waitFor()
  await expect.poll(() => faults(page)).toEqual([])
  await page.getByRole('button', { name: 'Acknowledge' }).click()
  await page.getByRole('gridcell', { name: `seen by ${tenant.people.user.username}` }).waitFor()
  await page.getByRole('button', { name: 'Close' }).click()
  await page.getByRole('gridcell', { name: `closed by ${tenant.people.user.username}` }).waitFor()
})
