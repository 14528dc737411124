import { type BrowserContextOptions, chromium, type Page } from 'playwright'
import { afterAll, afterEach, expect } from 'vitest'
import { installation, PASSWORD } from '../support/world.ts'
import { findChromium } from './chromium.ts'

const executablePath = findChromium()
if (!executablePath) throw new Error('No Chromium: install one, or set CHROMIUM_PATH. npm test does it by itself.')

const browser = await chromium.launch({ executablePath, args: ['--disable-dev-shm-usage'] })
afterAll(() => browser.close())

const trouble: string[] = []
afterEach(async () => {
  for (const context of browser.contexts()) await context.close()
  expect(trouble.splice(0).join('\n'), 'what the browser complained of').toBe('')
})

/** What the router gives up for something newer it also logs, where it was reading the answer: that is no trouble. */
function complain(said: string): void {
  if (!said.startsWith('AbortError: signal is aborted')) trouble.push(said)
}

export const DESK = { width: 1440, height: 900 }
export const PHONE = { width: 390, height: 844 }

/** A new person at a new browser. Breaches of our own policy, script errors and answers of 500 and more fail the test. */
export async function visitor(options: BrowserContextOptions = {}, baseURL = installation.url): Promise<Page> {
  const context = await browser.newContext({ baseURL, viewport: DESK, ...options })
  context.setDefaultTimeout(60_000)
  context.on('console', (message) => {
    // An answer of 4xx is logged as a failed resource; whether it was right is the test's business.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) complain(message.text())
  })
  context.on('weberror', (error) => complain(String(error.error())))
  context.on('response', (response) => {
    if (response.status() >= 500) trouble.push(`${response.status()} ${response.url()}`)
  })
  return context.newPage()
}

/** Through the sign-in page, as a person does. */
export async function signIn(page: Page, username: string, password = PASSWORD): Promise<void> {
  await page.goto('/login')
  await page.getByLabel('Username').fill(username)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL((url) => url.pathname !== '/login')
}

/** Signs in without the page, where signing in is not what the test is about. */
export async function bringCookie(page: Page, cookie: string): Promise<void> {
  const [name = '', value = ''] = cookie.split('=')
  await page.context().addCookies([{ name, value, url: installation.url }])
}
