/** A stack that hunters come back to. Artifacts by their names, copies under `Custom.` included; `q` narrows it. */
export type KnownStack = {
  title: string
  about: string
  artifacts: string[]
  columns: string[]
  q?: string
  shape?: true
}

const services = ['Windows.System.Services']
const tasks = ['Windows.System.TaskScheduler/Analysis', 'Windows.System.TaskScheduler']

/** What Kansa, Takajo and Velociraptor's own guides stack first, said over the columns of its artifacts. */
export const KNOWN: KnownStack[] = [
  {
    title: 'Autoruns by publisher and launch string',
    about: 'What starts by itself, and who signed it. The tail is what nobody else has.',
    artifacts: ['Windows.Sysinternals.Autoruns'],
    columns: ['Signer', 'Launch String'],
    shape: true,
  },
  {
    title: 'Autoruns nobody signed',
    about: 'Starts by itself, bears no verified signature.',
    artifacts: ['Windows.Sysinternals.Autoruns'],
    columns: ['Image Path', 'Launch String'],
    q: '-Signer:"(Verified)"*',
    shape: true,
  },
  {
    title: 'Start-up items',
    about: 'Run keys and start-up folders.',
    artifacts: ['Windows.Sys.StartupItems'],
    columns: ['Name', 'Details'],
    shape: true,
  },
  {
    title: 'Service failure commands',
    about: 'What a service runs when it fails: seldom set, and a way to stay.',
    artifacts: services,
    columns: ['FailureCommand'],
    q: 'FailureCommand:* -FailureCommand:""',
  },
  {
    title: 'Service programs and accounts',
    about: 'What each service runs, and as whom.',
    artifacts: services,
    columns: ['PathName', 'UserAccount'],
    shape: true,
  },
  {
    title: 'Scheduled task actions',
    about: 'Command and arguments of every task.',
    artifacts: tasks,
    columns: ['Command', 'Arguments'],
    shape: true,
  },
  {
    title: 'Listening ports by process',
    about: 'Which program waits on which port.',
    artifacts: ['Windows.Network.ListeningPorts'],
    columns: ['Name', 'Port', 'Protocol'],
  },
  {
    title: 'Listening ports by process, from connections',
    about: 'The same from the table of connections.',
    artifacts: ['Windows.Network.Netstat'],
    columns: ['Name', 'Laddr.Port'],
    q: 'Status:LISTEN',
  },
  {
    title: 'Listening ports by process and path',
    about: 'The same with the path of the program.',
    artifacts: ['Windows.Network.NetstatEnriched/Netstat', 'Windows.Network.NetstatEnriched'],
    columns: ['Name', 'Path', 'Lport'],
    q: 'Status:LISTEN',
  },
  {
    title: 'Local administrators',
    about: 'Accounts and groups with all rights on few hosts.',
    artifacts: ['Windows.System.LocalAdmins'],
    columns: ['Name', 'PrincipalSource'],
  },
  {
    title: 'Prefetch',
    about: 'Programs that ran, by name: the tail ran almost nowhere.',
    artifacts: ['Windows.Forensics.Prefetch'],
    columns: ['Executable'],
  },
  {
    title: 'PowerShell script blocks',
    about: 'What PowerShell was made to run, random parts folded.',
    artifacts: ['Windows.EventLogs.PowershellScriptblock'],
    columns: ['ScriptBlockText'],
    shape: true,
  },
  {
    title: 'Remote networks by process',
    about: 'Which program speaks to which remote /24 (/48 for IPv6).',
    artifacts: [
      'Windows.Network.NetstatEnriched/Netstat',
      'Windows.Network.NetstatEnriched',
      'Linux.Network.NetstatEnriched',
    ],
    columns: ['Name', 'net(Raddr)'],
    q: '-Raddr:(127.0.0.0/8, ::1, 0.0.0.0, "")',
  },
  {
    title: 'Remote networks by process, from connections',
    about: 'The same from the plain table of connections.',
    artifacts: ['Windows.Network.Netstat'],
    columns: ['Name', 'net(Raddr.IP)'],
    q: '-Raddr.IP:(127.0.0.0/8, ::1, 0.0.0.0, "")',
  },
  {
    title: 'Processes by path and user',
    about: 'What runs from where, as whom.',
    artifacts: ['Windows.System.Pslist', 'Linux.Sys.Pslist'],
    columns: ['Exe', 'Username'],
    shape: true,
  },
  {
    title: 'Command lines',
    about: 'Every command line, random parts folded.',
    artifacts: ['Windows.System.Pslist', 'Linux.Sys.Pslist'],
    columns: ['CommandLine'],
    shape: true,
  },
]
