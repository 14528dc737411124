import { expect, test } from 'vitest'
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
