import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { send } from '../support/product-client.ts'
import { installation, newTenant } from '../support/world.ts'

test('a page is found under its address in another case, escaped, or with a slash at its end; what is no page is not', async () => {
  const tenant = await newTenant()
  const headers = { cookie: await tenant.cookie('viewer') }
  const title = async (path: string) => {
    const answer = await fetch(installation.url + path, { headers })
    return `${answer.status} ${(await answer.text()).match(/<title>(.*?)<\/title>/)?.[1]}`
  }
  const hosts = await title('/hosts')
  expect(hosts).toContain('200 Hosts')
  for (const path of ['/Hosts', '/%68osts', '/hosts/']) expect([path, await title(path)]).toEqual([path, hosts])
  for (const path of ['/nope', '/hosts/1/nope', '/hostsnope', '/assets'])
    expect([path, (await title(path)).slice(0, 3)]).toEqual([path, '404'])
})

test('a question longer than an address may be is asked by POST, from our own pages only', async () => {
  const tenant = await newTenant()
  const cells = Array.from({ length: 500 }, (_, n) => ({ artifact: 'A', column: 'Sha256', text: sha256(`${n}`) }))
  const input = JSON.stringify({ cells })
  const headers = { cookie: await tenant.cookie('viewer'), 'content-type': 'application/json' }
  const byPost = (origin: string) =>
    send('/api/trpc/observables.ofCells', { method: 'POST', headers: { ...headers, origin }, body: input })
  const byGet = await send(`/api/trpc/observables.ofCells?input=${encodeURIComponent(input)}`, { headers })
  expect(byGet.status).toBe(431)
  expect((await byPost('http://elsewhere.example')).status).toBe(403)
  const asked = await byPost(installation.url)
  expect(asked.status).toBe(200)
  expect(JSON.parse(asked.text).result.data).toEqual(cells.map(({ text }) => expect.objectContaining({ value: text })))
})

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
