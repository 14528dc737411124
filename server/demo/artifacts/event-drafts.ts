import { DOMAIN, type Machine } from '../fleet.ts'
import type { Random } from '../random.ts'
import type { Row } from '../row.ts'

export type Draft = {
  at: number
  channel: 'Security' | 'System' | 'Application'
  id: number
  provider: string
  sid: string
  user: string
  data: Row
  message: string
}
export type Maker = (machine: Machine, random: Random) => Omit<Draft, 'at'>

const AUDIT = 'Microsoft-Windows-Security-Auditing'
export const security = (id: number, message: string, data: Row): Omit<Draft, 'at'> => ({
  channel: 'Security',
  id,
  provider: AUDIT,
  sid: '',
  user: '',
  data,
  message,
})
export const system = (
  id: number,
  provider: string,
  message: string,
  data: Row,
  sid = '',
  user = '',
): Omit<Draft, 'at'> => ({ channel: 'System', id, provider, sid, user, data, message })

export const logonId = (random: Random) => Number.parseInt(random.hex(7), 16)
export const own = ({ hostname }: Machine) => ({
  SubjectUserSid: 'S-1-5-18',
  SubjectUserName: `${hostname}$`,
  SubjectDomainName: DOMAIN,
  SubjectLogonId: 999,
})

type Logon = { type: number; name: string; sid: string; address: string; workstation?: string; process?: string }

export const logon = (
  machine: Machine,
  random: Random,
  { type, name, sid, address, workstation = '-', process = '-' }: Logon,
) =>
  security(4624, 'An account was successfully logged on.', {
    ...(type === 3
      ? { SubjectUserSid: 'S-1-0-0', SubjectUserName: '-', SubjectDomainName: '-', SubjectLogonId: 0 }
      : own(machine)),
    TargetUserSid: sid,
    TargetUserName: name,
    TargetDomainName: sid === 'S-1-5-18' ? 'NT AUTHORITY' : DOMAIN,
    TargetLogonId: logonId(random),
    LogonType: type,
    LogonProcessName: type === 3 ? 'Kerberos' : type === 5 ? 'Advapi  ' : 'User32 ',
    AuthenticationPackageName: type === 3 ? 'Kerberos' : 'Negotiate',
    WorkstationName: workstation,
    LmPackageName: '-',
    KeyLength: 0,
    ProcessId: type === 3 ? 0 : random.int(200, 2000) * 4,
    ProcessName: process,
    IpAddress: address,
    IpPort: address === '-' ? '-' : String(random.int(49_700, 65_000)),
    ElevatedToken: '%%1842',
  })

export const processCreated = (
  machine: Machine,
  random: Random,
  who: string,
  parent: string,
  image: string,
  commandLine: string,
) =>
  security(4688, 'A new process has been created.', {
    SubjectUserSid: who.startsWith(DOMAIN) ? machine.sid : 'S-1-5-18',
    SubjectUserName: who.split('\\').at(-1),
    SubjectDomainName: who.split('\\')[0],
    SubjectLogonId: logonId(random),
    NewProcessId: random.int(300, 5000) * 4,
    NewProcessName: image,
    TokenElevationType: '%%1938',
    ProcessId: random.int(300, 5000) * 4,
    CommandLine: commandLine,
    ParentProcessName: parent,
    MandatoryLabel: 'S-1-16-8192',
  })

export const serviceInstalled = (name: string, image: string) =>
  system(
    7045,
    'Service Control Manager',
    `A service was installed in the system.\n\nService Name:  ${name}\nService File Name:  ${image}`,
    {
      ServiceName: name,
      ImagePath: image,
      ServiceType: 'user mode service',
      StartType: 'auto start',
      AccountName: 'LocalSystem',
    },
    'S-1-5-18',
    'NT AUTHORITY\\SYSTEM',
  )
