import fc from 'fast-check'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { setClock } from '#server/platform/clock.ts'
import { AppError } from '#server/platform/errors.ts'
import { createCaller } from '#server/router.ts'
import { base, jsonLines, newTenant, type Tenant } from '../support/world.ts'

afterEach(() => setClock())

const USN = 'Windows.NTFS.MFT'
const PSLIST = 'Windows.System.Pslist'
type View = Awaited<ReturnType<ReturnType<Tenant['as']>['timeline']['view']>>
type Ask = Parameters<ReturnType<Tenant['as']>['timeline']['view']>[0]

const view = (tenant: Tenant, ask: Ask = {}) => tenant.as('viewer').timeline.view(ask)
const hostId = async (tenant: Tenant, name: string) =>
  (await tenant.as('viewer').hosts.list({ q: name })).rows.find(({ hostname }) => hostname === name)!.id

/** Every page from one end of a view to the other. */
async function walk(tenant: Tenant, ask: Ask, way: 'earlier' | 'later', first: View): Promise<View['events']> {
  const events = [...first.events]
  for (let next = first[way]; next; ) {
    const page = await view(tenant, { ...ask, cursor: next })
    if (way === 'later') events.push(...page.events)
    else events.unshift(...page.events)
    next = page[way]
  }
  return events
}

const said = (events: View['events']) =>
  events.map((event) =>
    event.kind === 'row' ? `${event.at.toISOString()} ${event.label} ${event.hostname}` : `note ${event.id}`,
  )

// The times an MFT row bears, in the order of its map: what the test expands by itself.
const MFT_TIMES = [
  ['LastModified0x10', 'modified'],
  ['Created0x10', 'created'],
  ['LastRecordChange0x10', 'changed'],
  ['LastAccess0x10', 'accessed'],
] as const

const seconds = fc.integer({ min: 0, max: 4000 })
const maybe = fc.option(seconds, { nil: null })
const mftRow = fc.record({ c: maybe, m: maybe, r: maybe, a: maybe })
const START = Date.UTC(2026, 0, 5, 12)
const START_ISO = new Date(START).toISOString()
const iso = (at: number) => new Date(START + at * 1000).toISOString()

let random: Tenant
let expanded: string[]
let undated: number

beforeAll(async () => {
  random = await newTenant()
  const sampled = fc.sample(mftRow, { numRuns: 30, seed: 7 })
  const rows = sampled.map((row, n) => (n % 8 === 5 ? { c: null, m: null, r: null, a: null } : row))
  expanded = []
  undated = 0
  for (const [n, host] of ['ws-01', 'ws-02', 'ws-03'].entries()) {
    const own = rows.filter((_row, at) => at % 3 === n)
    const lines = own.map(({ c, m, r, a }, at) => {
      const times = [c, m, r, a]
      const fields = MFT_TIMES.flatMap(([path], i) => (times[i] === null ? [] : [[path, iso(times[i]!)]]))
      return { EntryNumber: at, OSPath: `C:\\f${at}.txt`, ...Object.fromEntries(fields) }
    })
    await random.deliver(jsonLines(lines), { artifact: USN, hostname: host })
    for (const { c, m, r, a } of own) {
      const times = [c, m, r, a]
      const found = MFT_TIMES.flatMap(([, label], i) =>
        times[i] === null ? [] : [`${iso(times[i]!)} ${label} ${host}`],
      )
      expanded.push(...found)
      if (found.length === 0) undated += 1
    }
  }
})

describe('events are rows times their labelled times', () => {
  test('as an expansion outside the engine says, each with its label', async () => {
    const first = await view(random, { limit: 20 })
    const all = await walk(random, { limit: 20 }, 'earlier', first)
    expect(said(all).sort()).toEqual([...expanded].sort())
    expect(first.total).toBe(expanded.length)
    expect(first.density.total).toBe(expanded.length)
    expect(all.map(({ at }) => at.getTime())).toEqual(all.map(({ at }) => at.getTime()).toSorted((a, b) => a - b))
  })

  test('paging from either end, and from the middle both ways, gives the same whole', async () => {
    const ask = { limit: 20, from: new Date(START) }
    const forwards = await walk(random, ask, 'later', await view(random, ask))
    const end = { limit: 17 }
    const backwards = await walk(random, end, 'earlier', await view(random, end))
    expect(said(backwards)).toEqual(said(forwards))
    for (const at of [0, 2000]) {
      const from = { limit: 26, at: new Date(START + at * 1000) }
      const middle = await view(random, from)
      const [before, after] = [await walk(random, from, 'earlier', middle), await walk(random, from, 'later', middle)]
      expect(said([...before, ...after.slice(middle.events.length)])).toEqual(said(forwards))
    }
  })

  test('a window holds what lies in it and says how much that is; density and lanes agree', async () => {
    for (const [low, high] of [
      [0, 4001],
      [500, 1500],
      [1000, 1001],
      [3999, 4001],
    ] as const) {
      const [from, to] = [new Date(START + low * 1000), new Date(START + high * 1000)]
      const inside = expanded.filter((text) => text >= from.toISOString() && text < to.toISOString())
      const found = await view(random, { from, to, limit: 200 })
      expect(found.total).toBe(inside.length)
      expect(said(found.events).sort()).toEqual(inside.sort().slice(0, 200))
      expect(found.density.bins.reduce((sum, { n }) => sum + n, 0)).toBe(expanded.length)
      expect(found.lanes.lanes.reduce((sum, { events }) => sum + events, 0)).toBe(inside.length)
      for (const { events, bins } of found.lanes.lanes) expect(bins.reduce((sum, n) => sum + n, 0)).toBe(events)
    }
  })

  test('bins of the density begin and end where its events lie', async () => {
    const { density } = await view(random)
    const times = expanded.map((text) => Date.parse(text.split(' ')[0]!))
    for (const { from, to, n } of density.bins)
      expect(n).toBe(times.filter((at) => at >= from.getTime() && at < to.getTime()).length)
  })
})

test('undated rows stand beside the events, are counted, and never have a time', async () => {
  const found = await view(random, { limit: 200 })
  expect(undated).toBeGreaterThan(0)
  expect(found.undated_total).toBe(undated)
  expect(found.undated.length).toBe(Math.min(undated, 20))
  const dated = new Set(found.events.flatMap((event) => (event.kind === 'row' ? [event.row] : [])))
  for (const row of found.undated) {
    expect(dated.has(row.row)).toBe(false)
    expect(Object.keys(row)).not.toContain('at')
    expect(JSON.parse((await random.as('viewer').telemetry.row({ id: row.row })).raw)).not.toHaveProperty('Created0x10')
  }
  const windowed = await view(random, { from: new Date(0), to: new Date(1) })
  expect([windowed.total, windowed.undated_total]).toEqual([0, undated])
  const at = await view(random, { rowId: found.undated[0]!.row })
  expect(at.row).toEqual({ at: null })
})

test('a row is shown in its context: in the middle of its page, between what came before and after', async () => {
  const all = await walk(random, {}, 'earlier', await view(random))
  const middle = all[Math.floor(all.length / 2)]!
  if (middle.kind !== 'row') throw new Error('only rows here')
  const found = await view(random, { rowId: middle.row, limit: 10 })
  const own = found.row!.at!.getTime()
  const at = found.events.findIndex(
    (event) => event.kind === 'row' && event.row === middle.row && event.at.getTime() === own,
  )
  expect(at).toBeGreaterThanOrEqual(5)
  const start = said(all).indexOf(said(found.events)[0]!)
  expect(said(found.events)).toEqual(said(all).slice(start, start + found.events.length))
  await expect(view(random, { rowId: '1.1.999999999' })).rejects.toMatchObject({ code: 'NOT_FOUND' })
})

test('lanes by user and artifact, and a lane of one that is counted by itself', async () => {
  const tenant = await newTenant()
  const rows = [
    { Name: 'a.exe', Username: 'CORP\\anna', CreateTime: '2026-01-05T12:00:00Z' },
    { Name: 'b.exe', Username: 'corp\\Anna', CreateTime: '2026-01-05T12:01:00Z' },
    { Name: 'c.exe', Username: 'CORP\\bob', CreateTime: '2026-01-05T12:02:00Z' },
    { Name: 'd.exe', CreateTime: '2026-01-05T12:03:00Z' },
  ]
  await tenant.deliver(jsonLines(rows), { artifact: PSLIST, hostname: 'ws-01' })
  const { lanes } = await view(tenant, { lanes: 'user' })
  const found = Object.fromEntries(lanes.lanes.map(({ lane, events }) => [lane, events]))
  expect(Object.values(found).sort()).toEqual([1, 1, 2])
  expect(found['']).toBe(1)
  const [anna] = lanes.lanes
  expect((await view(tenant, { q: `user.name:"${anna!.lane}"` })).total).toBe(2)
  expect((await view(tenant, { lanes: 'artifact' })).lanes.lanes).toMatchObject([{ lane: PSLIST, events: 4 }])
})

test('lanes by tag count each event in every tag of its row, and a lane is what a query for the tag finds', async () => {
  const tenant = await newTenant()
  const times = ['2026-01-05T12:00:00Z', '2026-01-05T12:01:00Z', '2026-01-05T12:02:00Z']
  const rows = times.map((CreateTime, n) => ({ Name: `${n}.exe`, CreateTime }))
  await tenant.deliver(jsonLines(rows), { artifact: PSLIST, hostname: 'ws-01' })
  const user = tenant.as('user')
  const found = (await user.telemetry.rows({ q: 'process.name:(0.exe OR 1.exe)' })).rows
  for (const { id } of found) await user.marks.tag({ rowId: id, tag: 'lateral' })
  await user.marks.tag({ rowId: found[0]!.id, tag: 'star' })
  const { lanes } = await view(tenant, { lanes: 'tag' })
  expect(lanes.lanes.map(({ lane, events }) => [lane, events])).toEqual([
    ['lateral', 2],
    ['', 1],
    ['star', 1],
  ])
  expect((await view(tenant, { q: 'tag:lateral' })).total).toBe(2)
  expect((await view(tenant, { q: 'NOT tag:*' })).total).toBe(1)
  expect((await view(await newTenant(), { lanes: 'tag' })).lanes.lanes).toEqual([])
})

describe('what is known of the values of events', () => {
  const EXE = 'C:\\Users\\anna\\AppData\\odd.exe'
  const rows = (n: number, more: object = {}) =>
    jsonLines([{ Name: 'odd.exe', Exe: EXE, Pid: n, CreateTime: `2026-01-05T12:0${n}:00Z`, ...more }])
  const cellsOf = (found: View) => found.events.flatMap((event) => (event.kind === 'row' ? event.cells : []))

  test('stands with each as the grid of rows says it, follows a verdict, and is that of the row’s own host', async () => {
    const tenant = await newTenant()
    for (const n of [1, 2]) await tenant.deliver(rows(n), { artifact: PSLIST, hostname: `ws-0${n}` })
    await tenant.deliver(jsonLines([{ Name: 'odd.exe', Exe: EXE, Pid: 9 }]), { artifact: PSLIST, hostname: 'ws-03' })
    const before = await view(tenant)
    expect(before).toMatchObject({ marked: true, undated_total: 1 })
    const cells = cellsOf(before)
    const row = before.events[0]!
    const asked = cells
      .filter(({ column }) => column !== '')
      .map(({ column, text }) => ({ artifact: PSLIST, column, text }))
    const grid = await tenant.as('viewer').observables.ofCells({ cells: asked })
    const shown = (one: { type: string; value: string; hosts: number; totalHosts: number } | null) =>
      one && [one.type, one.value, one.hosts, one.totalHosts]
    expect(cells.map(({ known }) => shown(known))).toEqual(grid.map(shown))
    const path = cells.find(({ known }) => known?.type === 'path')!.known!
    expect(path).toMatchObject({ hosts: 3, totalHosts: 3, verdict: null })
    const host = row.kind === 'row' ? row.host_id : 0
    const observables = [{ type: 'path' as const, value: path.value }]
    await tenant.as('user').verdicts.decide({ observables, verdict: 'benign' })
    await tenant
      .as('user')
      .verdicts.decide({ observables, verdict: 'malicious', scope: 'host', scopeValue: String(host) })
    const after = await view(tenant)
    const said = cellsOf(after).flatMap(({ known }) => (known?.type === 'path' ? [known.verdict?.verdict] : []))
    expect(said).toEqual(['malicious', 'benign'])
    expect(after.undated[0]!.cells.find(({ known }) => known?.type === 'path')?.known?.verdict?.verdict).toBe('benign')
    await (await newTenant()).deliver(rows(1), { artifact: PSLIST, hostname: 'ws-01' })
    expect(cellsOf(await view(tenant)).find(({ known }) => known?.type === 'path')?.known?.hosts).toBe(3)
  })

  test('is asked for once, however many events a page has; where that fails the events are all there', async () => {
    const tenant = await newTenant()
    const many = Array.from({ length: 60 }, (_, n) => ({ Name: `p${n}.exe`, Exe: `C:\\p${n}.exe`, CreateTime: iso(n) }))
    await tenant.deliver(jsonLines(many), { artifact: PSLIST, hostname: 'ws-01' })
    let asked = 0
    let away = false
    const forTenant: typeof base.telemetry.forTenant = (id, left) => {
      const rows = base.telemetry.forTenant(id, left)
      const select: typeof rows.select = (sql, params, limits) => {
        if (/from sightings/.test(sql)) {
          asked += 1
          if (away) throw new AppError('unavailable', 'The row engine is restarting.')
        }
        return rows.select(sql, params, limits)
      }
      return { ...rows, select }
    }
    const caller = createCaller({
      ...{ ...base, telemetry: { ...base.telemetry, forTenant } },
      ...{ actor: tenant.actor('viewer'), requestId: 'timeline-marks', ip: '127.0.0.1' },
    })
    const found = await caller.timeline.view({ limit: 50 })
    expect([found.events.length, found.marked, asked]).toEqual([50, true, 1])
    away = true
    const without = await caller.timeline.view({ limit: 50 })
    expect([without.events.length, without.marked]).toEqual([50, false])
    expect(cellsOf(without).map(({ column, text }) => [column, text])).toEqual(
      cellsOf(found).map(({ column, text }) => [column, text]),
    )
    expect(cellsOf(without).filter(({ known }) => known !== null)).toEqual([])
  })
})

test('a clock offset moves what is read and keeps what was said beside it; the stored rows are as they were', async () => {
  const tenant = await newTenant()
  const row = (at: string) => jsonLines([{ Name: 'x.exe', CreateTime: at }])
  await tenant.deliver(row('2026-01-05T12:00:00Z'), { artifact: PSLIST, hostname: 'late' })
  await tenant.deliver(row('2026-01-05T12:00:30Z'), { artifact: PSLIST, hostname: 'right' })
  const id = await hostId(tenant, 'late')
  const user = tenant.as('user')
  const clock = await user.timeline.clock({ hostId: id })
  expect(clock).toMatchObject({ seconds: 0, version: 0, hostname: 'late' })
  await user.timeline.setClock({ hostId: id, seconds: 60, reason: 'no time server', version: 0 })
  const found = await view(tenant)
  expect(found.events).toMatchObject([
    {
      hostname: 'right',
      shift_seconds: 0,
      at: new Date('2026-01-05T12:00:30Z'),
      original: new Date('2026-01-05T12:00:30Z'),
    },
    {
      hostname: 'late',
      shift_seconds: 60,
      at: new Date('2026-01-05T12:01:00Z'),
      original: new Date('2026-01-05T12:00:00Z'),
    },
  ])
  const window = { from: new Date('2026-01-05T12:01:00Z'), to: new Date('2026-01-05T12:01:01Z') }
  expect(await view(tenant, window)).toMatchObject({ total: 1, events: [{ hostname: 'late' }] })
  const late = found.events.find((event) => event.kind === 'row' && event.hostname === 'late')!
  const stored = await tenant.as('viewer').telemetry.row({ id: late.kind === 'row' ? late.row : '' })
  expect(stored.event_time).toEqual(new Date('2026-01-05T12:00:00Z'))
  // Two people at one clock: the second is told what the first said, and nothing is lost.
  const second = tenant.as('lead').timeline.setClock({ hostId: id, seconds: 5, reason: 'guess', version: 0 })
  await expect(second).rejects.toMatchObject({
    code: 'CONFLICT',
    cause: { fields: { 'stored.seconds': '60', 'stored.reason': 'no time server', 'stored.version': '1' } },
  })
  await tenant.as('lead').timeline.setClock({ hostId: id, seconds: 0, reason: 'it was right', version: 1 })
  expect(said((await view(tenant)).events)[0]).toContain('late')
  await expect(
    tenant.as('viewer').timeline.setClock({ hostId: id, seconds: 1, reason: 'x', version: 2 }),
  ).rejects.toMatchObject({ code: 'FORBIDDEN' })
  await expect(user.timeline.setClock({ hostId: id, seconds: 1.5, reason: 'x', version: 2 })).rejects.toMatchObject({
    code: 'BAD_REQUEST',
  })
})

test('a host that was merged is read by the clock of the one that stands for it, and shown as that one', async () => {
  const tenant = await newTenant()
  const row = jsonLines([{ Name: 'x.exe', CreateTime: '2026-01-05T12:00:00Z' }])
  await tenant.deliver(row, { artifact: PSLIST, hostname: 'one' })
  await tenant.deliver(row, { artifact: PSLIST, hostname: 'two' })
  const [one, two] = [await hostId(tenant, 'one'), await hostId(tenant, 'two')]
  await tenant.as('lead').merges.merge({ id: two, otherId: one, reason: 'one machine' })
  const survivor = (await tenant.as('viewer').hosts.list({})).rows[0]!.id
  await tenant.as('user').timeline.setClock({ hostId: survivor, seconds: 10, reason: 'slow', version: 0 })
  const found = await view(tenant, { hostId: survivor })
  expect(found.events.map((event) => (event.kind === 'row' ? [event.host_id, event.shift_seconds] : []))).toEqual([
    [survivor, 10],
    [survivor, 10],
  ])
  expect(found.lanes.lanes).toMatchObject([{ lane: String(survivor), events: 2 }])
})

describe('annotations', () => {
  test('stand among the events in their order, page with them, and are those of the host or of none', async () => {
    const user = random.as('user')
    const ws = await hostId(random, 'ws-01')
    const other = await hostId(random, 'ws-02')
    const at = (n: number) => new Date(START + n * 1000)
    const whole = await walk(random, {}, 'earlier', await view(random))
    const of = [await user.timeline.annotate({ at: whole[3]!.at, text: 'with an event', hostId: ws })]
    for (let n = 0; n < 12; n++) of.push(await user.timeline.annotate({ at: at(2000), text: `note ${n}` }))
    of.push(await user.timeline.annotate({ at: at(2001), text: 'elsewhere', hostId: other }))
    const ask = { limit: 21 }
    const backwards = await walk(random, ask, 'earlier', await view(random, ask))
    const from = { limit: 19, from: at(-1) }
    const forwards = await walk(random, from, 'later', await view(random, from))
    expect(said(backwards)).toEqual(said(forwards))
    expect(backwards.length).toBe(whole.length + of.length)
    expect(backwards.filter(({ kind }) => kind === 'row').map(({ key }) => key)).toEqual(whole.map(({ key }) => key))
    const keys = backwards.map(({ at: when }) => when.getTime())
    expect(keys).toEqual(keys.toSorted((a, b) => a - b))
    const onHost = await view(random, { hostId: ws, limit: 200 })
    expect(onHost.events.filter(({ kind }) => kind === 'note').length).toBe(13)
    expect(onHost.lanes.notes.marks.length).toBe(13)
    for (const { id, version } of of) await user.timeline.remove({ id, version })
    expect(said((await view(random, { limit: 200 })).events)).not.toContain(expect.stringContaining('note'))
  })

  test('about a row they are on its host; a foreign row or host is not found; what two people write is not lost', async () => {
    const [event] = (await view(random)).events
    if (event?.kind !== 'row') throw new Error('a row was expected')
    const user = random.as('user')
    const made = await user.timeline.annotate({ at: event.at, text: 'look here', rowId: event.row })
    expect(made).toMatchObject({
      host_id: event.host_id,
      row_place: event.row,
      version: 1,
      written_by_name: random.people.user.username,
    })
    const elsewhere = await newTenant()
    await expect(
      elsewhere.as('user').timeline.annotate({ at: event.at, text: 'x', rowId: event.row }),
    ).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(
      elsewhere.as('user').timeline.annotate({ at: event.at, text: 'x', hostId: event.host_id }),
    ).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(elsewhere.as('user').timeline.edit({ ...made, at: event.at, text: 'x' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    })
    const { id } = made
    const lead = random.as('lead')
    const both = await Promise.allSettled([
      user.timeline.edit({ id, version: 1, at: event.at, text: 'mine' }),
      lead.timeline.edit({ id, version: 1, at: event.at, text: 'theirs' }),
    ])
    const [kept] = both.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
    const [refused] = both.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))
    expect(refused).toMatchObject({
      code: 'CONFLICT',
      cause: { fields: { 'stored.text': kept!.text, 'stored.version': '2' } },
    })
    await expect(user.timeline.remove({ id, version: 1 })).rejects.toMatchObject({ code: 'CONFLICT' })
    await user.timeline.remove({ id, version: 2 })
    await expect(user.timeline.annotation({ id })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(random.as('viewer').timeline.annotate({ at: event.at, text: 'x' })).rejects.toMatchObject({
      code: 'FORBIDDEN',
    })
  })

  test('once removed are shown and read nowhere, and come back as they were for whoever removed them', async () => {
    const tenant = await newTenant()
    await tenant.deliver(jsonLines([{ Name: 'x.exe', CreateTime: START_ISO }]), { artifact: PSLIST, hostname: 'ws-01' })
    const [event] = (await view(tenant)).events
    const [user, lead] = [tenant.as('user'), tenant.as('lead')]
    const rowId = event?.kind === 'row' ? event.row : ''
    const { id } = await user.timeline.annotate({ at: START_ISO, text: 'a secret slip', rowId })
    const stood = await lead.timeline.edit({ id, version: 1, at: '2026-01-05 12:00:07', text: 'a secret slip, mended' })
    const { undo } = await user.timeline.remove({ id, version: 2 })
    const shown = [await view(tenant), await tenant.as('admin').activity.list({ limit: 50 })]
    expect(JSON.stringify(shown)).not.toContain('secret slip')
    expect((await view(tenant)).lanes.notes.marks).toEqual([])
    await expect(user.timeline.annotation({ id })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    const edited = lead.timeline.edit({ id, version: 2, at: START_ISO, text: 'late' })
    await expect(edited).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(user.timeline.remove({ id, version: 2 })).rejects.toMatchObject({ code: 'NOT_FOUND' })

    const restored = (who: Pick<Tenant, 'as'>, role: 'viewer' | 'user' | 'lead', token = undo) =>
      who.as(role).timeline.restore({ token })
    await expect(restored(tenant, 'viewer')).rejects.toMatchObject({ code: 'FORBIDDEN' })
    await expect(restored(tenant, 'lead')).rejects.toMatchObject({ code: 'FORBIDDEN', message: /Only who removed/ })
    await expect(restored(await newTenant(), 'user')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(restored(tenant, 'user', 'f'.repeat(32))).rejects.toMatchObject({ code: 'NOT_FOUND' })
    const { updated_at: _changed, ...back } = await restored(tenant, 'user')
    expect({ ...stood, ...back }).toEqual(stood)
    expect(back).toMatchObject({ row_place: rowId, written_by_name: tenant.people.user.username, version: 2 })
    expect((await view(tenant)).events.map(({ kind }) => kind)).toEqual(['row', 'note'])
    await expect(restored(tenant, 'user')).rejects.toMatchObject({ code: 'CONFLICT', message: /brought back already/ })
    const { rows } = await tenant.as('admin').activity.list({ limit: 3 })
    expect(rows.map(({ verb, actor_name }) => [verb, actor_name])).toEqual([
      ['annotation.restored', tenant.people.user.username],
      ['annotation.removed', tenant.people.user.username],
      ['annotation.updated', tenant.people.lead.username],
    ])
    // Of two removals each has its own way back, and what was changed in between stays changed.
    await lead.timeline.edit({ id, version: 2, at: START_ISO, text: 'again' })
    const second = await lead.timeline.remove({ id, version: 3 })
    await expect(restored(tenant, 'user')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect(await restored(tenant, 'lead', second.undo)).toMatchObject({ text: 'again', version: 3 })
  })

  test('removed more than ten minutes ago do not come back, and the next retention deletes them', async () => {
    const tenant = await newTenant()
    const user = tenant.as('user')
    const [old, young] = [
      await user.timeline.annotate({ at: START_ISO, text: 'long gone' }),
      await user.timeline.annotate({ at: START_ISO, text: 'just gone' }),
    ]
    setClock(() => new Date(Date.now() - 11 * 60_000))
    const { undo } = await user.timeline.remove({ id: old.id, version: 1 })
    setClock()
    const late = user.timeline.restore({ token: undo })
    await expect(late).rejects.toMatchObject({ code: 'CONFLICT', message: /ten minutes/ })
    const again = await user.timeline.remove({ id: young.id, version: 1 })
    await tenant.as('admin').retention.run()
    await expect
      .poll(() => user.timeline.restore({ token: undo }).catch(({ code }) => code), { interval: 200 })
      .toBe('NOT_FOUND')
    expect(await user.timeline.restore({ token: again.undo })).toMatchObject({ text: 'just gone' })
  })
})
