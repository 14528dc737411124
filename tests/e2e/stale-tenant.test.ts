import type { Page } from 'playwright'
import { describe, expect, test } from 'vitest'
import { installation, jsonLines, newTenant, pool, type Tenant } from '../support/world.ts'
import { bringCookie, visitor } from './browser.ts'

const MEANWHILE = 'This page was drawn in another tenant'

/** A page of one tenant, in a browser whose person goes over to the other tenant in another tab. */
async function leftOpen(path: string, { javaScriptEnabled }: { javaScriptEnabled: boolean }) {
  const [here, there] = [await newTenant(), await newTenant()]
  const { id } = here.people.admin
  await pool.insertInto('membership').values({ tenant_id: there.id, account_id: id, role: 'admin' }).execute()
  const page = await visitor({ javaScriptEnabled })
  await bringCookie(page, await here.cookie('admin'))
  await page.goto(path)
  const goOver = async () => {
    const second = await page.context().newPage()
    await second.goto('/')
    await second.locator('.tenant summary').first().click()
    await second.locator('.tenant button.item:visible:not([aria-current])').click()
    await expect.poll(() => second.locator('.tenant summary b').first().textContent()).toBe(await nameOf(there))
  }
  return { page, goOver, here, there }
}

const nameOf = async ({ as, id }: Tenant) => (await as('admin').tenants.get({ id })).name
const text = (page: Page) => page.getByRole('main').textContent()

describe.each([{ javaScriptEnabled: true }, { javaScriptEnabled: false }])(
  'a page left open while its person went over to another tenant changes nothing there; %o',
  (options) => {
    test('a verdict is not given', async () => {
      const { page, goOver, there } = await leftOpen('/observables?type=domain&value=left.example', options)
      await goOver()
      await page.getByRole('form', { name: 'Decide' }).getByRole('button').first().click()
      await expect.poll(() => text(page)).toContain(MEANWHILE)
      await expect.poll(() => text(page)).toContain(await nameOf(there))
      expect((await there.as('admin').verdicts.list({})).rows).toEqual([])
    })

    test('a host is not added', async () => {
      const { page, goOver, here, there } = await leftOpen('/hosts/new', options)
      await goOver()
      await page.getByLabel('Hostname').fill('left-open')
      await page.getByRole('button', { name: 'Add host' }).click()
      await expect.poll(() => text(page)).toContain(MEANWHILE)
      for (const tenant of [here, there]) expect((await tenant.as('admin').hosts.list({} as never)).rows).toEqual([])
    })

    test('a file is not delivered', async () => {
      const { page, goOver, here, there } = await leftOpen('/deliveries', options)
      await goOver()
      const rows = Buffer.from(jsonLines([{ Name: 'evidence' }]))
      await page.getByLabel('Files').setInputFiles({ name: 'rows.jsonl', mimeType: 'text/plain', buffer: rows })
      await page.getByRole('button', { name: 'Upload', exact: true }).click()
      await expect.poll(() => text(page)).toContain('This is meant for another tenant')
      for (const tenant of [here, there])
        expect((await tenant.as('admin').ingestion.list({} as never)).rows).toEqual([])
    })
  },
)

test('a delivery that names another tenant than its sender’s is refused, whether or not there is one', async () => {
  const [here, there] = [await newTenant(), await newTenant()]
  const { token } = await here.as('admin').sources.create({ name: 'tool' } as never)
  const deliver = async (tenant: number) => {
    const answer = await fetch(`${installation.url}/api/ingestion/batches?artifact=A.B&hostname=h&tenant=${tenant}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: '{"a":1}\n',
    })
    return { status: answer.status, text: await answer.text() }
  }
  const [foreign, none] = [await deliver(there.id), await deliver(999_999_999)]
  expect(foreign).toEqual(none)
  expect(foreign.status).toBe(409)
  expect((await deliver(here.id)).status).toBe(201)
})
