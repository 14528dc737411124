import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { startInstallation } from '../support/product.ts'
import { faults } from './accessibility.ts'
import { visitor } from './browser.ts'

// An installation that nobody has used yet.
const { installation, stop } = await startInstallation()
afterAll(stop)

test('the first person is led to making an account, and finds empty pages that say what comes next', async () => {
  const page = await visitor({}, installation.url)
  await page.goto('/')
  expect(new URL(page.url()).pathname).toBe('/first')
  await expect.poll(() => faults(page)).toEqual([])

  await page.getByLabel('Username').fill('ada')
  await page.getByLabel('Password').fill('velocicompanion')
  await page.getByRole('button', { name: 'Create account' }).click()
  await page.getByRole('alert').waitFor()
  await page.getByLabel('Password').fill('a sentence nobody guesses')
  await page.getByRole('button', { name: 'Create account' }).click()
  await page.waitForURL((url) => url.pathname === '/')

  for (const path of ['/', '/rows', '/hosts', '/deliveries', '/activity']) {
    await page.goto(path)
    await expect.poll(() => faults(page), { message: `${path} while empty` }).toEqual([])
  }
  expect(readFileSync(join(installation.dataDir, 'logs/app.log'), 'utf8')).not.toContain('a sentence nobody guesses')

  const late = await visitor({}, installation.url)
  await late.goto('/first')
  expect(new URL(late.url()).pathname).toBe('/login')
})
