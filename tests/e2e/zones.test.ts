import type { Page } from 'playwright'
import { beforeAll, expect, test } from 'vitest'
import { jsonLines, newTenant, type Tenant } from '../support/world.ts'
import { signIn, visitor } from './browser.ts'

const PSLIST = 'Windows.System.Pslist'
const HASH = 'a'.repeat(64)
const DOSSIER = `/observables?type=hash&value=${HASH}`
let tenant: Tenant
let delivery: number

beforeAll(async () => {
  tenant = await newTenant()
  // 20:30 UTC is 02:15 of the next day in Kathmandu.
  const rows = Array.from({ length: 6 }, (_, n) => ({
    Name: 'svchost.exe',
    Pid: n,
    Hash: { SHA256: HASH },
    CreateTime: new Date(Date.UTC(2026, 0, 5, 17 + n, 30)).toISOString(),
  }))
  delivery = (await tenant.deliver(jsonLines(rows), { artifact: PSLIST, hostname: 'ws-01' })).id
})

async function choose(page: Page, zone: string) {
  await page.goto('/profile')
  await page.getByLabel('Time zone').selectOption(zone)
  await page.getByRole('button', { name: 'Save look' }).click()
  await page.getByText('The look is saved.').waitFor()
}

/** What stands in the times of a page's main part, and in their hovers. */
const times = (page: Page, within = 'main') =>
  page
    .locator(`${within} time`)
    .evaluateAll((all) => all.map((one) => ({ text: one.textContent, hover: one.getAttribute('title') })))

const FIRST = { text: '2026-01-05 23:15:00+05:45', hover: '5 Jan 2026, 17:30:00 UTC' }
const LAST = { text: '2026-01-06 04:15:00+05:45', hover: '5 Jan 2026, 22:30:00 UTC' }
// Where it is the time of a row, the hover has what stands there too.
const ofRow = ({ text, hover }: typeof FIRST, hour: string) => ({
  text,
  hover: `${hover}\nCreateTime: 2026-01-05T${hour}:30:00.000Z`,
})
const [FIRST_ROW, LAST_ROW] = [ofRow(FIRST, '17'), ofRow(LAST, '22')]

async function readsInKathmandu(page: Page, scripted: boolean) {
  const text = (selector: string) => page.locator(selector).first().textContent()
  await page.goto(`/rows?artifact=${PSLIST}`)
  await expect.poll(() => page.locator('thead').first().textContent()).toContain('Event (Asia/Kathmandu)')
  await expect.poll(() => times(page)).toEqual(expect.arrayContaining([FIRST_ROW, LAST_ROW]))
  // The histogram comes once the page stands.
  if (scripted) {
    await expect.poll(() => text('.over-time')).toContain('+05:45')
    await expect.poll(() => text('.over-time')).not.toMatch(/\d UTC,/)
    await expect
      .poll(() => text('svg.histogram title'))
      .toMatch(/^5 Jan 2026, 2\d:\d\d:\d\d \+05:45.*\n5 Jan 2026, 1\d:\d\d:\d\d UTC/)
  }
  await expect.poll(() => text('.top time')).toMatch(/^\d\d:\d\d \+05:45$/)

  await page.goto('/timeline')
  await expect.poll(() => text('th:has-text("Time (")')).toContain('Time (Asia/Kathmandu)')
  await expect.poll(() => page.locator('tr.day').allTextContents()).toEqual(['5 Jan 2026', '6 Jan 2026'])
  await expect.poll(() => times(page)).toContainEqual({ ...FIRST_ROW, text: '23:15:00' })
  await expect.poll(() => text('.density title')).toMatch(/\+05:45: 1 event\n.* UTC: 1 event$/)
  await expect.poll(() => text('.density .ends')).toMatch(/^5 Jan 2026, 23:15:00(\.\d+)? \+05:45/)

  await page.goto(DOSSIER)
  await expect.poll(() => text('dl.facts')).toContain('First seen (Asia/Kathmandu)2026-01-05 23:15:00+05:45')
  await expect.poll(() => times(page)).toEqual(expect.arrayContaining([FIRST, LAST]))

  await page.goto('/deliveries')
  await expect.poll(() => page.locator('thead').first().textContent()).toContain('Arrived (Asia/Kathmandu)')
  const { created_at } = await tenant.as('user').ingestion.get({ id: delivery })
  const wall = new Date(created_at.getTime() + 20_700_000).toISOString()
  await expect
    .poll(() => times(page))
    .toContainEqual({
      text: expect.stringMatching(new RegExp(`^${wall.slice(8, 10)} \\w{3} ${wall.slice(11, 16)}$`)),
      hover: expect.stringMatching(/ UTC$/),
    })
  await page.goto(`/deliveries/${delivery}`)
  await expect.poll(() => text('main')).toContain(`${wall.slice(11, 19)} +05:45`)
}

test.each([true, false])(
  'a zone chosen on the profile is the zone of every page; JavaScript: %s',
  async (javaScriptEnabled) => {
    const page = await visitor({ javaScriptEnabled, timezoneId: 'America/New_York', locale: 'de-AT' })
    await signIn(page, tenant.people[javaScriptEnabled ? 'user' : 'lead'].username)
    await page.goto(`/rows?artifact=${PSLIST}`)
    await expect.poll(() => page.locator('thead').first().textContent()).toContain('Event (UTC)')
    await expect.poll(() => times(page)).toContainEqual({ ...FIRST_ROW, text: '2026-01-05 17:30:00' })
    await choose(page, 'Asia/Kathmandu')
    await expect.poll(() => page.getByLabel('Time zone').inputValue()).toBe('Asia/Kathmandu')
    await readsInKathmandu(page, javaScriptEnabled)

    await page.goto('/timeline')
    await page.getByRole('link', { name: 'That day' }).click()
    await page.waitForURL(/from=/)
    const { searchParams } = new URL(page.url())
    expect([searchParams.get('from'), searchParams.get('to')]).toEqual([
      '2026-01-05T18:15:00.000Z',
      '2026-01-06T18:15:00.000Z',
    ])
    // What is typed or stands in a field is UTC still.
    const from = page.getByLabel('From (UTC)', { exact: true })
    await expect.poll(() => from.inputValue()).toBe('2026-01-05T18:15:00.000Z')
    await expect.poll(() => page.locator('tr.day').allTextContents()).toEqual(['6 Jan 2026'])

    await choose(page, 'UTC')
    await page.goto(`/rows?artifact=${PSLIST}`)
    await expect.poll(() => times(page)).toContainEqual({ ...FIRST_ROW, text: '2026-01-05 17:30:00' })
  },
)

test('the hover of a time of a row has UTC and what stands in the row, whatever that is', async () => {
  const own = await newTenant()
  const rows = [
    '{"Name":"iso","CreateTime":"2026-01-05T17:30:00.1234567Z"}',
    '{"Name":"number","CreateTime":1767634200123}',
    '{"Name":"seconds","CreateTime":1767634200.1230}',
    `{"Name":"long","CreateTime":"1767634200.123${'0'.repeat(200)}"}`,
  ]
  await own.deliver(`${rows.join('\n')}\n`, { artifact: PSLIST, hostname: 'ws-01' })
  await own.deliver('{"<b>Cre\u202eateTime":"2026-01-05T17:30:00.123Z"}\n', {
    artifact: 'Own.Thing',
    hostname: 'ws-01',
  })
  const utc = '5 Jan 2026, 17:30:00.123 UTC\n'
  const expected = [
    `${utc}<b>Cre[U+202E]ateTime: 2026-01-05T17:30:00.123Z`,
    `${utc}CreateTime: 1767634200.1230`,
    `${utc}CreateTime: 1767634200.123${'0'.repeat(86)}…`,
    `${utc}CreateTime: 1767634200123`,
    `${utc}CreateTime: 2026-01-05T17:30:00.1234567Z`,
  ]
  const page = await visitor({ javaScriptEnabled: false })
  await signIn(page, own.people.viewer.username)
  const hovers = async (within: string) => [...new Set((await times(page, within)).map(({ hover }) => hover))].sort()
  await page.goto('/rows?q=*')
  await expect.poll(() => hovers('main table')).toEqual(expected)
  await page.goto(`/rows?artifact=${PSLIST}`)
  await expect.poll(() => hovers('main table')).toEqual(expected.slice(1))
  await page.goto('/timeline')
  await expect.poll(() => hovers('main table')).toEqual(expected)
  await page.goto('/rows?artifact=Own.Thing')
  await page.locator('td .lead:visible').first().click()
  await expect.poll(() => hovers('main dl')).toContain(expected[0])
})

test('an annotation is edited at the moment it has: its field holds UTC, its head the zone', async () => {
  const made = await tenant.as('admin').timeline.annotate({ at: '2026-01-05 20:30:00.123', text: 'first words' })
  const page = await visitor({ javaScriptEnabled: false })
  await signIn(page, tenant.people.admin.username)
  await choose(page, 'Asia/Kathmandu')
  await page.goto(`/timeline/annotations/${made.id}`)
  await expect.poll(() => page.locator('main .head').textContent()).toContain('6 Jan 2026, 02:15:00.123 +05:45, by ')
  await page.getByLabel('What happened').fill('second words')
  await page.getByRole('button', { name: 'Save annotation' }).click()
  await page.waitForURL(/at=/)
  const { happened_at, text } = await tenant.as('admin').timeline.annotation({ id: made.id })
  expect([happened_at.toISOString(), text]).toEqual(['2026-01-05T20:30:00.123Z', 'second words'])
  await tenant.as('admin').timeline.remove({ id: made.id, version: 2 })
})

test('a zone that is none is refused beside its field, and the one before stays', async () => {
  const page = await visitor()
  await signIn(page, tenant.people.viewer.username)
  await choose(page, 'Europe/Vienna')
  await page.waitForLoadState('networkidle')
  await page.getByLabel('Time zone').evaluate((select: HTMLSelectElement) => {
    select.options[1]!.value = 'Europe/Wien'
    select.selectedIndex = 1
  })
  await page.getByRole('button', { name: 'Save look' }).click()
  await expect.poll(() => page.getByRole('alert').textContent()).toContain('The look was not saved.')
  await expect
    .poll(() => page.locator('.err').textContent())
    .toContain('There is no such time zone. Choose one of the list, such as Europe/Vienna, or UTC.')
  await page.goto('/profile')
  await expect.poll(() => page.getByLabel('Time zone').inputValue()).toBe('Europe/Vienna')
})

test('neither the account as programs see it nor an export knows of the zone', async () => {
  const lead = tenant.as('lead')
  await lead.identity.preferences({ theme: 'system', density: 'compact', zone: 'Asia/Kathmandu' })
  expect(Object.keys(await lead.identity.me())).not.toContain('zone')
  await lead.identity.preferences({ theme: 'dark', density: 'compact' })
  const page = await visitor({ javaScriptEnabled: false })
  await signIn(page, tenant.people.lead.username)
  await page.goto('/profile')
  await expect.poll(() => page.getByLabel('Time zone').inputValue()).toBe('Asia/Kathmandu')
  const answer = await page.request.get(`/api/rows/export?artifact=${PSLIST}&format=csv`)
  const text = await answer.text()
  expect(text).toContain('2026-01-05')
  expect(text).not.toContain('+05:45')
})
