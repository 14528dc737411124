import { expect, test } from 'vitest'
import { observableOf } from '#server/modules/columns/sql/canonical.ts'
import { sightingsOf } from '../support/sightings.ts'
import { base, jsonLines, newTenant } from '../support/world.ts'

const OWN = 'Own.Values'
// A column of each type whose name says so.
const COLUMN = {
  hash: 'SHA256',
  ip: 'SourceIP',
  domain: 'DomainName',
  url: 'Url',
  path: 'FullPath',
  user: 'UserName',
  command: 'CommandLine',
  process: 'ProcessName',
  host: 'Computer',
  rule: 'RuleName',
} as const
type Type = keyof typeof COLUMN

const SHA1 = 'DA39A3EE5E6B4B0D3255BFEF95601890AFD80709'
const WINDOWS = 'c:\\windows\\system32\\cmd.exe'
// What stands in a row, the one form of it, and the shape it shares with others.
const CASES: [type: Type, text: string, value: string, shape?: string][] = [
  ['hash', SHA1, SHA1.toLowerCase()],
  ['hash', ` ${SHA1} `, SHA1.toLowerCase()],
  ['hash', `0000${SHA1.toLowerCase()}`, SHA1.toLowerCase()],
  ['hash', `SHA1=${SHA1}`, SHA1.toLowerCase()],
  ['hash', '0XDB95245D', ''],
  ['hash', 'z'.repeat(64), ''],
  ['hash', SHA1.slice(1), ''],
  ['ip', '10.0.0.1', '10.0.0.1'],
  ['ip', '10.0.0.1:443', '10.0.0.1'],
  ['ip', '::ffff:10.0.0.1', '10.0.0.1'],
  ['ip', '0:0:0:0:0:FFFF:0A00:0001', '10.0.0.1'],
  ['ip', '[2001:DB8::1]:443', '2001:db8::1'],
  ['ip', '2001:0db8:0000:0000:0001:0000:0000:0001', '2001:db8::1:0:0:1'],
  ['ip', '2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
  ['ip', 'fe80::1%eth0', 'fe80::1'],
  ['ip', '::1.2.3.4', '::1.2.3.4'],
  ['ip', '::', ''],
  ['ip', '0.0.0.0', ''],
  ['ip', '0.0.0.0:80', ''],
  ['ip', '256.1.1.1', ''],
  ['ip', '010.0.0.1', ''],
  ['ip', '1.2.3', ''],
  ['ip', 'LOCAL', ''],
  ['ip', '*', ''],
  ['domain', 'WWW.Example.COM.', 'www.example.com'],
  ['domain', '*.example.com', 'example.com'],
  ['domain', 'Bücher.example', 'xn--bcher-kva.example'],
  ['domain', 'xn--bcher-kva.example', 'xn--bcher-kva.example'],
  ['domain', 'пример.испытание', 'xn--e1afmkfd.xn--80akhbyknj4f'],
  ['domain', '_ldap._tcp.corp.example', '_ldap._tcp.corp.example'],
  ['domain', 'CORP', ''],
  ['domain', 'a..b', ''],
  ['domain', 'not a name.com', ''],
  ['url', 'HTTP://Example.COM:80/A?b=C', 'http://example.com/A?b=C', 'http://example.com/a?b=c'],
  ['url', 'https://example.com', 'https://example.com/', 'https://example.com/'],
  [
    'url',
    'https://u:p@Example.com:8443/x/12345',
    'https://u:p@example.com:8443/x/12345',
    'https://u:p@example.com:*/x/*',
  ],
  ['url', 'ftp://bücher.example/x', 'ftp://xn--bcher-kva.example/x', 'ftp://xn--bcher-kva.example/x'],
  ['url', 'example.com/x', ''],
  ['path', 'C:\\Windows\\System32\\cmd.exe', WINDOWS, '*\\windows\\system32\\cmd.exe'],
  ['path', '\\\\.\\C:\\Windows\\System32\\cmd.exe', WINDOWS, '*\\windows\\system32\\cmd.exe'],
  ['path', '\\\\?\\C:\\Windows\\System32\\cmd.exe', WINDOWS, '*\\windows\\system32\\cmd.exe'],
  ['path', '\\??\\C:\\Windows\\System32\\cmd.exe', WINDOWS, '*\\windows\\system32\\cmd.exe'],
  ['path', '/C:/Windows/System32/cmd.exe', WINDOWS, '*\\windows\\system32\\cmd.exe'],
  ['path', '"C:\\\\Windows\\\\System32\\\\cmd.exe"', WINDOWS, '*\\windows\\system32\\cmd.exe'],
  [
    'path',
    '\\Device\\HarddiskVolume3\\Windows\\System32\\cmd.exe',
    'harddiskvolume3\\windows\\system32\\cmd.exe',
    '*\\windows\\system32\\cmd.exe',
  ],
  [
    'path',
    '\\\\?\\GLOBALROOT\\Device\\HarddiskVolumeShadowCopy1\\Windows\\x.dll',
    'harddiskvolumeshadowcopy1\\windows\\x.dll',
    '*\\windows\\x.dll',
  ],
  ['path', '%SystemRoot%\\x.dll', '%systemroot%\\x.dll', '*\\windows\\x.dll'],
  ['path', '\\\\?\\UNC\\Server\\Share\\a', '\\\\server\\share\\a', '\\\\server\\share\\a'],
  ['path', 'C:\\', 'c:\\', '*\\'],
  ['path', 'C:\\Users\\Alice Smith\\AppData\\', 'c:\\users\\alice smith\\appdata', '*\\users\\*\\appdata'],
  [
    'path',
    'C:\\Users\\bob\\x\\{1AC14E77-02E7-4E5D-B744-2EB1AE5198B7}\\S-1-5-21-1-2-3-1001\\v1.2.3\\a1b2c3d4e5.tmp',
    'c:\\users\\bob\\x\\{1ac14e77-02e7-4e5d-b744-2eb1ae5198b7}\\s-1-5-21-1-2-3-1001\\v1.2.3\\a1b2c3d4e5.tmp',
    '*\\users\\*\\x\\*\\*\\v*\\*.tmp',
  ],
  ['path', '/home/Eve//.cache/x/', '/home/Eve/.cache/x', '/home/*/.cache/x'],
  ['path', '/usr/bin/Python3.11', '/usr/bin/Python3.11', '/usr/bin/python*'],
  ['path', 'svchost.exe', ''],
  ['user', 'NT AUTHORITY\\SYSTEM', 'nt authority\\system', 'system'],
  ['user', 'Bob@corp.example', 'bob@corp.example', 'bob'],
  ['user', 's-1-5-21-1-2-3-1001', 'S-1-5-21-1-2-3-1001', 's-1-5-21-*'],
  ['user', 'S-1-5-18', 'S-1-5-18', 's-1-5-18'],
  ['user', '1000', ''],
  ['user', '-', ''],
  ['command', '  cmd.exe   /c\t\twhoami ', 'cmd.exe /c whoami', 'cmd.exe /c whoami'],
  [
    'command',
    '"C:\\Program Files\\a.exe" --port 50123 -enc QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2w=',
    '"C:\\Program Files\\a.exe" --port 50123 -enc QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2w=',
    '"*\\program files\\a.exe" --port * -enc *',
  ],
  ['process', 'C:\\x\\CMD.EXE', 'cmd.exe', 'cmd.exe'],
  ['process', 'setup_8f3a9c2d1e7b.exe', 'setup_8f3a9c2d1e7b.exe', 'setup_*.exe'],
  ['host', 'WS-1.Corp.Example.', 'ws-1.corp.example', 'ws-1'],
  ['host', 'not a host', ''],
  ['rule', 'Odd PowerShell', 'Odd PowerShell'],
  ['rule', 'ΣΑΣ', 'ΣΑΣ'],
]

test('the row engine and this side write every value in the same form, and give it the same shape', async () => {
  const tenant = await newTenant()
  const rows = CASES.map(([type, text]) => ({ [COLUMN[type]]: text, Hostname: 'h' }))
  await tenant.deliver(jsonLines(rows), { artifact: OWN })
  const stored = (await sightingsOf(tenant, OWN)).filter(({ field }) => field !== 'Url' && field !== 'DomainName')
  const named = (await sightingsOf(tenant, OWN)).filter(({ type }) => type === 'domain' || type === 'url')
  const here = CASES.map(([type, text]) => observableOf(type, text))
  expect(here.map((found) => found?.value ?? '')).toEqual(CASES.map(([, , value]) => value))
  expect(here.map((found) => found?.shape ?? '')).toEqual(CASES.map(([, , , shape]) => shape ?? ''))
  const keys = (found: { type: string; value: string; shape: string }[]) =>
    [...new Set(found.map(({ type, value, shape }) => JSON.stringify([type, value, shape])))].sort()
  const wanted = (names: boolean) =>
    keys(
      CASES.flatMap(([type], at) =>
        here[at] && (type === 'domain' || type === 'url') === names ? [{ type, ...here[at] }] : [],
      ),
    )
  expect(keys(stored)).toEqual(wanted(false))
  expect(keys(named.filter(({ field, type }) => field === 'DomainName' || type === 'url'))).toEqual(wanted(true))
})

test('a value is counted per host, field and delivery, with its first and last time, and never twice', async () => {
  const tenant = await newTenant()
  const row = (Hostname: string, CreateTime: string, Name = 'x.exe') => ({ Hostname, CreateTime, Name })
  const first = [row('a', '2026-01-01T00:00:00Z'), row('a', '2026-01-03T00:00:00Z'), row('b', '2026-01-02T00:00:00Z')]
  await tenant.deliver(jsonLines(first), { artifact: 'Windows.System.Pslist' })
  await tenant.deliver(jsonLines(first), { artifact: 'Windows.System.Pslist' }) // the same again: nothing new
  await tenant.deliver(jsonLines([row('a', '')]), { artifact: 'Windows.System.Pslist' })
  const found = await base.telemetry
    .forTenant(tenant.id)
    .select<{ n: number; first: string | null; last: string | null }>(
      `select toUInt64(rows) as n, toString(first_seen) as first, toString(last_seen) as last from sightings final
     where tenant_id = {tenant:UInt64} and type = 'process' and value = 'x.exe' order by host_id, batch_id`,
    )
  expect(found).toEqual([
    { n: 2, first: '2026-01-01 00:00:00.000', last: '2026-01-03 00:00:00.000' },
    { n: 1, first: null, last: null },
    { n: 1, first: '2026-01-02 00:00:00.000', last: '2026-01-02 00:00:00.000' },
  ])
})

test('a value of more than a kilobyte is known by its hash', async () => {
  const tenant = await newTenant()
  const long = `powershell ${'ä'.repeat(600)}`
  await tenant.deliver(jsonLines([{ CommandLine: long, Hostname: 'h' }]), { artifact: 'Windows.System.Pslist' })
  const [found] = await sightingsOf(tenant, 'Windows.System.Pslist')
  expect(found?.value).toMatch(/^sha256:[0-9a-f]{64}$/)
  expect({ value: found?.value, shape: found?.shape }).toEqual(observableOf('command', long))
})

test('hostile values and columns are data: nothing of them is run, and no other tenant sees them', async () => {
  const [one, other] = [await newTenant(), await newTenant()]
  const evil = "'); drop table sightings; --\\"
  const rows = [{ CommandLine: evil, 'a`b\\.CommandLine': 'x', __proto__: { CommandLine: 'y' }, Hostname: 'h' }]
  await one.deliver(jsonLines(rows), { artifact: OWN })
  await one.deliver(`{"Hostname":"h","a\`b.UserName":"eve","it's.FullPath":"C:\\\\q","":{"FullPath":"C:\\\\e"}}\n`, {
    artifact: `${OWN}'\\`,
  })
  expect((await sightingsOf(one, OWN)).map(({ value }) => value)).toContain(evil)
  expect((await sightingsOf(one, `${OWN}'\\`)).map(({ value }) => value).sort()).toEqual(['c:\\q', 'eve'])
  expect(await sightingsOf(other, OWN)).toEqual([])
})
