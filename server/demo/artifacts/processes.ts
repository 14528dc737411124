import { COLLECTED_AT, collectedAt, DOMAIN, DOMAIN_SID, type Machine } from '../fleet.ts'
import { IMPLANT, marksOn } from '../intrusion.ts'
import { randomFor } from '../random.ts'
import {
  accountOf,
  authenticode,
  type Binary,
  hashesOf,
  programFile,
  type Row,
  SYSTEM,
  timeText,
  windowsFile,
} from '../row.ts'
import { SERVICES } from '../windows-services.ts'

export type Process = {
  pid: number
  ppid: number
  name: string
  commandLine: string
  user: string
  file: Binary | null
  at: number
  service?: string
}

const kept = new Map<string, Process[]>()

/** What runs on a Windows machine when it is collected. The same list stands behind processes, connections and services. */
export function processesOf(machine: Machine): Process[] {
  const known = kept.get(machine.hostname)
  if (known) return known
  const made = make(machine)
  kept.set(machine.hostname, made)
  return made
}

export const pslist = (machine: Machine): Row[] => processesOf(machine).map((process) => processRow(machine, process))

function processRow(machine: Machine, process: Process): Row {
  const { pid, ppid, name, commandLine, user, file, at } = process
  const elevated = user !== accountOf(machine)
  const sid = elevated ? 'S-1-5-18' : machine.sid
  return {
    CreateTime: timeText(at),
    Pid: pid,
    Ppid: ppid,
    TokenIsElevated: elevated,
    Name: name,
    CommandLine: commandLine,
    Exe: file?.path ?? '',
    TokenInfo: {
      IsElevated: elevated,
      User: sid,
      Username: user,
      SID: sid,
      PrimaryGroup: elevated ? 'S-1-5-18' : `${DOMAIN_SID}-513`,
      PrimaryGroupName: elevated ? SYSTEM : `${DOMAIN}\\Domain Users`,
    },
    Hash: file ? hashesOf(file) : null,
    Authenticode: file ? authenticode(file) : null,
    Username: user,
    WorkingSetSize: randomFor('memory', machine.hostname, String(pid)).int(900, 90_000) * 4096,
  }
}

function make(machine: Machine): Process[] {
  const random = randomFor('processes', machine.hostname)
  const list: Process[] = []
  const used = new Set<number>([0, 4])
  const newPid = () => {
    for (;;) {
      const pid = random.int(90, 5200) * 4
      if (used.has(pid)) continue
      used.add(pid)
      return pid
    }
  }
  const start = (
    parent: number,
    commandLine: string,
    user: string,
    file: Binary | null,
    at: number,
    service?: string,
  ) => {
    const name = file ? file.path.split('\\').at(-1)! : commandLine
    const process = {
      pid: newPid(),
      ppid: parent,
      name,
      commandLine: file ? commandLine : '',
      user,
      file,
      at,
      ...(service ? { service } : {}),
    }
    list.push(process)
    return process.pid
  }
  const boot = machine.bootedAt
  const core = (name: string, parent: number, late = 0) => {
    const file = windowsFile(machine, `C:\\Windows\\System32\\${name}`)
    return start(
      parent,
      `%SystemRoot%\\System32\\${name}`.replace('%SystemRoot%', 'C:\\Windows'),
      SYSTEM,
      file,
      boot + late,
    )
  }

  list.push({ pid: 4, ppid: 0, name: 'System', commandLine: '', user: SYSTEM, file: null, at: boot })
  start(4, 'Registry', SYSTEM, null, boot)
  const smss = core('smss.exe', 4, 200)
  core('csrss.exe', smss, 900)
  const wininit = core('wininit.exe', smss, 1_000)
  core('csrss.exe', smss, 1_010)
  const winlogon = core('winlogon.exe', smss, 1_100)
  const services = core('services.exe', wininit, 1_200)
  core('lsass.exe', wininit, 1_250)
  core('fontdrvhost.exe', wininit, 1_400)
  core('fontdrvhost.exe', winlogon, 1_410)
  core('dwm.exe', winlogon, 1_500)

  for (const service of SERVICES) {
    if (!service.running || service.image.endsWith('lsass.exe')) continue
    const late = boot + random.int(2_000, 90_000)
    const command = service.image.includes('svchost') ? `${service.image} -s ${service.name}` : service.image
    const path = service.image.includes('svchost')
      ? 'C:\\Windows\\System32\\svchost.exe'
      : service.image.split(' /')[0]!
    start(
      services,
      command,
      service.account === 'LocalSystem'
        ? SYSTEM
        : service.account.replace('\\Local', '\\LOCAL ').replace('\\Network', '\\NETWORK ').toUpperCase(),
      windowsFile(machine, path),
      late,
      service.name,
    )
  }
  for (const program of machine.programs.filter(({ starts }) => starts === 'service')) {
    const file = programFile(machine, program)
    const args =
      program.name === 'Velociraptor'
        ? ' --config "C:\\Program Files\\Velociraptor\\client.config.yaml" service run'
        : ''
    for (let n = 0; n < program.processes; n += 1)
      start(services, `"${file.path}"${args}`, SYSTEM, file, boot + random.int(5_000, 120_000), program.name)
  }
  session(machine, (...args) => start(...args), services, random.int(0, 3_600_000))

  const marks = marksOn(machine)
  if (marks) {
    const last = marks.processes.find(({ image }) => image === IMPLANT.path)!
    const parent = marks.persistsBy === 'service' ? services : list.find(({ name }) => name === 'svchost.exe')!.pid
    start(parent, last.commandLine, marks.implantUser, IMPLANT, Math.max(marks.implantStartedAt, boot + 200_000))
  }
  return list.filter(({ at }) => at < collectedAt(machine, 'Windows.System.Pslist'))
}

type Start = (parent: number, commandLine: string, user: string, file: Binary, at: number) => number
const DESKTOP =
  'sihost.exe taskhostw.exe ctfmon.exe RuntimeBroker.exe RuntimeBroker.exe RuntimeBroker.exe dllhost.exe SearchHost.exe StartMenuExperienceHost.exe ShellExperienceHost.exe TextInputHost.exe SecurityHealthSystray.exe smartscreen.exe'.split(
    ' ',
  )

/** The desktop of whoever is signed in, with the programs that started themselves and those that were started. */
function session(machine: Machine, start: Start, services: number, late: number) {
  const random = randomFor('session', machine.hostname)
  const me = accountOf(machine)
  const at = Math.max(machine.bootedAt + 300_000, COLLECTED_AT - 9 * 3_600_000) + late / 10
  for (const name of DESKTOP) {
    const file = windowsFile(machine, `C:\\Windows\\System32\\${name}`)
    start(
      services,
      `${file.path}${name === 'RuntimeBroker.exe' || name === 'dllhost.exe' ? ' -Embedding' : ''}`,
      me,
      file,
      at + random.int(0, 60_000),
    )
  }
  const explorer = start(
    services,
    'C:\\Windows\\Explorer.EXE',
    me,
    windowsFile(machine, 'C:\\Windows\\explorer.exe'),
    at,
  )
  for (const program of machine.programs) {
    const runs = program.starts === 'logon' || (program.starts === 'person' && random.chance(0.6))
    if (!runs || program.processes === 0) continue
    const file = programFile(machine, program)
    const began = at + random.int(60_000, 5 * 3_600_000)
    const first = start(explorer, `"${file.path}"`, me, file, began)
    for (let n = 1; n < program.processes; n += 1) {
      const kind = random.longTail(['renderer', 'utility', 'gpu-process', 'crashpad-handler'])
      start(
        first,
        `"${file.path}" --type=${kind} --lang=en-GB --client-id=${n + 3}`,
        me,
        file,
        began + random.int(500, 900_000),
      )
    }
  }
  if (random.chance(0.3)) {
    const shell = start(
      explorer,
      'C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe',
      me,
      windowsFile(machine, 'C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe'),
      at + 4_000_000,
    )
    start(
      shell,
      '\\??\\C:\\Windows\\system32\\conhost.exe 0x4',
      me,
      windowsFile(machine, 'C:\\Windows\\System32\\conhost.exe'),
      at + 4_000_100,
    )
  }
}
