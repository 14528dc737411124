import { expect, test } from 'vitest'
import { SAMPLES } from '../support/artifact-samples.ts'
import { jsonLines, newTenant } from '../support/world.ts'
import { PHONE, signIn, visitor } from './browser.ts'

const OWN = 'Own.Tool/Found'
const found = Array.from({ length: 12 }, (_, n) => ({
  Hostname: `ws-${n % 4}`,
  FirstSeen: '2026-01-01T00:00:00Z',
  Where: `C:\\Tools\\t${n}.exe`,
  Size: n * 1_000,
}))

async function furnished() {
  const tenant = await newTenant()
  const rows = SAMPLES.map(({ artifact, row }) => ({ ...row, Artifact: artifact, Hostname: 'sample' }))
  await tenant.deliver(jsonLines(rows))
  await tenant.deliver(jsonLines(found), { artifact: OWN })
  return tenant
}

test.each([
  { title: 'with', javaScriptEnabled: true },
  { title: 'without', javaScriptEnabled: false },
])(
  'a lead finds an artifact, tries a map on its rows, saves it and takes it back, $title JavaScript',
  async ({ javaScriptEnabled }) => {
    const tenant = await furnished()
    const page = await visitor({ javaScriptEnabled })
    await signIn(page, tenant.people.lead.username)
    await page.goto('/artifacts')
    await page.getByRole('link', { name: OWN }).first().click()
    await page.getByLabel('What Where is', { exact: true }).selectOption('path')
    await page.getByRole('button', { name: 'Preview on the newest rows' }).click()
    await page.getByText('Nothing is saved yet').waitFor()
    await expect.poll(() => page.getByLabel('What Where is', { exact: true }).inputValue()).toBe('path')
    await page.getByLabel('Preview, scrollable').getByTitle('c:\\tools\\t11.exe').waitFor()
    await page.getByRole('button', { name: 'Save map' }).click()
    await page.getByText('The map is saved').waitFor()
    const { columns } = await tenant.as('viewer').columns.get({ artifact: OWN })
    expect(columns.find(({ path }) => path === 'Where')).toMatchObject({ role: 'path', by: 'tenant' })
    await page.getByText('Take corrections back').first().click()
    await page.getByRole('button', { name: 'Take corrections back' }).click()
    await page.getByText('The corrections are taken back').waitFor()
    expect(await tenant.as('viewer').columns.get({ artifact: OWN })).toMatchObject({ corrected: 0 })
  },
)

test('a viewer sees what the columns are, and no form', async () => {
  const tenant = await furnished()
  const page = await visitor({ viewport: PHONE })
  await signIn(page, tenant.people.viewer.username)
  await page.goto(`/artifacts/${encodeURIComponent(OWN)}`)
  await page.getByRole('heading', { name: OWN }).waitFor()
  await expect.poll(() => page.getByRole('combobox').count()).toBe(0)
  await expect.poll(() => page.getByRole('button', { name: 'Save map' }).count()).toBe(0)
  await page.goto('/artifacts/Not.There')
  await expect.poll(() => page.getByRole('heading', { level: 1 }).textContent()).not.toBe('Not.There')
})
