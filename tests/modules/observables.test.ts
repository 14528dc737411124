import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hostsSeen } from '#server/modules/hosts/service.ts'
import '../support/chance.ts'
import { sightingsOf } from '../support/sightings.ts'
import { base, jsonLines, newTenant, type Tenant } from '../support/world.ts'

const PSLIST = 'Windows.System.Pslist'
const sha = (text: string) => createHash('sha256').update(text).digest('hex')
const EVIL = sha('evil')

const process = (Hostname: string, more: Record<string, unknown> = {}) => ({
  Hostname,
  Name: 'svchelper.exe',
  Exe: 'C:\\Windows\\svchelper.exe',
  CommandLine: 'svchelper.exe -k',
  CreateTime: '2026-01-05T12:00:00Z',
  Hash: { SHA256: EVIL.toUpperCase() },
  ...more,
})

async function fleet(): Promise<Tenant> {
  const tenant = await newTenant()
  const rows = [
    ...['a', 'b', 'c'].map((host) => process(host)),
    process('a', { CommandLine: 'svchelper.exe -x', CreateTime: '2026-01-07T12:00:00Z' }),
    ...['a', 'b', 'c', 'd'].map((host) => process(host, { Name: 'other.exe', Exe: 'C:\\Windows\\other.exe', Hash: { SHA256: sha('other') } })),
  ] // biome-ignore format: rows, one a line
  await tenant.deliver(jsonLines(rows), { artifact: PSLIST })
  return tenant
}

const cell = (column: string, text: string) => ({ artifact: PSLIST, column, text })

test('a cell is told what it is, on how many hosts it was seen, and what was decided about it', async () => {
  const tenant = await fleet()
  const api = await tenant.as('user')
  await api.verdicts.decide({
    observables: [{ type: 'hash', value: EVIL }],
    verdict: 'malicious',
    reason: 'seen before',
  })
  const found = await api.observables.ofCells({
    cells: [
      cell('Name', 'SvcHelper.EXE'),
      cell('Hash.SHA256', EVIL.toUpperCase()),
      cell('Hash', JSON.stringify({ SHA256: EVIL })),
      cell('Exe', '\\\\.\\C:\\Windows\\SVCHELPER.exe'),
      cell('Pid', '12'),
      cell('Name', ''),
      cell('Name', 'never.exe'),
      { artifact: 'Nobody.Knows', column: 'SourceIP', text: '10.0.0.1:443' },
      { artifact: 'Nobody.Knows', column: 'DomainName', text: 'Bücher.example.' },
    ],
  })
  expect(found.map((one) => one && [one.type, one.value, one.hosts, one.totalHosts, one.verdict?.verdict])).toEqual([
    ['process', 'svchelper.exe', 3, 4, undefined],
    ['hash', EVIL, 3, 4, 'malicious'],
    ['hash', EVIL, 3, 4, 'malicious'],
    ['path', 'c:\\windows\\svchelper.exe', 3, 4, undefined],
    null,
    null,
    ['process', 'never.exe', 0, 4, undefined],
    ['ip', '10.0.0.1', 0, 4, undefined],
    ['domain', 'xn--bcher-kva.example', 0, 4, undefined],
  ])
  expect(found[3]?.shape).toBe('*\\windows\\svchelper.exe')
})

test('an address that begins as a list does makes no list of its column', async () => {
  const tenant = await newTenant()
  const source = ['10.0.0.1,x', '[2001:db8::1]:443'] // split like a list, the first would be an address
  await tenant.deliver(jsonLines(source.map((SourceIP) => ({ Hostname: 'a', SourceIP }))), {
    artifact: 'Own.Addresses',
  })
  expect((await sightingsOf(tenant, 'Own.Addresses')).map(({ value }) => value)).toEqual(['2001:db8::1'])
  const api = await tenant.as('viewer')
  const cells = source.map((text) => ({ artifact: 'Own.Addresses', column: 'SourceIP', text }))
  const found = await api.observables.ofCells({ cells })
  expect(found.map((one) => one?.value ?? null)).toEqual([null, '2001:db8::1'])
})

const PIECES = [
  'C:', '\\', '\\\\', '/', '"', ' ', '  ', '\t', '\n', '.', 'exe', 'Ünï', 'İ', 'ς', 'K', '\u00a0', '-', '*', 'null', ':', '%', '@', '10.0.0.1',
  '::ffff:', 'fe80::1%eth0', '[2001:DB8::1]:443', 'http://', 'https://', 'Example.COM', '..', '日本', 'S-1-5-21-1-2', '(null)', '0000',
  'DA39A3EE5E6B4B0D3255BFEF95601890AFD80709', 'MD5=', 'a', 'B7', '12345', '{1AC14E77-02E7-4E5D-B744-2EB1AE5198B7}', ',', ';', '\u202e',
] // biome-ignore format: a list to read across
const COLUMNS = {
  SHA256: 'hash', SourceIP: 'ip', DomainName: 'domain', Url: 'url', FullPath: 'path', UserName: 'user', CommandLine: 'command',
  ProcessName: 'process', Computer: 'host', RuleName: 'rule',
} as const // biome-ignore format: a list to read across
const text = fc.oneof(
  { weight: 39, arbitrary: fc.array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 5 }).map((some) => some.join('')) },
  { weight: 1, arbitrary: fc.constantFrom(...PIECES).map((piece) => piece.repeat(400)) },
) // biome-ignore format: one line each
const texts = fc.record(Object.fromEntries(Object.keys(COLUMNS).map((column) => [column, text])))

test('every typed cell of random rows is what its sighting says, form, shape and number of hosts', async () => {
  const tenant = await newTenant()
  const artifact = 'Own.Random'
  const rows = fc.sample(texts, 150).map((row, at) => ({ Hostname: `h${at % 7}`, ...row }))
  await tenant.deliver(jsonLines(rows), { artifact })
  const sightings = await sightingsOf(tenant, artifact)
  const cells = rows.flatMap(({ Hostname: _host, ...row }) =>
    Object.entries(row).map(([column, text]) => ({ artifact, column, text: text as string })),
  )
  const found = await (await tenant.as('viewer')).observables.ofCells({ cells })
  const key = (field: string, { type, value, shape }: { type: string; value: string; shape: string }) =>
    JSON.stringify([field, type, value, shape])
  const stored = new Set(sightings.map((one) => key(one.field, one)))
  const wrong = found.flatMap((one, at) => (one && !stored.has(key(cells[at]!.column, one)) ? [[cells[at], one]] : []))
  expect(wrong).toEqual([])
  // Nothing that was sighted is left out: a URL's own host is a second sighting of the same cell.
  const told = new Set(found.flatMap((one, at) => (one ? [key(cells[at]!.column, one)] : [])))
  expect(sightings.filter((one) => one.field !== 'Url' && !told.has(key(one.field, one)))).toEqual([])
  const hostsOf = new Map<string, Set<number>>()
  for (const { type, value, host_id } of sightings) {
    const at = JSON.stringify([type, value])
    hostsOf.set(at, (hostsOf.get(at) ?? new Set()).add(host_id))
  }
  for (const one of found) if (one) expect(one.hosts).toBe(hostsOf.get(JSON.stringify([one.type, one.value]))?.size)
  expect(found.filter(Boolean).length).toBeGreaterThan(300)
})

test('hosts that are one count once, on a cell and in the dossier, which links the one that stands for them', async () => {
  const tenant = await fleet()
  const api = await tenant.as('user')
  const hosts = new Map((await api.hosts.list({})).rows.map(({ hostname, id }) => [hostname, id]))
  await api.merges.merge({ id: hosts.get('b')!, otherId: hosts.get('a')!, reason: 'one machine' }) // a goes into b or b into a
  const [one] = await api.observables.ofCells({ cells: [cell('Hash.SHA256', EVIL)] })
  expect([one?.hosts, one?.totalHosts]).toEqual([2, 3])
  const dossier = await api.observables.dossier({ type: 'hash', value: EVIL })
  expect(dossier.whole).toMatchObject({ hosts: 2, rows: 4 })
  const listed = new Set((await api.hosts.list({})).rows.map(({ id }) => id))
  expect(dossier.hosts.length).toBe(2)
  expect(dossier.hosts.every(({ host_id }) => listed.has(host_id))).toBe(true)
})

test('a dossier says what an independent count of the rows says', async () => {
  const tenant = await fleet()
  const api = await tenant.as('viewer')
  const dossier = await api.observables.dossier({ type: 'hash', value: EVIL })
  const [counted] = await base.telemetry.forTenant(tenant.id).select<{ n: number; hosts: number; last: number }>(
    `select count() as n, uniqExact(host_id) as hosts, toUnixTimestamp64Milli(max(event_time)) as last from rows
     where tenant_id = {tenant:UInt64} and positionCaseInsensitive(raw, {value:String}) > 0`,
    { value: EVIL },
  )
  expect(dossier.whole).toMatchObject({
    rows: counted?.n,
    hosts: counted?.hosts,
    deliveries: 1,
    last_seen: new Date(counted!.last),
  })
  expect(dossier.whole?.first_seen).toEqual(new Date('2026-01-05T12:00:00Z'))
  expect(dossier.places).toMatchObject([{ artifact: PSLIST, field: 'Hash.SHA256', hosts: 3, rows: 4 }])
  expect(dossier.hosts.map(({ hostname, rows }) => [hostname, rows]).sort()).toEqual([['a', 2], ['b', 1], ['c', 1]]) // biome-ignore format: one line
  expect(dossier.calendar.days).toEqual([{ day: '2026-01-05', hosts: 3 }, { day: '2026-01-07', hosts: 1 }]) // biome-ignore format: one line
  const beside = dossier.neighbours?.map(({ type, value, rows, hosts }) => [type, value, rows, hosts])
  expect(beside).toContainEqual(['process', 'svchelper.exe', 4, 3])
  expect(beside).toContainEqual(['command', 'svchelper.exe -k', 3, 4])
  expect(beside).toContainEqual(['command', 'svchelper.exe -x', 1, 1])
  expect(beside?.some(([, value]) => value === 'other.exe' || value === EVIL)).toBe(false)
  expect(dossier.around?.map(({ hostname }) => hostname)).toEqual(['a'])
})

test('values that differ only in what changes by itself are named beside one another', async () => {
  const tenant = await newTenant()
  const exe = (user: string) => ({ Hostname: user, Name: 'x.exe', Exe: `C:\\Users\\${user}\\x.exe` })
  await tenant.deliver(jsonLines(['eve', 'bob', 'amy'].map(exe)), { artifact: PSLIST })
  const api = await tenant.as('viewer')
  const { shape, alike } = await api.observables.dossier({ type: 'path', value: 'c:\\users\\eve\\x.exe' })
  expect(shape).toBe('*\\users\\*\\x.exe')
  expect(alike?.map(({ value, hosts }) => [value, hosts])).toEqual([
    ['c:\\users\\amy\\x.exe', 1],
    ['c:\\users\\bob\\x.exe', 1],
  ])
})

test('a value that nobody has seen has a dossier that says so', async () => {
  const api = await (await newTenant()).as('viewer')
  const dossier = await api.observables.dossier({ type: 'ip', value: '192.0.2.1' })
  expect(dossier).toMatchObject({ whole: null, places: [], hosts: [], neighbours: [], around: [] })
})

test('a pasted value is found in any of its forms, defanged ones too', async () => {
  const tenant = await fleet()
  const net = [{ Hostname: 'a', Url: 'http://evil.example.com/a', SourceIP: '203.0.113.7' }]
  await tenant.deliver(jsonLines(net), { artifact: 'Own.Net' })
  const api = await tenant.as('viewer')
  const find = async (text: string) =>
    (await api.observables.find({ text })).map(({ type, value, hosts }) => [type, value, hosts])
  expect(await find('hxxp://evil[.]example[.]com/a')).toEqual([['url', 'http://evil.example.com/a', 1]])
  expect(await find(' "evil(dot)example[.]com" ')).toEqual([['domain', 'evil.example.com', 1]])
  expect(await find('203.0.113[.]7')).toEqual([['ip', '203.0.113.7', 1]])
  expect(await find(EVIL.toUpperCase())).toEqual([['hash', EVIL, 3]])
  expect(await find('SVCHELPER.EXE')).toContainEqual(['process', 'svchelper.exe', 3])
  expect(await find('192[.]0[.]2[.]99')).toEqual([['ip', '192.0.2.99', 0]])
  expect(await find('nothing like this')).toEqual([])
})

test('what the last deliveries brought first is listed, the rarest before the others', async () => {
  const tenant = await fleet()
  const api = await tenant.as('viewer')
  const found = await api.observables.newest()
  expect(found?.map(({ hosts }) => hosts)).toEqual([...(found ?? []).map(({ hosts }) => hosts)].sort((a, b) => a - b))
  expect(found?.map(({ value }) => value)).toContain(EVIL)
})

test('another tenant’s values are nobody’s', async () => {
  const tenant = await fleet()
  const other = await newTenant()
  const api = await other.as('admin')
  expect(await api.observables.prevalence({ type: 'hash', value: EVIL })).toMatchObject({ hosts: 0, totalHosts: 0 })
  expect((await api.observables.dossier({ type: 'hash', value: EVIL })).whole).toBeNull()
  expect(await (await tenant.as('viewer')).observables.prevalence({ type: 'hash', value: `SHA256=${EVIL.toUpperCase()}` })).toMatchObject({ value: EVIL, hosts: 3 }) // biome-ignore format: one line
})

test('on how many hosts a value is comes from sets the engine keeps: as many as the sightings say, also when hosts merge and rows go', async () => {
  const tenant = await fleet()
  const rows = base.telemetry.forTenant(tenant.id)
  const user = tenant.as('user')
  const asked = [cell('Hash.SHA256', EVIL), cell('Name', 'other.exe'), cell('Name', 'new.exe')]
  const told = async () => (await user.observables.ofCells({ cells: asked })).map((one) => one?.hosts)
  const ids = (await user.hosts.list({})).rows.map(({ id }) => id).sort((x, y) => x - y)

  const plan = await rows.select<{ explain: string }>(
    `explain select type, value, ${hostsSeen([{ id: 1, merged_into: 2 }])} from sightings
     where tenant_id = {tenant:UInt64} and (type, value) in (('hash', '${EVIL}')) group by type, value`,
    { merged: [1], into: [2] },
  )
  expect(plan.map(({ explain }) => explain).join('\n')).toContain('ReadFromMergeTree (prevalence)')
  expect(await told()).toEqual([3, 4, 0])
  await user.merges.merge({ id: ids[0]!, otherId: ids[1]!, reason: 'reinstalled' })
  expect(await told()).toEqual([2, 3, 0])
  await user.merges.split({ id: ids[1]! })
  await tenant.deliver(jsonLines([process('a', { Name: 'new.exe' }), process('e', { Name: 'new.exe' })]), {
    artifact: PSLIST,
  })
  expect(await told()).toEqual([4, 4, 2])
  await rows.write('delete from sightings where tenant_id = {tenant:UInt64} and host_id = {host:UInt64}', {
    host: ids[0],
  })
  expect(await told()).toEqual([3, 3, 1])
})
