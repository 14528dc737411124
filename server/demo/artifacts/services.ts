import { DAY, type Machine } from '../fleet.ts'
import { IMPLANT, marksOn, SERVICE } from '../intrusion.ts'
import { randomFor } from '../random.ts'
import { authenticode, type Binary, hashesOf, programFile, type Row, timeText, windowsFile } from '../row.ts'
import { SERVICES } from '../windows-services.ts'
import { processesOf } from './processes.ts'

export type Installed = {
  name: string
  display: string
  path: string
  dll: Binary | null
  file: Binary
  start: string
  running: boolean
  account: string
  at: number
}

/** Windows' services, those of the installed programs, and what was added. */
export function services(machine: Machine): Row[] {
  const pids = new Map(processesOf(machine).map(({ service, name, pid }) => [service ?? name, pid]))
  const lsass = pids.get('lsass.exe') ?? 0
  return installed(machine).map((one) => {
    const pid = one.running
      ? (pids.get(one.name) ?? (one.file === IMPLANT ? pids.get('igfxsyncsvc.exe') : undefined) ?? lsass)
      : 0
    return {
      State: one.running ? 'Running' : 'Stopped',
      Name: one.name.replaceAll(' ', ''),
      DisplayName: one.display,
      Status: 'OK',
      Pid: pid,
      ExitCode: one.running ? 0 : 1077,
      StartMode: one.start,
      PathName: one.path,
      ServiceType: one.path.includes('svchost') ? 'Share Process' : 'Own Process',
      UserAccount: one.account,
      Created: timeText(one.at),
      ServiceDll: one.dll?.path ?? '',
      FailureCommand: '',
      FailureActions: { ResetPeriod: 86400, FailureAction: [{ Type: 'SC_ACTION_RESTART', Delay: 120 }] },
      AbsoluteExePath: one.file.path,
      HashServiceExe: hashesOf(one.file),
      CertinfoServiceExe: authenticode(one.file),
      HashServiceDll: one.dll ? hashesOf(one.dll) : null,
      CertinfoServiceDll: one.dll ? authenticode(one.dll) : null,
    }
  })
}

export function installed(machine: Machine): Installed[] {
  const random = randomFor('services', machine.hostname)
  const windows = SERVICES.map(({ name, display, image, dll, start, running, account }): Installed => ({
    name, display, start, running, account,
    path: image,
    dll: dll ? windowsFile(machine, dll) : null,
    file: windowsFile(machine, image.split(/ [-/]/)[0]!),
    at: machine.installedAt + random.int(0, 900_000),
  })) // biome-ignore format: one line of names
  const own = machine.programs
    .filter(({ starts }) => starts === 'service')
    .map((program): Installed => {
      const file = programFile(machine, program)
      return {
        name: program.name,
        display: `${program.name} Service`,
        path: `"${file.path}"`,
        dll: null,
        file,
        start: 'Auto',
        running: true,
        account: 'LocalSystem',
        at: machine.installedAt + random.int(1, 40) * DAY,
      }
    })
  const marks = marksOn(machine)
  if (marks?.persistsBy !== 'service') return [...windows, ...own]
  const added: Installed = {
    name: SERVICE,
    display: 'Intel(R) Graphics Synchronization Service',
    path: `${IMPLANT.path} -s`,
    dll: null,
    file: IMPLANT,
    start: 'Auto',
    running: true,
    account: 'LocalSystem',
    at: marks.implantStartedAt,
  }
  return [...windows, ...own, added]
}
