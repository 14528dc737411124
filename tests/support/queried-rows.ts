/** Rows of three artifacts with every kind of value, for tests of the query language. `host` is whose they are. */
export type Sent = { artifact: string; host: string; row: Record<string, unknown> }

const pslist = (row: Record<string, unknown>, host = 'ws-01'): Sent => ({
  artifact: 'Windows.System.Pslist',
  host,
  row,
})
const netstat = (row: Record<string, unknown>, host = 'ws-02'): Sent => ({
  artifact: 'Windows.Network.NetstatEnriched/Netstat',
  host,
  row,
})
const custom = (row: Record<string, unknown>, host = 'DC-01'): Sent => ({ artifact: 'Custom.Odd', host, row })

const SHA256 = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'

export const SENT: Sent[] = [
  pslist({
    Name: 'powershell.exe',
    Pid: 4712,
    CommandLine: 'powershell.exe -nop -enc SQBFAFgA',
    Exe: 'C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe',
    Username: 'CORP\\anna',
    CreateTime: '2026-01-05T12:30:00Z',
    Hash: { SHA256 },
  }),
  pslist({
    Name: 'PowerShell.EXE',
    Pid: '4712',
    CommandLine: 'powershell',
    Exe: 'C:\\Temp\\PowerShell.EXE',
    Username: 'CORP\\bob',
    CreateTime: '2026-01-05T11:59:59Z',
  }),
  pslist(
    {
      Name: 'svchost.exe',
      Pid: 88.0,
      CommandLine: null,
      Exe: 'C:\\Windows\\System32\\svchost.exe',
      Username: '',
      CreateTime: '2026-01-06T00:00:00Z',
    },
    'DC-01',
  ),
  pslist({
    Name: 'mimikätz.exe',
    Pid: 9223372036854775807n,
    CommandLine: 'mimikätz "sekurlsa::logonpasswords" exit',
    Exe: '\\\\share\\c$\\mimikätz.exe',
    CreateTime: '2026-01-05T12:00:00.5Z',
  }),
  pslist({ Name: '*', Pid: -1, CommandLine: 'a?b*c', Exe: 'C:\\Program Files (x86)\\Vendor\\report(1).exe' }),
  netstat({
    Pid: 4,
    Name: 'System',
    'Laddr.IP': '10.1.2.3',
    'Laddr.Port': 445,
    'Raddr.IP': '192.168.7.9',
    Status: 'ESTAB',
  }),
  netstat({ Pid: 4, Name: 'System', 'Laddr.IP': '0.0.0.0', 'Laddr.Port': '445', 'Raddr.IP': '', Status: 'LISTEN' }),
  netstat({
    Pid: 700,
    Name: 'lsass.exe',
    'Laddr.IP': 'fe80::1',
    'Laddr.Port': 49664,
    'Raddr.IP': '2001:db8::7',
    Status: 'ESTAB',
  }),
  netstat(
    {
      Pid: 701,
      Name: 'lsass.exe',
      'Laddr.IP': '::ffff:10.1.9.9',
      'Laddr.Port': 1e3,
      'Raddr.IP': '10.255.0.1',
      Status: 'estab',
    },
    'ws-01',
  ),
  custom({
    Tags: ['alpha', 'Beta', 7],
    Count: 3,
    Ratio: 1.5,
    Flag: true,
    Nested: { Deep: { Value: 'x' } },
    'Computer Info': { 'DNS Name': 'dc01.corp.example' },
    When: '2026-01-05T12:00:00Z',
  }),
  custom({ Tags: [], Count: '3.0', Ratio: '1e1', Flag: false, Nested: { Deep: 'flat' }, count: 5, When: 1767614400 }),
  custom({ Tags: 'alpha', Count: '007', Ratio: null, Flag: 'true', Nested: {}, When: '1767614400000' }),
  custom({
    Tags: ['gamma', null],
    Count: 'three',
    'a`b': 'tick',
    "c'd": 'quote',
    'e"f': 'double',
    'g\\h': 'slash',
    '^i': 'caret',
    ':j': 'colon',
    'k[]': 'list',
    host: 'shadow',
    When: 'never',
  }),
  custom({
    Tags: null,
    Count: 9007199254740993n,
    Text: '<b>&amp;</b> a\tb "q" c\\d',
    'm::n': 'pair',
    Path: '/etc/passwd',
    Url: 'https://evil.example/x?y=1',
  }),
  custom({
    Text: 'ÄÖÜ straße',
    '.:`Int64`': 'typed',
    'x.:`Nope`': 'typed',
    '': 'empty name',
    'sp ace': 'blank',
    'ju\u202emp': 'bidi',
    Count: 9007199254740992n,
    When: '2026-01-04',
  }),
]

/** A row as its sender writes it; numbers beyond a double are whole. */
export const written = (row: unknown): string =>
  JSON.stringify(row, (_key, value) => (typeof value === 'bigint' ? `big:${value}` : value)).replace(
    /"big:(-?\d+)"/g,
    '$1',
  )
