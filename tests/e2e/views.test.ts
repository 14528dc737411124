import type { Page } from 'playwright'
import { beforeAll, describe, expect, test } from 'vitest'
import { base, jsonLines, newTenant, type Tenant } from '../support/world.ts'
import { faults } from './accessibility.ts'
import { signIn, visitor } from './browser.ts'

const PSLIST = 'Windows.System.Pslist'
let tenant: Tenant
let row: string

beforeAll(async () => {
  tenant = await newTenant()
  const rows = Array.from({ length: 3 }, (_, n) => ({ Name: 'cmd.exe', Pid: n }))
  await tenant.deliver(jsonLines(rows), { artifact: PSLIST, hostname: 'ws-01' })
  row = (await tenant.as('user').telemetry.rows({ limit: 1 })).rows[0]!.id
})

async function at(path: string, role: 'user' | 'lead' = 'user', options = {}): Promise<Page> {
  const page = await visitor(options)
  await signIn(page, tenant.people[role].username)
  await page.goto(path)
  await page.waitForLoadState('networkidle')
  return page
}

test.each([true, false])(
  'a view is saved, shared, sent and opened by a colleague; JavaScript: %s',
  async (javaScriptEnabled) => {
    const name = `Shells ${javaScriptEnabled}`
    const page = await at(`/rows?artifact=${PSLIST}&q=Name:cmd.exe&row=${row}`, 'user', { javaScriptEnabled })
    await page.getByRole('link', { name: 'Save view' }).click()
    await page.waitForURL(/\/views\/new/)
    await page.getByLabel('Name', { exact: true }).fill(name)
    await page.getByLabel('For whom').selectOption('shared')
    await page.getByRole('button', { name: 'Save view' }).click()
    await page.getByText('The view is saved.').waitFor()
    await expect.poll(() => page.getByRole('link', { name: 'Open view' }).getAttribute('href')).not.toContain('row=')
    await page.getByRole('link', { name: 'Send' }).click()
    await page.getByLabel('Colleague').selectOption(tenant.people.lead.username)
    await page.getByLabel('Note').fill('Please look.')
    await page.getByRole('button', { name: 'Send link' }).click()
    await page.getByText('The link is sent.').waitFor()

    const colleague = await at('/views', 'lead', { javaScriptEnabled })
    await colleague.getByRole('link', { name: 'Inbox, 1 unread' }).click()
    await colleague.getByRole('button', { name }).click()
    await colleague.waitForURL(/q=Name/)
    await expect.poll(() => colleague.locator('tbody tr').count()).toBe(3)
    await colleague.goto('/views')
    await expect.poll(() => colleague.getByRole('link', { name: 'Inbox', exact: true }).count()).toBe(1)
    await expect.poll(() => colleague.locator('tbody').getByText(name).count()).toBe(1)
    await expect
      .poll(async () => {
        await colleague.reload()
        return colleague.locator('.lines li').count()
      })
      .toBe(1)
  },
)

test('links that were not read are counted in the rail of every page, for the one they were sent to', async () => {
  const own = await newTenant()
  const send = (title: string) =>
    own.as('user').views.send({ to: own.people.lead.username, address: '/rows?q=*', title })
  const sent = [await send('one'), await send('two')]
  const page = await visitor({ javaScriptEnabled: false })
  await signIn(page, own.people.lead.username)
  const named = (name: string) =>
    page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name, exact: true })
  for (const path of ['/', '/rows', '/timeline', '/profile']) {
    await page.goto(path)
    await named('Views, 2 unread').waitFor()
    await expect.poll(() => named('Views, 2 unread').locator('em').isVisible()).toBe(true)
  }
  await page.goto('/views/inbox')
  await page.getByRole('button', { name: 'Mark read' }).first().click()
  await named('Views, 1 unread').waitFor()
  for (const { id } of sent) for (const _again of [1, 2]) await own.as('lead').views.read({ id })
  await page.goto('/')
  await named('Views').waitFor()
  const sender = await visitor({ javaScriptEnabled: false })
  await signIn(sender, own.people.user.username)
  await expect.poll(() => sender.getByRole('link', { name: 'Views', exact: true }).count()).toBe(1)
})

test('a star and a tag by keys show in the grid and in another browser', async () => {
  const page = await at(`/rows?artifact=${PSLIST}`)
  await page.keyboard.press('j')
  const marked = await page.locator('tr[data-cursor="row"]').getAttribute('data-row')
  await page.keyboard.press('s')
  const star = page.locator(`tr[data-row="${marked}"] button.star`)
  await expect.poll(() => star.getAttribute('aria-pressed')).toBe('true')
  await page.keyboard.press('t')
  const tag = page.getByRole('complementary', { name: 'Row preview' }).getByLabel('New tag')
  await expect.poll(() => tag.evaluate((field) => field === document.activeElement)).toBe(true)
  await page.keyboard.type('odd')
  await page.keyboard.press('Enter')
  await page.locator(`tr[data-row="${marked}"] .row-marks:visible`).getByText('odd').waitFor()
  await expect.poll(() => faults(page)).toEqual([])
  const other = await at('/marks', 'lead', { javaScriptEnabled: false })
  await expect.poll(() => other.locator('tbody tr').getAttribute('data-row')).toBe(marked)
  await expect.poll(() => other.locator('tbody').textContent()).toContain('odd')
})

test.each([true, false])(
  'two people edit one comment: the later one sees both texts and loses nothing; JavaScript: %s',
  async (javaScriptEnabled) => {
    const { id } = await tenant.as('user').marks.comment({ rowId: row, body: `first ${javaScriptEnabled}` })
    const [mine, theirs] = [
      await at(`/marks?comment=${id}`, 'user', { javaScriptEnabled }),
      await at(`/marks?comment=${id}`, 'lead', { javaScriptEnabled }),
    ]
    await theirs.getByLabel('Text').fill('what the lead wrote')
    await theirs.getByRole('button', { name: 'Save comment' }).click()
    await theirs.waitForURL(/\/rows\//)
    await mine.getByLabel('Text').fill('what I wrote meanwhile')
    await mine.getByRole('button', { name: 'Save comment' }).click()
    await mine.getByRole('alert').waitFor()
    await expect.poll(() => mine.getByLabel('Your text').inputValue()).toBe('what I wrote meanwhile')
    // The refusal comes first, what is stored by now a moment after it.
    const stored = () => mine.getByRole('region', { name: 'Stored text' }).textContent()
    await expect.poll(stored).toContain('what the lead wrote')
    if (javaScriptEnabled) {
      await expect.poll(() => faults(mine)).toEqual([])
    }
    await mine.getByLabel('Your text').fill('both of what we wrote')
    await mine.getByRole('button', { name: 'Save comment' }).click()
    await mine.waitForURL(/\/rows\//)
    const { revisions } = await tenant.as('user').marks.history({ id })
    expect(revisions.map(({ body }) => body)).toEqual([
      'both of what we wrote',
      'what the lead wrote',
      `first ${javaScriptEnabled}`,
    ])
  },
)

describe('a change that somebody else was faster with is refused beside what is stored, before the page is loaded anew', () => {
  /** Two at one page; the first one's page is not loaded anew until `go` is called. */
  async function two(path: string) {
    const [mine, theirs] = [await at(path), await at(path, 'lead')]
    let go = () => {}
    const held = new Promise<void>((resolve) => {
      go = resolve
    })
    await mine.route(/\.data(\?|$)/, async (route) => {
      if (route.request().method() === 'GET') await held
      await route.continue()
    })
    return { mine, theirs, go: () => go() }
  }

  test('a comment', async () => {
    const { id } = await tenant.as('user').marks.comment({ rowId: row, body: 'the first of all texts' })
    const { mine, theirs, go } = await two(`/marks?comment=${id}`)
    await theirs.getByLabel('Text').fill('stored by the lead')
    await theirs.getByRole('button', { name: 'Save comment' }).click()
    await theirs.waitForURL(/\/rows\//)
    await mine.getByLabel('Text').fill('my own words')
    await mine.getByRole('button', { name: 'Save comment' }).click()
    const stored = mine.getByRole('region', { name: 'Stored text' })
    await stored.waitFor()
    await expect.poll(() => stored.textContent()).toContain('stored by the lead')
    await expect.poll(() => stored.textContent()).toContain(`Version 2, ${tenant.people.lead.username}`)
    await expect.poll(() => mine.getByLabel('Your text').inputValue()).toBe('my own words')
    go()
    await mine.locator('.versions article', { hasText: 'the first of all texts' }).waitFor()
    await expect.poll(() => mine.locator('.versions article').count()).toBe(3)
    await expect.poll(() => mine.getByLabel('Your text').inputValue()).toBe('my own words')
    await mine.getByRole('button', { name: 'Save comment' }).click()
    await mine.waitForURL(/\/rows\//)
    expect((await tenant.as('user').marks.getComment({ id })).body).toBe('my own words')
  })

  test('a saved view', async () => {
    const view = { name: 'Before', description: 'as it was', address: '/rows?q=*', audience: 'shared' as const }
    const { id } = await tenant.as('user').views.create(view)
    const { mine, theirs, go } = await two(`/views/${id}`)
    await theirs.getByLabel('Description').fill('stored by the lead')
    await theirs.getByRole('button', { name: 'Save changes' }).click()
    await theirs.getByText('The view is changed.').waitFor()
    await mine.getByLabel('Description').fill('my own words')
    await mine.getByRole('button', { name: 'Save changes' }).click()
    const clash = mine.getByRole('alert').filter({ hasText: 'Somebody else changed this view meanwhile.' }).first()
    await clash.waitFor()
    await expect.poll(() => clash.textContent()).toContain('stored by the lead')
    await expect.poll(() => mine.getByLabel('Description').inputValue()).toBe('my own words')
    go()
    await mine.getByText('version 2').waitFor()
    await expect.poll(() => mine.getByLabel('Description').inputValue()).toBe('my own words')
    await mine.getByRole('button', { name: 'Save changes' }).click()
    await mine.getByText('The view is changed.').waitFor()
    expect((await tenant.as('lead').views.get({ id })).description).toBe('my own words')
  })
})

test('a session that ends in mid-edit loses no text: it is offered again after signing in', async () => {
  const path = `/rows/${row}`
  const page = await at(path, 'lead')
  await page.getByLabel('New comment').fill('a long thought that nobody types twice')
  await base.pool.deleteFrom('auth.session').where('account_id', '=', tenant.people.lead.id).execute()
  await page.getByRole('button', { name: 'Comment', exact: true }).click()
  await page.waitForURL(/\/login/)
  expect((await tenant.as('lead').marks.ofRow({ rowId: row })).comments.map(({ body }) => body)).not.toContain(
    'a long thought that nobody types twice',
  )
  await signInHere(page)
  await page.waitForURL(new RegExp(path))
  await page.getByRole('button', { name: 'Put it back' }).click()
  await expect.poll(() => page.getByLabel('New comment').inputValue()).toBe('a long thought that nobody types twice')
  await page.getByRole('button', { name: 'Comment', exact: true }).click()
  await page.locator('.told').getByText('a long thought that nobody types twice').waitFor()
  await page.reload()
  await page.waitForLoadState('networkidle')
  await expect.poll(() => page.getByRole('button', { name: 'Put it back' }).count()).toBe(0)
})

async function signInHere(page: Page) {
  await page.getByLabel('Username').fill(tenant.people.lead.username)
  await page.getByLabel('Password').fill('correct horse battery staple')
  await page.getByRole('button', { name: 'Sign in' }).click()
}
