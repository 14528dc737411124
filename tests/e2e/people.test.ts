import { describe, expect, test } from 'vitest'
import { newTenant, PASSWORD, pool } from '../support/world.ts'
import { signIn, visitor } from './browser.ts'

const NEW_PASSWORD = 'nine green bottles on a wall'

describe('people', () => {
  test('an admin makes a user, who sets a password by the link; a changed role and a shut door hold at once', async () => {
    const tenant = await newTenant()
    const username = `ada-${tenant.id}`
    const admin = await visitor()
    await signIn(admin, tenant.people.admin.username)
    await admin.goto('/users/new')
    await admin.getByLabel('Username').fill(username)
    await admin.getByLabel('Role').selectOption('user')
    await admin.getByRole('button', { name: 'Create user' }).click()
    const link = (await admin.locator('.secret code').textContent()) ?? ''

    const ada = await visitor()
    await ada.goto(new URL(link).pathname)
    await ada.getByLabel('New password').fill(NEW_PASSWORD)
    await ada.getByRole('button', { name: 'Set password' }).click()
    await ada.waitForURL((url) => url.pathname === '/')
    await expect.poll(() => ada.getByRole('link', { name: 'Users' }).count()).toBe(0)

    await admin.getByRole('link', { name: 'Open user' }).click()
    await admin.getByLabel('Role').selectOption('admin')
    await admin.getByRole('button', { name: 'Change role' }).click()
    await admin.getByRole('status').filter({ hasText: /./ }).first().waitFor()
    await ada.reload()
    await expect.poll(() => ada.getByRole('link', { name: 'Users' }).count()).toBeGreaterThan(0)

    await admin.getByText('Deactivate', { exact: true }).click()
    await admin.getByRole('button', { name: `Deactivate ${username}` }).click()
    await admin.getByRole('button', { name: `Reactivate ${username}` }).waitFor()
    await ada.goto('/hosts')
    expect(new URL(ada.url()).pathname).toBe('/login')
  })

  test('a wrong password, a short password and a used link are told in words', async () => {
    const tenant = await newTenant()
    const page = await visitor()
    await page.goto('/login')
    await page.getByLabel('Username').fill(tenant.people.user.username)
    await page.getByLabel('Password').fill('not the password at all')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('alert').waitFor()
    await expect.poll(() => page.getByRole('alert').textContent()).toMatch(/Incorrect username or password/)
    await signIn(page, tenant.people.user.username)
    await page.goto('/profile')
    await page.getByLabel('Current password').fill(PASSWORD)
    await page.getByLabel('New password').fill('too short')
    await page
      .getByRole('button', { name: /password/i })
      .first()
      .click()
    await page.getByRole('alert').first().waitFor()
    await expect.poll(() => page.getByRole('main').textContent()).toMatch(/at least 15 characters/i)
  })

  test('an analyst is told that the admin’s pages are not theirs', async () => {
    const tenant = await newTenant()
    const page = await visitor()
    await signIn(page, tenant.people.user.username)
    for (const path of ['/users', `/users/${tenant.people.admin.id}`, '/sources'])
      expect((await page.goto(path))?.status(), path).toBe(403)
    await page.goto('/users/new')
    const button = page.getByRole('button', { name: 'Create user' })
    if ((await button.count()) === 0) return
    await page.getByLabel('Username').fill('mallory')
    const [answer] = await Promise.all([
      page.waitForResponse((response) => response.request().method() === 'POST'),
      button.click(),
    ])
    expect(answer.status()).toBe(403)
  })
})

describe('tenants', () => {
  test('switching shows the other tenant’s rows and none of the first', async () => {
    const [here, there] = [await newTenant(), await newTenant()]
    const { id, username } = here.people.user
    await pool.insertInto('membership').values({ tenant_id: there.id, account_id: id, role: 'user' }).execute()
    await here.deliver('{"Hostname":"ONLY-HERE","Name":"a"}\n', { artifact: 'Linux.Sys.Users' })
    await there.deliver('{"Hostname":"ONLY-THERE","Name":"b"}\n', { artifact: 'Linux.Sys.Users' })
    const page = await visitor()
    await signIn(page, username)
    const current = page.locator('.tenant summary b').first()
    const seen = async () => {
      await page.goto('/hosts')
      return page
        .getByRole('main')
        .getByRole('link', { name: /^ONLY-/ })
        .allInnerTexts()
    }
    const [first, before] = [await seen(), await current.textContent()]
    await page.locator('.tenant summary').first().click()
    await page.locator('.tenant button.item:visible:not([aria-current])').click()
    await expect.poll(() => current.textContent()).not.toBe(before)
    expect([...first, ...(await seen())].sort()).toEqual(['ONLY-HERE', 'ONLY-THERE'])
  })
})
