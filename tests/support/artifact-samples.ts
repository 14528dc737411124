/** A row in the shape an artifact sends, and what must come of it: when, all its times, what it is a sighting of. */
export type Sample = { artifact: string; row: object; event: string | null; times: string[]; seen: string[] }

const MD5 = 'D41D8CD98F00B204E9800998ECF8427E'
const SHA1 = 'DA39A3EE5E6B4B0D3255BFEF95601890AFD80709'
const SHA256 = 'E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855'
const HASHES = [`hash ${MD5.toLowerCase()}`, `hash ${SHA1.toLowerCase()}`, `hash ${SHA256.toLowerCase()}`]
const HASH = { MD5, SHA1, SHA256 }
const at = (clock: string) => `2026-02-05T${clock}Z`

const LIVE: Sample[] = [
  {
    artifact: 'Windows.System.Pslist',
    row: {
      Pid: 568,
      Name: 'svchost.exe',
      Exe: 'C:\\Windows\\System32\\svchost.exe',
      CommandLine: 'svchost.exe  -k RPCSS',
      Hash: HASH,
      Authenticode: { Timestamp: '2019-01-01T00:00:00Z' },
      Username: 'NT AUTHORITY\\NETWORK SERVICE',
      CreateTime: '2026-02-05T06:00:00.32606Z',
    },
    event: at('06:00:00.326'),
    times: [`created ${at('06:00:00.326')}`],
    seen: [
      'command svchost.exe -k RPCSS',
      ...HASHES,
      'path c:\\windows\\system32\\svchost.exe',
      'process svchost.exe',
      'user nt authority\\network service',
    ],
  },
  {
    artifact: 'Generic.System.Pstree',
    row: { Pid: '12-99', Name: 'bash', Exe: '/usr/bin/bash', StartTime: at('01:00:00'), EndTime: at('02:00:00') },
    event: at('01:00:00'),
    times: [`started ${at('01:00:00')}`, `ended ${at('02:00:00')}`],
    seen: ['path /usr/bin/bash', 'process bash'],
  },
  {
    artifact: 'Windows.Network.Netstat',
    row: { Name: 'a.exe', 'Laddr.IP': '0.0.0.0', 'Raddr.IP': '10.1.2.3', Timestamp: at('03:00:00') },
    event: at('03:00:00'),
    times: [`created ${at('03:00:00')}`],
    seen: ['ip 10.1.2.3', 'process a.exe'],
  },
  {
    artifact: 'Windows.Network.NetstatEnriched/Netstat',
    row: {
      Laddr: '::ffff:10.0.0.5',
      Lport: 135,
      Raddr: '2001:DB8:0:0:0:0:0:1',
      Path: '/C:/a/b.exe',
      Timestamp: at('03:00:01'),
    },
    event: at('03:00:01'),
    times: [`created ${at('03:00:01')}`],
    seen: ['ip 10.0.0.5', 'ip 2001:db8::1', 'path c:\\a\\b.exe'],
  },
  {
    artifact: 'Windows.Network.ArpCache',
    row: { LocalAddress: '10.0.0.5', RemoteAddress: 'fe80::1%12', HardwareAddr: '00:11:22:33:44:55' },
    event: null,
    times: [],
    seen: ['ip 10.0.0.5', 'ip fe80::1'],
  },
  {
    artifact: 'Windows.System.DNSCache',
    row: { Name: 'WWW.Example.COM.', Record: '93.184.216.34', RecordType: 'A', TTL: 5 },
    event: null,
    times: [],
    seen: ['domain www.example.com', 'ip 93.184.216.34'],
  },
  {
    artifact: 'Windows.System.Services',
    row: {
      PathName: 'C:\\svc.exe -run',
      AbsoluteExePath: 'C:\\svc.exe',
      HashServiceExe: { SHA256 },
      UserAccount: 'LocalSystem',
      Created: at('04:00:00'),
    },
    event: at('04:00:00'),
    times: [`created ${at('04:00:00')}`],
    seen: ['command C:\\svc.exe -run', HASHES[2]!, 'path c:\\svc.exe', 'user localsystem'],
  },
  {
    artifact: 'Linux.Sys.Pslist',
    row: { Name: 'sshd', Exe: '/usr/sbin/sshd', CreateTime: '2026-02-05T08:00:00+02:00', Username: 'root' },
    event: at('06:00:00'),
    times: [`created ${at('06:00:00')}`],
    seen: ['path /usr/sbin/sshd', 'process sshd', 'user root'],
  },
  {
    artifact: 'Linux.Network.Netstat/TCP4',
    row: { LocalAddr: '10.0.0.5', LocalPort: 22, RemoteAddr: '10.0.0.9', RemotePort: 5 },
    event: null,
    times: [],
    seen: ['ip 10.0.0.5', 'ip 10.0.0.9'],
  },
]

const LOGS: Sample[] = [
  {
    artifact: 'Windows.EventLogs.Evtx',
    row: {
      System: {
        TimeCreated: { SystemTime: 1770271200.25 },
        Computer: 'WS-1.corp.example',
        Security: { UserID: 'S-1-5-18' },
      },
      EventData: {
        Image: 'C:\\a.exe',
        Hashes: `SHA1=${SHA1},MD5=${MD5},IMPHASH=${MD5.replace('D', 'E')}`,
        DestinationIp: '10.9.9.9',
      },
      TimeCreated: at('06:00:00'),
      OSPath: 'C:\\Windows\\System32\\winevt\\Logs\\Security.evtx',
    },
    event: at('06:00:00.250'),
    times: [`logged ${at('06:00:00.250')}`, `logged ${at('06:00:00')}`],
    seen: [HASHES[0]!, HASHES[1]!, 'host ws-1.corp.example', 'ip 10.9.9.9', 'path c:\\a.exe', 'user S-1-5-18'],
  },
  {
    artifact: 'Windows.EventLogs.RDPAuth',
    row: { EventTime: at('05:00:00'), Computer: 'WS-1', UserName: 'Alice', DomainName: 'CORP', SourceIP: 'LOCAL' },
    event: at('05:00:00'),
    times: [`logged ${at('05:00:00')}`],
    seen: ['host ws-1', 'user alice'],
  },
  {
    artifact: 'Windows.EventLogs.PowershellScriptblock',
    row: { EventTime: at('05:00:01'), Computer: 'WS-1', SecurityID: 'S-1-5-21-1-2-3-1001', ScriptBlockText: 'iex $x' },
    event: at('05:00:01'),
    times: [`logged ${at('05:00:01')}`],
    seen: ['command iex $x', 'host ws-1', 'user S-1-5-21-1-2-3-1001'],
  },
  {
    artifact: 'Windows.EventLogs.Kerberoasting',
    row: {
      EventTime: at('05:00:02'),
      Computer: 'DC-1',
      TargetUserName: 'bob@CORP',
      IpAddress: '::ffff:10.3.3.3',
      IpPort: '51000',
    },
    event: at('05:00:02'),
    times: [`logged ${at('05:00:02')}`],
    seen: ['host dc-1', 'ip 10.3.3.3', 'user bob@corp'],
  },
  {
    artifact: 'Windows.EventLogs.ServiceCreationComspec',
    row: { EventTime: at('05:00:03'), Computer: 'WS-1', ImagePath: '%COMSPEC% /c x', ServiceAccount: 'LocalSystem' },
    event: at('05:00:03'),
    times: [`logged ${at('05:00:03')}`],
    seen: ['command %COMSPEC% /c x', 'host ws-1', 'user localsystem'],
  },
  {
    artifact: 'Windows.Sigma.EventLogs',
    row: {
      System: { TimeCreated: { SystemTime: '1770271200.5' }, Computer: 'WS-2' },
      EventData: {},
      _Rule: { Title: 'Odd' },
    },
    event: at('06:00:00.500'),
    times: [`logged ${at('06:00:00.500')}`],
    seen: ['host ws-2', 'rule Odd'],
  },
  {
    artifact: 'Windows.Hayabusa.Rules',
    row: {
      Timestamp: at('05:30:00'),
      Computer: 'WS-1',
      Title: 'Mimikatz use',
      Level: 'critical',
      _Event: { EventData: { CommandLine: 'mimi.exe', TargetUserName: '-' } },
    },
    event: at('05:30:00'),
    times: [`logged ${at('05:30:00')}`],
    seen: ['command mimi.exe', 'host ws-1', 'rule Mimikatz use'],
  },
  {
    artifact: 'Linux.Syslog.SSHLogin',
    row: {
      Time: at('05:40:00'),
      IP: '203.0.113.9',
      Result: 'Failed',
      AttemptedUser: 'root',
      OSPath: '/var/log/auth.log',
    },
    event: at('05:40:00'),
    times: [`logged ${at('05:40:00')}`],
    seen: ['ip 203.0.113.9', 'user root'],
  },
  {
    artifact: 'Linux.Forensics.Journal',
    row: { System: { Timestamp: at('05:41:00'), _EXE: '/bin/su', _CMDLINE: 'su -', _HOSTNAME: 'LX' }, EventData: {} },
    event: at('05:41:00'),
    times: [`logged ${at('05:41:00')}`],
    seen: ['command su -', 'host lx', 'path /bin/su'],
  },
]

const TRACES: Sample[] = [
  {
    artifact: 'Windows.Forensics.Prefetch',
    row: {
      Executable: 'CMD.EXE',
      Hash: '0XDB95245D',
      LastRunTimes: [at('01:00:00'), at('02:00:00'), '0001-01-01T00:00:00Z'],
      ExecutableDosPath: '\\DEVICE\\HARDDISKVOLUME3\\WINDOWS\\CMD.EXE',
      CreationTime: at('00:30:00'),
      ModificationTime: '',
    },
    event: at('02:00:00'),
    times: [`run ${at('02:00:00')}`, `run ${at('01:00:00')}`, `created ${at('00:30:00')}`],
    seen: ['path harddiskvolume3\\windows\\cmd.exe', 'process cmd.exe'],
  },
  {
    artifact: 'Windows.Forensics.Amcache/InventoryApplicationFile',
    row: {
      Timestamp: at('01:01:00'),
      Name: 'a.exe',
      SHA1: `0000${SHA1.toLowerCase()}`,
      FullPath: 'c:\\users\\x\\a.exe',
    },
    event: at('01:01:00'),
    times: [`modified ${at('01:01:00')}`],
    seen: [HASHES[1]!, 'path c:\\users\\x\\a.exe', 'process a.exe'],
  },
  {
    artifact: 'Windows.Registry.AppCompatCache',
    row: { Position: 3, ModificationTime: at('01:02:00'), Path: '\\??\\C:\\Tools\\x.exe', ExecutionFlag: 1 },
    event: at('01:02:00'),
    times: [`modified ${at('01:02:00')}`],
    seen: ['path c:\\tools\\x.exe'],
  },
  {
    artifact: 'Windows.Registry.UserAssist',
    row: { Name: '{1AC14E77-02E7-4E5D-B744-2EB1AE5198B7}\\cmd.exe', User: 'alice', LastExecution: '' },
    event: null,
    times: [],
    seen: ['path {1ac14e77-02e7-4e5d-b744-2eb1ae5198b7}\\cmd.exe', 'user alice'],
  },
  {
    artifact: 'Windows.Forensics.Bam',
    row: { SID: 'S-1-5-18', UserName: 'SYSTEM', Binary: '\\Device\\HarddiskVolume2\\a.exe', Bam_time: at('01:03:00') },
    event: at('01:03:00'),
    times: [`run ${at('01:03:00')}`],
    seen: ['path harddiskvolume2\\a.exe', 'user S-1-5-18', 'user system'],
  },
  {
    artifact: 'Windows.Forensics.SRUM/Network Usage',
    row: { TimeStamp: at('01:04:00'), App: '\\device\\harddiskvolume2\\b.exe', UserSid: 'S-1-5-19', BytesSent: 5 },
    event: at('01:04:00'),
    times: [`seen ${at('01:04:00')}`],
    seen: ['path harddiskvolume2\\b.exe', 'user S-1-5-19'],
  },
  {
    artifact: 'Windows.Sysinternals.Autoruns',
    row: {
      Time: '20260205-060000',
      'Image Path': 'c:\\windows\\x.dll',
      'Launch String': 'x',
      MD5,
      'SHA-256': SHA256,
      Profile: 'System-wide',
    },
    event: at('06:00:00'),
    times: [`modified ${at('06:00:00')}`],
    seen: ['command x', HASHES[0]!, HASHES[2]!, 'path c:\\windows\\x.dll', 'user system-wide'],
  },
  {
    artifact: 'Windows.System.TaskScheduler/Analysis',
    row: {
      TaskName: 't',
      Mtime: at('01:05:00'),
      Command: 'a.exe',
      Arguments: '/b',
      UserId: 'SYSTEM',
      OSPath: 'C:\\t',
      RegistrationTime: null,
    },
    event: at('01:05:00'),
    times: [`modified ${at('01:05:00')}`],
    seen: ['command /b', 'command a.exe', 'path c:\\t', 'user system'],
  },
  {
    artifact: 'Windows.System.Powershell.PSReadline',
    row: { Line: 'whoami', Username: 'alice', OSPath: 'C:\\h.txt', Stat: { Mtime: at('01:00:00') } },
    event: null,
    times: [],
    seen: ['command whoami', 'path c:\\h.txt', 'user alice'],
  },
]

const FILES: Sample[] = [
  {
    artifact: 'Windows.NTFS.MFT',
    row: {
      OSPath: '\\\\.\\C:\\Windows\\a.dll',
      Created0x10: at('00:00:01'),
      LastModified0x10: at('00:00:02'),
      LastRecordChange0x10: at('00:00:03'),
      LastAccess0x10: at('00:00:04'),
      Created0x30: '1601-01-01T00:00:00Z',
    },
    event: at('00:00:02'),
    times: [
      `modified ${at('00:00:02')}`,
      `created ${at('00:00:01')}`,
      `changed ${at('00:00:03')}`,
      `accessed ${at('00:00:04')}`,
    ],
    seen: ['path c:\\windows\\a.dll'],
  },
  {
    artifact: 'Windows.Forensics.Usn',
    row: { Timestamp: at('00:01:00'), OSPath: 'C:\\x\\y.txt', Usn: '9223372036854775808', Reason: ['FILE_CREATE'] },
    event: at('00:01:00'),
    times: [`changed ${at('00:01:00')}`],
    seen: ['path c:\\x\\y.txt'],
  },
  {
    artifact: 'Windows.Search.FileFinder',
    row: { OSPath: 'C:\\Tools\\a.exe', MTime: at('00:02:00'), BTime: at('00:01:00'), Hash: null },
    event: at('00:02:00'),
    times: [`modified ${at('00:02:00')}`, `created ${at('00:01:00')}`],
    seen: ['path c:\\tools\\a.exe'],
  },
  {
    artifact: 'Windows.Detection.Yara.Glob',
    row: { OSPath: '/tmp//a', Mtime: at('00:03:00'), Rule: 'evil', HitContext: 'x' },
    event: at('00:03:00'),
    times: [`modified ${at('00:03:00')}`],
    seen: ['path /tmp/a', 'rule evil'],
  },
  {
    artifact: 'Generic.Detection.HashHunter',
    row: { OSPath: 'C:\\a', Timestamps: { Mtime: at('00:04:00'), Btime: at('00:03:00') }, Hash: { SHA256 } },
    event: at('00:04:00'),
    times: [`modified ${at('00:04:00')}`, `created ${at('00:03:00')}`],
    seen: [HASHES[2]!, 'path c:\\a'],
  },
  {
    artifact: 'Windows.Analysis.EvidenceOfDownload',
    row: {
      DownloadedFilePath: 'C:\\d\\x.zip',
      Mtime: at('00:05:00'),
      HostUrl: 'https://Bücher.Example:443/x?A=1',
      FileHash: { MD5 },
    },
    event: at('00:05:00'),
    times: [`modified ${at('00:05:00')}`],
    seen: ['domain xn--bcher-kva.example', HASHES[0]!, 'path c:\\d\\x.zip', 'url https://xn--bcher-kva.example/x?A=1'],
  },
  {
    artifact: 'Windows.Applications.Chrome.History',
    row: { User: 'alice', visit_time: at('00:06:00'), visited_url: 'http://10.1.1.1:8080/', last_visit_time: null },
    event: at('00:06:00'),
    times: [`visited ${at('00:06:00')}`],
    seen: ['ip 10.1.1.1', 'url http://10.1.1.1:8080/', 'user alice'],
  },
  {
    artifact: 'Windows.KapeFiles.Targets/Uploads',
    row: { CopiedOnTimestamp: 1770271200, SourceFile: 'C:\\$MFT', SourceFileSha256: SHA256, Modified: at('00:07:00') },
    event: at('00:07:00'),
    times: [`modified ${at('00:07:00')}`, `copied ${at('06:00:00')}`],
    seen: [HASHES[2]!, 'path c:\\$mft'],
  },
  {
    artifact: 'Windows.Carving.CobaltStrike',
    row: { Rule: 'CS', OSPath: 'C:\\b.bin', DecodedConfig: { C2Server: 'evil.example,/a,10.6.6.6,/b' } },
    event: null,
    times: [],
    seen: ['domain evil.example', 'ip 10.6.6.6', 'path c:\\b.bin', 'rule CS'],
  },
]

const OTHERS: Sample[] = [
  {
    artifact: 'Windows.Forensics.UserAccessLogs/Clients',
    row: {
      InsertDate: at('00:08:00'),
      LastAccess: at('00:09:00'),
      Address: '0000:0000:0000:0000:0000:0000:0000:0001',
      AuthenticatedUserName: 'corp\\bob',
    },
    event: at('00:09:00'),
    times: [`last accessed ${at('00:09:00')}`, `first accessed ${at('00:08:00')}`],
    seen: ['ip ::1', 'user corp\\bob'],
  },
  {
    artifact: 'Linux.Sys.LastUserLogin',
    row: {
      login_User: 'eve',
      login_Host: 'pc.example.org',
      login_IpAddr: '10.2.2.2',
      login_time: 1770271200,
      logout_time: 0,
    },
    event: at('06:00:00'),
    times: [`logged on ${at('06:00:00')}`],
    seen: ['domain pc.example.org', 'ip 10.2.2.2', 'user eve'],
  },
  {
    artifact: 'Generic.Client.Info/BasicInformation',
    row: {
      Name: 'velociraptor',
      BuildTime: '2025-01-01T00:00:00Z',
      OS: 'linux',
      Fqdn: 'sample',
      MACAddresses: ['00:11'],
    },
    event: null,
    times: [],
    seen: ['host sample', 'host sample'],
  },
  {
    artifact: 'Windows.Events.ProcessCreation',
    row: { _ts: 1770271260, Timestamp: at('06:00:00'), Name: 'a.exe', CommandLine: 'a', timestamp: at('09:00:00') },
    event: at('06:00:00'),
    times: [`created ${at('06:00:00')}`, `seen ${at('06:01:00')}`],
    seen: ['command a', 'process a.exe'],
  },
  {
    artifact: 'Windows.ETW.DNS',
    row: { _ts: 1770271200, Query: 'c2.example', Answer: ['10.4.4.4', '10.4.4.5'], Process: { Name: 'x.exe' } },
    event: at('06:00:00'),
    times: [`seen ${at('06:00:00')}`],
    seen: ['domain c2.example', 'ip 10.4.4.4', 'ip 10.4.4.5', 'process x.exe'],
  },
  {
    artifact: 'Custom.Windows.System.LocalAdmins',
    row: { Name: 'Administrator', SID: 'S-1-5-21-9-9-9-500', timestamp: at('09:00:00') },
    event: null,
    times: [],
    seen: ['user S-1-5-21-9-9-9-500', 'user administrator'],
  },
  {
    artifact: 'Own.Unknown',
    row: {
      EventTime: at('06:00:00'),
      fileMtime: 1770271260123,
      Uptime: 99,
      SourceIp: '10.5.5.5',
      FullPath: 'D:\\x\\y',
      Details: { md5: MD5 },
      timestamp: at('09:00:00'),
      _ts: 1770290000,
    },
    event: at('06:00:00'),
    times: [`logged ${at('06:00:00')}`],
    seen: [HASHES[0]!, 'ip 10.5.5.5', 'path d:\\x\\y'],
  },
]

export const SAMPLES: Sample[] = [...LIVE, ...LOGS, ...TRACES, ...FILES, ...OTHERS]
