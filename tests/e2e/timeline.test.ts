import type { Page } from 'playwright'
import { beforeAll, expect, test } from 'vitest'
import { jsonLines, newTenant, type Tenant } from '../support/world.ts'
import { faults } from './accessibility.ts'
import { DESK, PHONE, signIn, visitor } from './browser.ts'

const PSLIST = 'Windows.System.Pslist'
let tenant: Tenant
let host: number

beforeAll(async () => {
  tenant = await newTenant()
  const rows = Array.from({ length: 80 }, (_, n) => ({
    Name: n === 40 ? 'mimikatz\u202e.exe <b>' : 'svchost.exe',
    Pid: n,
    Exe: `C:\\Windows\\p${n}.exe`,
    ...(n % 20 === 19 ? {} : { CreateTime: new Date(Date.UTC(2026, 0, 5, 12, n)).toISOString() }),
  }))
  await tenant.deliver(jsonLines(rows), { artifact: PSLIST, hostname: 'ws-01' })
  await tenant.deliver(jsonLines(rows.slice(0, 3)), { artifact: PSLIST, hostname: 'ws-02' })
  host = (await tenant.as('viewer').hosts.list({ q: 'ws-01' })).rows[0]!.id
})

const events = (page: Page) => page.locator('table[data-grid] tbody tr[data-row]')

test('without JavaScript: a window, the way to a date, a row in its context, an annotation, a clock', async () => {
  const page = await visitor({ javaScriptEnabled: false })
  await signIn(page, tenant.people.user.username)
  await page.goto(`/timeline?host=${host}`)
  await expect.poll(() => page.locator('.reading').textContent()).toContain('76 events, 4 undated rows')
  await expect
    .poll(() => page.getByRole('complementary', { name: 'Undated rows' }).getByRole('listitem').count())
    .toBe(4)
  await page.getByLabel('From (UTC)', { exact: true }).fill(' 2026-01-05 12:10 ')
  await page.getByLabel('To (UTC)', { exact: true }).fill('2026-01-05 13:15 Europe/Vienna')
  await page.getByRole('button', { name: 'Apply' }).click()
  await expect
    .poll(() => page.locator('.reading').textContent())
    .toContain('since 5 Jan 2026, 12:10:00 UTC until 5 Jan 2026, 12:15:00 UTC')
  await expect.poll(() => events(page).count()).toBe(5)
  await page.getByRole('link', { name: 'Next window' }).click()
  await expect.poll(() => events(page).count()).toBe(4)
  await page.getByRole('link', { name: 'Whole range' }).click()
  await page.getByLabel('Go to (UTC)').fill('2026-01-05 12:40 ')
  await page.getByRole('button', { name: 'Go', exact: true }).click()
  await expect.poll(() => page.locator('.reading').textContent()).toContain('read from 5 Jan 2026, 12:40:00 UTC')
  const odd = page.locator('tr[data-row]', { hasText: 'mimikatz' })
  await expect.poll(() => odd.locator('.ctl').first().textContent()).toContain('202E')
  await odd.locator('summary').click()
  await odd.getByRole('link', { name: 'This row among all others' }).click()
  await expect.poll(() => page.locator('tr#here[aria-current="true"]').textContent()).toContain('mimikatz')
  await expect.poll(() => events(page).count()).toBe(50)

  await page.locator('tr#here summary').click()
  await page.locator('tr#here').getByRole('link', { name: 'Annotate' }).click()
  await page.getByLabel('What happened').fill('credentials taken')
  await page.getByRole('button', { name: 'Add annotation' }).click()
  await expect.poll(() => page.locator('tr.note').textContent()).toContain('credentials taken')

  await page.goto(`/timeline/clocks/${host}`)
  await page.getByLabel('Seconds to add').fill('90')
  await page.getByLabel('Reason').fill('no time server')
  await page.getByRole('button', { name: 'Set the clock' }).click()
  await expect.poll(() => events(page).last().textContent()).toContain('its clock said')
  await page.goto('/timeline?from=yesterdayish')
  await expect.poll(() => page.getByRole('alert').textContent()).toContain('From: “yesterdayish” is no time.')
})

test('two people at one annotation: the second sees both texts and keeps the own one', async () => {
  const made = await tenant.as('user').timeline.annotate({ at: '2026-01-05 12:05', text: 'first words' })
  const page = await visitor({ javaScriptEnabled: false })
  await signIn(page, tenant.people.user.username)
  await page.goto(`/timeline/annotations/${made.id}`)
  await page.getByLabel('What happened').fill('my words')
  await tenant.as('lead').timeline.edit({ id: made.id, version: 1, at: made.happened_at, text: 'their words' })
  await page.getByRole('button', { name: 'Save annotation' }).click()
  await expect.poll(() => page.getByText('their words').count()).toBe(1)
  await expect.poll(() => page.getByLabel('What happened').inputValue()).toBe('my words')
  await page.getByRole('button', { name: 'Save annotation' }).click()
  await page.waitForURL(/at=/)
  expect((await tenant.as('viewer').timeline.annotation({ id: made.id })).text).toBe('my words')
})

test.each([true, false])(
  'a removed annotation comes back by its button or by u, and not twice; JavaScript: %s',
  async (javaScriptEnabled) => {
    const text = `slipped ${javaScriptEnabled}`
    const { id } = await tenant.as('user').timeline.annotate({ at: '2026-01-05 12:06', text })
    const page = await visitor({ javaScriptEnabled })
    await signIn(page, tenant.people.user.username)
    await page.goto(`/timeline/annotations/${id}`)
    await page.getByRole('button', { name: 'Remove annotation' }).click()
    const said = (what: string) => page.getByRole('status').filter({ hasText: what }).waitFor()
    await said('The annotation is removed. It can be undone for ten minutes.')
    await expect.poll(() => page.locator('tr.note', { hasText: text }).count()).toBe(0)
    const removed = page.url()
    if (javaScriptEnabled) {
      await page.waitForLoadState('networkidle')
      await page.keyboard.press('u')
    } else await page.getByRole('button', { name: 'Undo' }).click()
    await said('The annotation stands again, as it was.')
    await page.locator('tr.note', { hasText: text }).waitFor()
    await page.goto(removed)
    await page.getByRole('button', { name: 'Undo' }).click()
    await expect.poll(() => page.getByRole('alert').textContent()).toContain('was brought back already')
    expect((await tenant.as('viewer').timeline.annotation({ id })).text).toBe(text)
  },
)

test('a verdict given elsewhere is on the events of a timeline that nobody touches', async () => {
  const page = await visitor()
  await signIn(page, tenant.people.viewer.username)
  await page.goto(`/timeline?host=${host}&q=Pid:41`)
  const cell = page.locator('tr[data-row] [data-cell][data-type="path"]')
  await expect.poll(() => cell.locator('a.prev').getAttribute('href')).toContain('/observables?type=path')
  await expect.poll(() => cell.locator('svg.v').count()).toBe(0)
  const value = (await cell.getAttribute('data-value'))!
  const decided = { observables: [{ type: 'path' as const, value }], verdict: 'malicious' as const }
  const { undo } = await tenant.as('user').verdicts.decide(decided)
  await cell.getByRole('img', { name: 'malicious on all hosts' }).waitFor()
  await tenant.as('user').verdicts.undo({ token: undo })
  await cell.getByRole('img').waitFor({ state: 'detached' })
  const plain = await visitor({ javaScriptEnabled: false })
  await tenant.as('user').verdicts.decide(decided)
  await signIn(plain, tenant.people.viewer.username)
  await plain.goto(`/timeline?host=${host}&q=Pid:41`)
  await expect.poll(() => plain.locator('tr[data-row] svg.v-malicious').count()).toBe(1)
})

test('the host page stands before its portrait, which follows with JavaScript and is linked without', async () => {
  const plain = await visitor({ javaScriptEnabled: false })
  await signIn(plain, tenant.people.viewer.username)
  await plain.goto(`/hosts/${host}`)
  await expect.poll(() => plain.getByRole('table', { name: 'The rarest things on this host' }).count()).toBe(0)
  const section = plain.getByRole('region', { name: 'The rarest 25 things on it' })
  await section.getByRole('link', { name: 'On a page of its own' }).click()
  await expect
    .poll(() => plain.getByRole('table', { name: 'The rarest things on this host' }).textContent())
    .toContain('mimikatz')
  await plain.goto(`/hosts/${host}/activity`)
  await expect.poll(() => plain.locator('.heat figcaption').textContent()).toContain('76 events in four weeks')

  const page = await visitor()
  await signIn(page, tenant.people.viewer.username)
  await page.goto(`/hosts/${host}`)
  await page.getByRole('table', { name: 'The rarest things on this host' }).waitFor()
  await page.locator('.heat figcaption').waitFor({ state: 'attached' })
  await page.getByText('Nothing to compare yet').waitFor()
})

test('no fault of accessibility and no sideways scroll, on desk and phone, light and dark', async () => {
  const page = await visitor()
  await signIn(page, tenant.people.user.username)
  await page.goto(`/timeline?host=${host}&lanes=user`)
  for (const viewport of [DESK, PHONE]) {
    await page.setViewportSize(viewport)
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      await expect.poll(() => faults(page)).toEqual([])
      if (process.env.SHOTS)
        await page.screenshot({
          path: `${process.env.SHOTS}/timeline-${viewport.width}-${colorScheme}.png`,
          fullPage: true,
        })
    }
    await expect
      .poll(() => page.evaluate(() => document.documentElement.scrollWidth))
      .toBeLessThanOrEqual(viewport.width)
  }
  await page.goto(`/hosts/${host}/rarest`)
  await expect.poll(() => faults(page)).toEqual([])
  await page.goto(`/hosts/${host}/activity`)
  await expect.poll(() => faults(page)).toEqual([])
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/activity.png`, fullPage: true })
})
