import { createHash } from 'node:crypto'
import type { Page } from 'playwright'
import { expect, test } from 'vitest'
import { jsonLines, newTenant, type Tenant } from '../support/world.ts'
import { signIn, visitor } from './browser.ts'

const EVIL = createHash('sha256').update('evil').digest('hex')
const DOSSIER = `/observables?type=hash&value=${EVIL}`

async function furnished(): Promise<Tenant> {
  const tenant = await newTenant()
  const rows = ['ws-1', 'ws-2', 'ws-3'].map((Hostname, at) => ({
    Hostname,
    Name: 'svchelper.exe',
    Exe: 'C:\\Windows\\svchelper.exe',
    CreateTime: `2026-01-0${5 + at}T12:00:00Z`,
    Hash: { SHA256: at === 2 ? createHash('sha256').update('good').digest('hex') : EVIL },
  }))
  await tenant.deliver(jsonLines(rows), { artifact: 'Windows.System.Pslist' })
  return tenant
}

const ruling = (page: Page) => page.locator('.ruling')
const says = (page: Page, what: RegExp) => expect.poll(() => ruling(page).textContent()).toMatch(what)

async function decideAndUndo(page: Page) {
  await page.goto('/observables')
  await page.getByLabel('A value, defanged forms too').fill(` "${EVIL.toUpperCase()}" `)
  await page.getByRole('button', { name: 'Find value' }).click()
  await page.waitForURL(/type=hash/)
  await page.getByRole('heading', { level: 1, name: EVIL }).waitFor()
  await says(page, /Undecided/)
  await expect.poll(() => page.locator('#hosts tbody tr').count()).toBe(2)
  const form = page.getByRole('form', { name: 'Decide' })
  await form.getByLabel('Reason').fill('Seen in the last case')
  await form.getByLabel('Until').selectOption('30')
  await form.getByRole('button', { name: 'malicious' }).click()
  await page.waitForURL(/deed=malicious-1/)
  await says(page, /malicious.*on all hosts.*until/)
  await expect.poll(() => page.locator('.log').textContent()).toContain('Seen in the last case')
  await page.getByRole('link', { name: 'svchelper.exe', exact: true }).first().click()
  await page.waitForURL(/type=process/)
  await expect.poll(() => page.locator('#near svg.v-malicious').count()).toBeGreaterThan(0)
  await page.goBack()
  await page.getByRole('button', { name: 'Undo' }).click()
  await page.waitForURL(/deed=undone/)
  await says(page, /Undecided/)
}

test('a value is pasted, decided about and the verdict undone, with JavaScript', async () => {
  const tenant = await furnished()
  const page = await visitor()
  await signIn(page, tenant.people.user.username)
  await decideAndUndo(page)
})

test('the same with links and forms alone', async () => {
  const tenant = await furnished()
  const page = await visitor({ javaScriptEnabled: false })
  await signIn(page, tenant.people.user.username)
  await decideAndUndo(page)
})

test('a verdict given in one browser shows in another that nobody touches', async () => {
  const tenant = await furnished()
  const [ann, bob] = [await visitor(), await visitor()]
  await signIn(ann, tenant.people.user.username)
  await signIn(bob, tenant.people.lead.username)
  await bob.goto(DOSSIER)
  await says(bob, /Undecided/)
  await ann.goto(DOSSIER)
  const given = Date.now()
  await ann.getByRole('form', { name: 'Decide' }).getByRole('button', { name: 'suspicious' }).click()
  await says(bob, /suspicious/)
  process.stdout.write(`a verdict showed in the other browser after ${Date.now() - given} ms\n`)
})

test('two people decide about one value: the second sees both words, loses nothing, and may decide again', async () => {
  const tenant = await furnished()
  const page = await visitor({ javaScriptEnabled: false })
  await signIn(page, tenant.people.user.username)
  await page.goto(DOSSIER)
  await tenant
    .as('lead')
    .verdicts.decide({ observables: [{ type: 'hash', value: EVIL }], verdict: 'benign', reason: 'Our own tool' })
  const form = page.getByRole('form', { name: 'Decide' })
  await form.getByLabel('Reason').fill('My long thoughts')
  await form.getByRole('button', { name: 'malicious' }).click()
  await page.getByRole('alert').first().waitFor()
  await expect.poll(() => page.getByRole('list', { name: 'What stands' }).textContent()).toContain('Our own tool')
  await expect
    .poll(() => page.getByRole('form', { name: 'Decide' }).getByLabel('Reason').inputValue())
    .toBe('My long thoughts')
  await page.getByRole('form', { name: 'Decide' }).getByRole('button', { name: 'malicious' }).click()
  await page.waitForURL(/observables.*deed=malicious/)
  await says(page, /malicious/)
})
