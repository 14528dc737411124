import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright'
import { beforeAll, describe, expect, test } from 'vitest'
import { projectRoot } from '#db/root.ts'
import { jsonLines, newTenant, type Tenant } from '../support/world.ts'
import { faults } from './accessibility.ts'
import { bringCookie, DESK, PHONE, visitor } from './browser.ts'

const NARROW = { width: 320, height: 640 }

type Ids = {
  host: number
  otherHost: number
  batch: number
  failed: number
  row: string
  user: number
  source: number
  view: number
  comment: number
  annotation: number
}
let tenant: Tenant
let ids: Ids

beforeAll(async () => {
  tenant = await newTenant()
  ids = await furnish(tenant)
})

const LONG_PATH = 'c:\\program files\\a very long folder name without any end\\in sight\\tool.exe'

/** Something to see on every page: rows with long and odd values, rejected lines, a failed delivery, a source. */
async function furnish({ deliver, as, people }: Tenant): Promise<Ids> {
  const rows = Array.from({ length: 40 }, (_, at) => ({
    ClientId: `C.${String(at % 5).padStart(16, '0')}`,
    Hostname: `WS-${at % 5}`,
    EventTime: `2026-02-0${1 + (at % 9)}T10:00:00Z`,
    Pid: at,
    CommandLine: `powershell.exe -enc ${'QUJD'.repeat(at * 4)}`,
    Exe: LONG_PATH,
    Path: 'C:\\Program Files\\A very long folder name without any end\\in sight\\tool.exe',
    Odd: '\u202eevil\u0007 \u200b=1+1 <b>x</b>',
  }))
  const batch = await deliver(`${jsonLines(rows)}not json at all\n[1,2]\n`, {
    artifact: 'Windows.System.Pslist',
    filename: 'rows.jsonl',
  })
  const failed = await deliver('[]', { filename: 'array.json' })
  const { id: source } = await as('admin').sources.create({ name: 'Forwarder', kind: 'elastic' })
  const { rows: hosts } = await as('user').hosts.list({ sort: 'last_seen_at', dir: 'desc', limit: 5 } as never)
  const found = await as('user').telemetry.rows({ limit: 5 } as never)
  const row = found.rows[0]!.id
  await as('admin').marks.tag({ rowId: row, tag: 'star' })
  await as('admin').marks.tag({ rowId: row, tag: 'seen' })
  const comment = await as('admin').marks.comment({ rowId: row, body: 'Looks \u202eodd\n<b>see</b> the path' })
  const annotation = await as('admin').timeline.annotate({ at: '2026-02-01 10:00', text: 'Seen \u202ehere' } as never)
  const view = await as('admin').views.create({ name: 'Odd \u202epaths', address: '/rows?q=Odd:*', audience: 'shared' })
  await as('user').views.send({
    to: people.admin.username,
    address: '/rows?q=Odd:*',
    title: 'Odd paths',
    note: 'See this',
  })
  await as('admin').views.visit({ address: '/rows?q=Odd:*' })
  const odd = [{ type: 'path' as const, value: LONG_PATH }]
  await as('admin').verdicts.decide({ observables: odd, verdict: 'suspicious', reason: 'odd \u202e reason' })
  await as('admin').verdicts.decide({ observables: odd, verdict: 'benign', scope: 'shape' })
  return {
    host: hosts[0]!.id,
    otherHost: hosts[1]!.id,
    batch: batch.id,
    failed: failed.id,
    row,
    view: view.id,
    comment: comment.id,
    annotation: annotation.id,
    user: people.user.id,
    source,
  }
}

// Route file to the addresses under which it is looked at.
const SIGNED_IN: Record<string, (ids: Ids) => string[]> = {
  '_dashboards/index.tsx': () => ['/'],
  '_missing/$.tsx': () => ['/no-such-page'],
  'activity/index.tsx': () => ['/activity'],
  'alarms/index.tsx': () => ['/alarms'],
  'artifacts/index.tsx': () => ['/artifacts'],
  'artifacts/$artifact.tsx': () => ['/artifacts/Windows.System.Pslist', '/artifacts/Not.There'],
  'deliveries/index.tsx': () => ['/deliveries'],
  'deliveries/$batchId.tsx': ({ batch, failed }) => [`/deliveries/${batch}`, `/deliveries/${failed}`],
  'hosts/index.tsx': () => ['/hosts', '/hosts?q=nothing-has-this-name'],
  'hosts/$hostId.tsx': ({ host }) => [`/hosts/${host}`, '/hosts/999999999'],
  'hosts/$hostId.merge.tsx': ({ host, otherHost }) => [
    `/hosts/${host}/merge`,
    `/hosts/${host}/merge?with=${otherHost}`,
  ],
  'hosts/new.tsx': () => ['/hosts/new'],
  'find/index.tsx': () => ['/find', '/find?q=ws-1'],
  'keys/index.tsx': () => ['/keys'],
  'lookup/index.tsx': () => ['/lookup'],
  'observables/index.tsx': () => [
    '/observables',
    '/observables?q=tool.exe%20is%20nowhere',
    '/observables?q=198.51.100[.]7',
    `/observables?${new URLSearchParams({ type: 'path', value: LONG_PATH })}`,
    '/observables?type=ip&value=192.0.2.1',
  ],
  'profile/index.tsx': () => ['/profile'],
  'rows/index.tsx': ({ row }) => [
    '/rows',
    '/rows?artifact=Windows.System.Pslist',
    '/rows?artifact=Windows.System.Pslist&q=Pid>4+-CommandLine:*QUJD*',
    '/rows?q=Pidd:4+OR+%E2%80%AEx',
    `/rows?artifact=Windows.System.Pslist&row=${row}`,
  ],
  'compare/index.tsx': () => ['/compare', '/compare?artifact=Windows.System.Pslist'],
  'hosts/$hostId.activity.tsx': ({ host }) => [`/hosts/${host}/activity`],
  'hosts/$hostId.changes.tsx': ({ host }) => [`/hosts/${host}/changes`],
  'hosts/$hostId.rarest.tsx': ({ host }) => [`/hosts/${host}/rarest`],
  'stacks/index.tsx': () => ['/stacks', '/stacks?artifact=Windows.System.Pslist&columns=Path'],
  'stacks/hosts.tsx': () => ['/stacks/hosts?artifact=Windows.System.Pslist&q=Pid:4'],
  'timeline/index.tsx': () => ['/timeline'],
  'timeline/annotations.new.tsx': () => ['/timeline/annotations/new'],
  'timeline/annotations.$annotationId.tsx': ({ annotation }) => [`/timeline/annotations/${annotation}`],
  'timeline/clocks.$hostId.tsx': ({ host }) => [`/timeline/clocks/${host}`],
  'rows/$rowId.tsx': ({ row }) => [`/rows/${row}`],
  'sources/index.tsx': () => ['/sources'],
  'sources/$sourceId.tsx': ({ source }) => [`/sources/${source}`, '/sources/999999999'],
  'tenants/index.tsx': () => ['/tenants'],
  'tenants/new.tsx': () => ['/tenants/new'],
  'tenants/$tenantId.tsx': () => [`/tenants/${tenant.id}`],
  'tenants/$tenantId.archives.tsx': () => [`/tenants/${tenant.id}/archives`],
  'tenants/$tenantId.end.tsx': () => [`/tenants/${tenant.id}/end`],
  'verdicts/index.tsx': () => ['/verdicts', '/verdicts?q=nothing-has-this-name'],
  'views/index.tsx': () => ['/views', '/views?q=nothing-has-this-name'],
  'views/new.tsx': () => ['/views/new?address=/rows%3Fq%3Dcmd'],
  'views/send.tsx': () => ['/views/send?address=/rows%3Fq%3Dcmd'],
  'views/inbox.tsx': () => ['/views/inbox'],
  'views/$viewId.tsx': ({ view }) => [`/views/${view}`, '/views/999999999'],
  'marks/index.tsx': ({ comment }) => ['/marks', '/marks?tag=seen', `/marks?comment=${comment}`],
  'users/index.tsx': () => ['/users'],
  'users/$userId.tsx': ({ user }) => [`/users/${user}`],
  'users/new.tsx': () => ['/users/new'],
}
const SIGNED_OUT: Record<string, string> = {
  '_auth/login.tsx': '/login',
  '_auth/register.tsx': '/register',
  '_auth/reset.$token.tsx': '/reset/a-token-that-does-not-exist',
}
const ELSEWHERE = ['_auth/first.tsx', '_auth/logout.tsx', '_auth/switch.tsx'] // first.test.ts; the others are no pages

test('every page of the product stands in these lists', () => {
  const routes = join(projectRoot, 'app/routes')
  const pages = readdirSync(routes).flatMap((folder) =>
    readdirSync(join(routes, folder))
      .filter((name) => name.endsWith('.tsx'))
      .map((name) => `${folder}/${name}`),
  )
  expect(pages.sort()).toEqual([...Object.keys(SIGNED_IN), ...Object.keys(SIGNED_OUT), ...ELSEWHERE].sort())
})

describe('signed in', () => {
  test.each(Object.keys(SIGNED_IN))('%s: no accessibility fault, nothing to scroll sideways', async (file) => {
    const page = await visitor()
    await bringCookie(page, await tenant.cookie('admin'))
    for (const path of SIGNED_IN[file]!(ids)) await inspect(page, path)
  })
})

describe('signed out', () => {
  test.each(Object.values(SIGNED_OUT))('%s: no accessibility fault, nothing to scroll sideways', async (path) => {
    await inspect(await visitor(), path)
  })
})

async function inspect(page: Page, path: string) {
  await page.goto(path)
  for (const viewport of [DESK, PHONE]) {
    await page.setViewportSize(viewport)
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      const found = await faults(page, colorScheme === 'light' ? 'everything' : 'colours') // the theme changes nothing else
      expect(found, `${path}, ${viewport.width} px, ${colorScheme}`).toEqual([])
    }
  }
  await page.setViewportSize(NARROW)
  const width = await page.evaluate(() => document.documentElement.scrollWidth)
  expect(width, `${path} is wider than ${NARROW.width} px`).toBeLessThanOrEqual(NARROW.width)
  await page.setViewportSize(DESK)
}
