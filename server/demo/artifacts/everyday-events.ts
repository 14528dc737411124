import { DOMAIN, DOMAIN_SID } from '../fleet.ts'
import type { Random } from '../random.ts'
import { accountOf } from '../row.ts'
import { TOOLS } from '../windows.ts'
import { SERVICES } from '../windows-services.ts'
import { logon, logonId, type Maker, own, processCreated, security, serviceInstalled, system } from './event-drafts.ts'

const MAKERS: [number, Maker][] = [
  [
    30,
    (machine, random) => {
      const parent = random.longTail([
        'C:\\Windows\\System32\\svchost.exe',
        'C:\\Windows\\explorer.exe',
        'C:\\Windows\\System32\\services.exe',
        'C:\\Windows\\System32\\cmd.exe',
        'C:\\Windows\\CCM\\CcmExec.exe',
      ])
      if (random.chance(0.25)) {
        const { exe } = random.longTail(machine.programs)
        const path = exe.replace('%USER%', machine.login)
        return processCreated(machine, random, accountOf(machine), 'C:\\Windows\\explorer.exe', path, `"${path}"`)
      }
      const tool = random.longTail(TOOLS)
      return processCreated(
        machine,
        random,
        random.chance(0.6) ? `NT AUTHORITY\\SYSTEM` : accountOf(machine),
        parent,
        `C:\\Windows\\System32\\${tool}`,
        `${tool}${random.longTail(['', ' -Embedding', ' -k netsvcs -p', ' /c ver', ' /all', ' /query', ' /groups'])}`,
      )
    },
  ],
  [
    1,
    (machine, random) =>
      processCreated(
        machine,
        random,
        'NT AUTHORITY\\SYSTEM',
        'C:\\Windows\\CCM\\CcmExec.exe',
        'C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe',
        `powershell.exe -NoLogo -Noninteractive -NoProfile -ExecutionPolicy Bypass -EncodedCommand ${Buffer.from(`Get-Service wuauserv # ${machine.hostname.length}`, 'utf16le').toString('base64')}`,
      ),
  ],
  [
    22,
    (machine, random) =>
      logon(machine, random, {
        type: 5,
        name: 'SYSTEM',
        sid: 'S-1-5-18',
        address: '-',
        process: 'C:\\Windows\\System32\\services.exe',
      }),
  ],
  [
    10,
    (machine, random) => {
      const server = machine.kind === 'server'
      return server
        ? logon(machine, random, {
            type: 3,
            name: random.longTail(['svc_backup', 'svc_sql', 'adm.reyes', 'svc_scan']),
            sid: `${DOMAIN_SID}-${random.int(1600, 1604)}`,
            address: `10.20.${random.pick([10, 14, 16])}.${random.int(60, 90)}`,
          })
        : logon(machine, random, {
            type: random.longTail([7, 2, 11, 10]),
            name: machine.login,
            sid: machine.sid,
            address: '127.0.0.1',
            workstation: machine.hostname,
            process: 'C:\\Windows\\System32\\svchost.exe',
          })
    },
  ],
  [
    16,
    (_machine, random) =>
      security(4672, 'Special privileges assigned to new logon.', {
        SubjectUserSid: 'S-1-5-18',
        SubjectUserName: 'SYSTEM',
        SubjectDomainName: 'NT AUTHORITY',
        SubjectLogonId: 999,
        PrivilegeList: `SeAssignPrimaryTokenPrivilege\n\t\t\tSeTcbPrivilege\n\t\t\tSeSecurityPrivilege${random.chance(0.5) ? '\n\t\t\tSeDebugPrivilege' : ''}`,
      }),
  ],
  [
    10,
    (machine, random) =>
      security(4634, 'An account was logged off.', {
        TargetUserSid: machine.sid,
        TargetUserName: machine.login,
        TargetDomainName: DOMAIN,
        TargetLogonId: logonId(random),
        LogonType: random.longTail([3, 7, 2]),
      }),
  ],
  [
    6,
    (machine, random) =>
      security(5379, 'Credential Manager credentials were read.', {
        SubjectUserSid: machine.sid,
        SubjectUserName: machine.login,
        SubjectDomainName: DOMAIN,
        SubjectLogonId: logonId(random),
        TargetName: 'MicrosoftAccount:user=02',
        Type: 0,
        CountOfCredentialsReturned: 0,
        ReadOperation: '%%8100',
        ReturnCode: 3221226021,
        ProcessCreationTime: '',
        ClientProcessId: random.int(300, 5000) * 4,
      }),
  ],
  [
    5,
    (machine, random) =>
      security(4798, "A user's local group membership was enumerated.", {
        TargetUserName: random.longTail(['Administrator', 'laps-admin', 'Guest', 'DefaultAccount']),
        TargetDomainName: machine.hostname,
        ...own(machine),
        CallerProcessId: random.int(300, 5000) * 4,
        CallerProcessName: random.longTail([
          'C:\\Windows\\System32\\svchost.exe',
          'C:\\Windows\\explorer.exe',
          'C:\\Windows\\System32\\net1.exe',
        ]),
      }),
  ],
  [
    1,
    (machine, random) =>
      security(4625, 'An account failed to log on.', {
        ...own(machine),
        TargetUserSid: 'S-1-0-0',
        TargetUserName: random.longTail([machine.login, 'Administrator', 'svc_scan', 'guest']),
        TargetDomainName: DOMAIN,
        Status: 3221225581,
        SubStatus: 3221225578,
        FailureReason: '%%2313',
        LogonType: random.longTail([2, 3, 7]),
        WorkstationName: machine.hostname,
        IpAddress: '127.0.0.1',
        IpPort: '0',
      }),
  ],
  [
    12,
    (_machine, random) => {
      const { name, display } = random.longTail(SERVICES)
      return system(
        7036,
        'Service Control Manager',
        `The ${display} service entered the ${random.pick(['running', 'stopped'])} state.`,
        { param1: display, param2: name },
      )
    },
  ],
  [
    3,
    (_machine, random) => {
      const { display, name } = random.longTail(SERVICES)
      return system(
        7040,
        'Service Control Manager',
        `The start type of the ${display} service was changed from demand start to auto start.`,
        { param1: display, param2: 'demand start', param3: 'auto start', param4: name },
        'S-1-5-18',
        'NT AUTHORITY\\SYSTEM',
      )
    },
  ],
  [
    0.4,
    (machine, random) => {
      const { name, exe } = random.pick(machine.programs)
      return serviceInstalled(name, `"${exe.replace('%USER%', machine.login)}"`)
    },
  ],
  [
    4,
    (_machine, random) =>
      system(
        10016,
        'Microsoft-Windows-DistributedCOM',
        'The application-specific permission settings do not grant Local Activation permission for the COM Server application.',
        {
          param1: 'application-specific',
          param2: 'Local',
          param3: 'Activation',
          param4: `{${random.longTail(['2593F8B9-4EAF-457C-B68A-50F6B8EA6B54', '8BC3F05E-D86B-11D0-A075-00C04FB68820', 'D63B10C5-BB46-4990-A94F-E40B9D520160'])}}`,
        },
        'S-1-5-18',
        'NT AUTHORITY\\SYSTEM',
      ),
  ],
  [
    5,
    (_machine, random) => ({
      channel: 'Application',
      id: random.longTail([1000, 1001, 1026, 1033]),
      provider: random.longTail(['Windows Error Reporting', 'Application Error', 'MsiInstaller']),
      sid: '',
      user: '',
      data: {
        Data: [
          random.longTail(['OUTLOOK.EXE', 'ms-teams.exe', 'Acrobat.exe', 'tempus.exe', 'saplogon.exe']),
          '0xc0000005',
        ],
      },
      message: 'Fault bucket, type 0',
    }),
  ],
]

const TOTAL = MAKERS.reduce((sum, [weight]) => sum + weight, 0)

/** What happens on any machine on any day, the usual more often than the rare. */
export function makerFor(random: Random): Maker {
  let left = random.unit() * TOTAL
  for (const [weight, maker] of MAKERS) {
    left -= weight
    if (left < 0) return maker
  }
  return MAKERS[0]![1]
}
