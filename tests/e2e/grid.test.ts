import type { Locator, Page } from 'playwright'
import { beforeAll, describe, expect, test } from 'vitest'
import { addPerson, jsonLines, newTenant, type Tenant } from '../support/world.ts'
import { faults } from './accessibility.ts'
import { DESK, PHONE, signIn, visitor } from './browser.ts'

const PSLIST = 'Windows.System.Pslist'
const GRID = `/rows?artifact=${PSLIST}`
const LONG = 'run --with "a good many words" '.repeat(12)
let tenant: Tenant

beforeAll(async () => {
  tenant = await newTenant()
  for (const host of ['ws-02', 'WS-01', 'dc-09'])
    await tenant.deliver(
      jsonLines(
        Array.from({ length: 30 }, (_, n) => ({
          Name: `tool${n}.exe`,
          Pid: n,
          CommandLine: n % 3 ? `run ${n}` : LONG,
          Exe: `C:\\Windows\\System32\\drivers\\of\\some\\depth\\tool${n}.exe`,
          Username: `CORP\\user${n % 4}`,
          Note: 'x'.repeat(60),
          CreateTime: new Date(Date.UTC(2026, 0, 5, n)).toISOString(),
        })),
      ),
      { artifact: PSLIST, hostname: host },
    )
})

/** The grid as a person of one's own sees it, so that nobody else's layout is in it. */
async function gridOf(options: Parameters<typeof visitor>[0] = {}): Promise<Page> {
  const page = await visitor(options)
  const person = await addPerson(tenant.id, 'viewer')
  await signIn(page, person.username)
  await page.goto(GRID)
  return page
}

const head = (page: Page, name: string) => page.getByRole('columnheader', { name: new RegExp(`^${name}\\b`) })
const eventHead = (page: Page) => page.locator('thead th', { hasText: /^Event \(UTC\)/ })
const edge = (page: Page, name: string) => page.getByRole('separator', { name: `Width of ${name}` })
const widthOf = async (column: Locator) => (await column.boundingBox())!.width
const cellOf = (page: Page, name: string) => page.locator(`tbody td[data-column="${name}"]`).first()
const leftOf = async (place: Locator) => (await place.boundingBox())!.x
const kept = (page: Page) =>
  page.waitForResponse((answer) => answer.url().endsWith('/rows/layout') && answer.status() === 204)

async function draw(page: Page, name: string, by: number) {
  const box = (await edge(page, name).boundingBox())!
  const at = { x: box.x + box.width / 2, y: box.y + box.height / 2 }
  await page.mouse.move(at.x, at.y)
  await page.mouse.down()
  await page.mouse.move(at.x + by / 2, at.y, { steps: 3 })
  await page.mouse.move(at.x + by, at.y, { steps: 3 })
}

describe('the width of a column', () => {
  test('is drawn with the mouse, follows while it is drawn, is kept after, and is nobody else’s', async () => {
    const page = await gridOf()
    await edge(page, 'Name').waitFor()
    const before = await widthOf(head(page, 'Name'))
    await draw(page, 'Name', 120)
    const expected = Math.round((before + 120) / 8) * 8
    await expect.poll(() => widthOf(cellOf(page, 'Name'))).toBe(expected)
    const done = kept(page)
    await page.mouse.up()
    await done
    await expect.poll(() => widthOf(head(page, 'Name'))).toBe(expected)
    await expect.poll(() => widthOf(cellOf(page, 'Name'))).toBe(expected)
    await expect.poll(() => edge(page, 'Name').getAttribute('aria-valuenow')).toBe(String(expected))
    await page.reload()
    await edge(page, 'Name').waitFor()
    await expect.poll(() => widthOf(head(page, 'Name'))).toBe(expected)
    await expect.poll(() => widthOf(cellOf(page, 'Name'))).toBe(expected)
    const other = await gridOf()
    await expect.poll(() => widthOf(head(other, 'Name'))).toBe(before)
  })

  test('two drawn one after the other are both kept, and neither leaves its bounds', async () => {
    const page = await gridOf()
    await edge(page, 'Name').waitFor()
    for (const [name, by] of [
      ['Name', -900],
      ['Pid', 1300],
    ] as const) {
      // biome-ignore format: one line
      await draw(page, name, by)
      const done = kept(page)
      await page.mouse.up()
      await done
    }
    await page.reload()
    await edge(page, 'Name').waitFor()
    await expect.poll(() => widthOf(head(page, 'Name'))).toBe(48)
    await expect.poll(() => widthOf(head(page, 'Pid'))).toBe(960)
    await page.locator('summary', { hasText: 'Columns' }).click()
    await expect.poll(() => page.locator('select[name="width Pid"]').inputValue()).toBe('960')
  })

  test('is moved by the keyboard as a splitter is, and kept when the key is let go', async () => {
    const page = await gridOf()
    await edge(page, 'Name').focus()
    const before = Number(await edge(page, 'Name').getAttribute('aria-valuenow'))
    const pressed = async (key: string, width: number) => {
      const done = kept(page)
      await page.keyboard.press(key)
      await done
      await expect.poll(() => edge(page, 'Name').getAttribute('aria-valuenow')).toBe(String(width))
      await expect.poll(() => widthOf(cellOf(page, 'Name'))).toBe(width)
    }
    await pressed('Home', 48)
    await pressed('ArrowRight', 56)
    await pressed('Shift+ArrowRight', 96)
    await pressed('ArrowLeft', 88)
    await pressed('End', 960)
    await pressed('ArrowLeft', 952)
    await page.keyboard.down('Home')
    await page.keyboard.press('Escape')
    await page.keyboard.up('Home')
    await expect.poll(() => widthOf(cellOf(page, 'Name'))).toBe(952)
    await page.reload()
    await edge(page, 'Name').waitFor()
    await expect.poll(() => widthOf(cellOf(page, 'Name'))).toBe(952)
    expect(before).not.toBe(952)
  })

  test('of columns that the address names stands until the page is left, and is not kept', async () => {
    const page = await gridOf()
    await page.goto(`${GRID}&columns=Name&columns=Note`)
    await edge(page, 'Note').focus()
    await page.keyboard.press('Home')
    await expect.poll(() => widthOf(cellOf(page, 'Note'))).toBe(48)
    await page.reload()
    await edge(page, 'Note').waitFor()
    await expect.poll(() => widthOf(cellOf(page, 'Note'))).toBeGreaterThan(100)
  })
})

describe('the columns of time and host', () => {
  const CLASH = 'Own.Clash'
  beforeAll(() =>
    tenant.deliver(jsonLines([{ host: 'a-field-called-host', time: 'x', Event: 'y', own: 'z' }]), {
      artifact: CLASH,
      hostname: 'ws-02',
    }),
  )

  test('are drawn and moved as others are, and are no field that is called so', async () => {
    const page = await gridOf()
    await page.goto(`/rows?artifact=${CLASH}`)
    await edge(page, 'the host').waitFor()
    const field = await widthOf(head(page, 'host'))
    const before = await widthOf(head(page, 'Host'))
    await draw(page, 'the host', 120)
    const expected = Math.round((before + 120) / 8) * 8
    await expect.poll(() => widthOf(head(page, 'Host'))).toBe(expected)
    let done = kept(page)
    await page.mouse.up()
    await done
    await edge(page, 'the event time').focus()
    done = kept(page)
    await page.keyboard.press('End')
    await done
    await page.reload()
    await edge(page, 'the host').waitFor()
    await expect.poll(() => widthOf(head(page, 'Host'))).toBe(expected)
    await expect.poll(() => widthOf(eventHead(page))).toBe(960)
    await expect.poll(() => widthOf(head(page, 'host'))).toBe(field)
    const other = await gridOf()
    await other.goto(`/rows?artifact=${CLASH}`)
    await expect.poll(() => widthOf(head(other, 'Host'))).toBe(before)
  })

  test('are pinned before others by the form, without JavaScript too, and a field that is called so is not', async () => {
    const page = await gridOf({ javaScriptEnabled: false })
    await page.goto(`/rows?artifact=${CLASH}`)
    await pin(page, 'the host', 'Event')
    await page.goto(`/rows?artifact=${CLASH}`)
    const order = () => page.locator('thead th:visible').allTextContents()
    await expect.poll(order).toEqual(['Star and open', 'Host', 'Event', 'Event (UTC)', 'host', 'time', 'own'])
    await expect.poll(() => page.locator('th.pin').allTextContents()).toEqual(['Host', 'Event'])
    await page.locator('summary', { hasText: 'Columns' }).click()
    await expect.poll(() => page.getByLabel('Pin the host', { exact: true }).isChecked()).toBe(true)
    await expect.poll(() => page.getByLabel('Pin host', { exact: true }).isChecked()).toBe(false)
    await page.getByLabel('Pin Event', { exact: true }).uncheck()
    await page.getByLabel('Pin the event time', { exact: true }).check()
    await page.getByLabel('Width of the event time', { exact: true }).selectOption('wide')
    await page.getByRole('button', { name: 'Keep for me' }).click()
    await expect.poll(() => page.locator('th.pin').allTextContents()).toEqual(['Event (UTC)', 'Host'])
    await expect.poll(() => widthOf(eventHead(page))).toBe(512)
    await page.locator('summary', { hasText: 'Columns' }).click()
    await page.getByRole('button', { name: 'As at first' }).click()
    await page.locator('section.fields:not(.pinned)').waitFor()
  })

  test('stay at the left while the grid moves', async () => {
    const page = await gridOf()
    await pin(page, 'the event time', 'the host')
    const places = () => Promise.all(['Event', 'Host'].map((name) => leftOf(head(page, name))))
    const before = await places()
    await expect.poll(() => scrolled(page, 150)).toBe(150)
    await expect.poll(places).toEqual(before)
    await expect.poll(() => leftOf(cellOf(page, 'host'))).toBe(before[1])
  })
})

async function pin(page: Page, ...names: string[]) {
  await page.locator('summary', { hasText: 'Columns' }).click()
  for (const name of names) await page.getByLabel(`Pin ${name}`, { exact: true }).check()
  await page.getByRole('button', { name: 'Keep for me' }).click()
  await page.locator('section.pinned').waitFor()
}

const scrolled = (page: Page, left: number) =>
  page.getByLabel('Rows, scrollable').evaluate((box, to) => {
    box.scrollLeft = to
    return box.scrollLeft
  }, left)

describe.each([{ javaScriptEnabled: true }, { javaScriptEnabled: false }])(
  'with scripts: $javaScriptEnabled',
  (options) => {
    test('pinned columns stand first and stay beside each other while the grid moves, also after a reload', async () => {
      const page = await gridOf(options)
      await pin(page, 'Pid', 'Name')
      await page.goto(GRID)
      const places = () => Promise.all(['Name', 'Pid'].map((name) => leftOf(cellOf(page, name))))
      const [name, pid] = (await places()) as [number, number]
      expect(name + (await widthOf(cellOf(page, 'Name')))).toBe(pid)
      expect(pid).toBeLessThan(await leftOf(head(page, 'Event')))
      await expect.poll(() => scrolled(page, 150)).toBe(150)
      await expect.poll(places).toEqual([name, pid])
      await expect.poll(() => leftOf(head(page, 'Name'))).toBe(name)
      await expect.poll(() => leftOf(page.getByLabel('Filter Pid'))).toBeGreaterThan(pid)
      const other = await gridOf(options)
      await expect.poll(() => other.locator('section.pinned').count()).toBe(0)
    })

    test('rows take as many lines as they need once they are wrapped, also after a reload, and one again', async () => {
      const page = await gridOf(options)
      const tall = async () =>
        (await page.locator('tbody tr', { hasText: 'a good many' }).first().boundingBox())!.height
      const before = await tall()
      await page.getByRole('button', { name: 'Wrap' }).click()
      await page.locator('section.wrapped').waitFor()
      await page.goto(GRID)
      await expect.poll(tall).toBeGreaterThan(before * 2)
      await expect.poll(() => page.getByRole('button', { name: 'Wrap', pressed: true }).count()).toBe(1)
      const other = await gridOf(options)
      await expect.poll(() => other.locator('section.wrapped').count()).toBe(0)
      await pin(page, 'Pid')
      await expect.poll(() => page.locator('section.pinned.wrapped').count()).toBe(1)
      await page.getByRole('button', { name: 'Wrap' }).click()
      await page.locator('section.pinned.one').waitFor()
      await expect.poll(tall).toBe(before)
      await page.locator('summary', { hasText: 'Columns' }).click()
      await page.getByRole('button', { name: 'As at first' }).click()
      await page.locator('section.fields:not(.pinned)').waitFor()
    })

    test('rows are sorted by host from the head, and then by more', async () => {
      const page = await gridOf(options)
      await page.getByRole('link', { name: 'Host', exact: true }).click()
      await page.waitForURL(/sort=host/)
      await page.getByRole('link', { name: 'Also sort by Pid' }).click()
      await page.waitForURL(/sort=host&sort=Pid/)
      await expect.poll(() => page.locator('.reading').textContent()).toContain('by host, then Pid')
      const hosts = () => page.locator('tbody td[data-column="host"]').allTextContents()
      await expect.poll(async () => (await hosts()).slice(28, 32)).toEqual(['dc-09', 'dc-09', 'WS-01', 'WS-01'])
      await expect.poll(() => head(page, 'Host').getAttribute('aria-sort')).toBe('ascending')
    })
  },
)

test('pins that would leave the others too little room do not stay, and a phone has none', async () => {
  const page = await gridOf()
  await pin(page, 'Name', 'Pid')
  await page.locator('.facets').waitFor()
  const stays = async (width: number) => {
    await page.setViewportSize({ width, height: 900 })
    await scrolled(page, 0)
    const before = await leftOf(cellOf(page, 'Name'))
    await scrolled(page, 60)
    return (await leftOf(cellOf(page, 'Name'))) === before
  }
  await expect.poll(() => stays(DESK.width)).toBe(true)
  await expect.poll(() => stays(844)).toBe(false)
  await page.setViewportSize(PHONE)
  await expect.poll(() => page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(PHONE.width)
  await expect.poll(() => cellOf(page, 'Name').isVisible()).toBe(false)
})

test('a drawn, pinned and wrapped grid has no fault of accessibility, light and dark', async () => {
  const page = await gridOf()
  await pin(page, 'Name')
  await page.getByRole('button', { name: 'Wrap' }).click()
  await page.locator('section.wrapped').waitFor()
  await edge(page, 'CommandLine').focus()
  const done = kept(page)
  await page.keyboard.press('ArrowRight')
  await done
  for (const viewport of [DESK, PHONE]) {
    await page.setViewportSize(viewport)
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      await expect.poll(() => faults(page), { message: `${viewport.width} ${colorScheme}` }).toEqual([])
    }
  }
})
