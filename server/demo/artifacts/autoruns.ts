import { COLLECTED_AT, DAY, type Machine } from '../fleet.ts'
import { IMPLANT, marksOn, RUN_VALUE } from '../intrusion.ts'
import { type Random, randomFor } from '../random.ts'
import { accountOf, type Binary, hashesOf, MICROSOFT, programFile, type Row, SYSTEM, windowsFile } from '../row.ts'
import { DRIVERS, KNOWN_DLLS } from '../windows.ts'
import { type Installed, installed } from './services.ts'
import { type Planned, planned } from './tasks.ts'

type Entry = {
  location: string
  entry: string
  category: string
  profile?: string
  description: string
  file: Binary
  launch: string
  at: number
}

/** What autorunsc -t -a * -h says: everything that starts by itself. */
export const autoruns = (machine: Machine): Row[] => entries(machine).map((entry) => entryRow(machine, entry))

function entries(machine: Machine): Entry[] {
  const random = randomFor('autoruns', machine.hostname)
  const long = (at: number) => at - random.int(0, 20) * DAY
  const driver = (name: string): Entry => {
    const path = `C:\\Windows\\System32\\drivers\\${name}.sys`
    return {
      location: 'HKLM\\System\\CurrentControlSet\\Services',
      entry: name,
      category: 'Drivers',
      description: `${name}: ${name} Driver`,
      file: windowsFile(machine, path),
      launch: path,
      at: machine.installedAt,
    }
  }
  const dll = (name: string): Entry => {
    const path = `C:\\Windows\\System32\\${name}.dll`
    return {
      location: 'HKLM\\System\\CurrentControlSet\\Control\\Session Manager\\KnownDlls',
      entry: name,
      category: 'Known DLLs',
      description: `${name} DLL`,
      file: windowsFile(machine, path),
      launch: `${name}.dll`,
      at: machine.installedAt,
    }
  }
  const service = ({ name, display, file, path, at }: Installed): Entry => ({
    location: 'HKLM\\System\\CurrentControlSet\\Services',
    entry: name.replaceAll(' ', ''),
    category: 'Services',
    description: display,
    file,
    launch: path,
    at,
  })
  const task = ({ name, command, args, file, at }: Planned): Entry => ({
    location: 'Task Scheduler',
    entry: name,
    category: 'Tasks',
    description: '',
    file: file!,
    launch: `${command} ${args}`.trim(),
    at,
  })
  const run = (name: string, file: Binary, at: number): Entry => ({
    location: `HKCU\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Run`,
    entry: name,
    category: 'Logon',
    profile: accountOf(machine),
    description: name,
    file,
    launch: `"${file.path}"`,
    at,
  })

  const logon = machine.programs
    .filter(({ starts }) => starts === 'logon')
    .map((program) => run(program.name.replaceAll(' ', ''), programFile(machine, program), long(COLLECTED_AT)))
  const marks = marksOn(machine)
  if (marks?.persistsBy === 'run and task') logon.push(run(RUN_VALUE, IMPLANT, marks.implantStartedAt))
  return [
    ...logon,
    ...planned(machine)
      .filter(({ file }) => file !== null)
      .map(task),
    ...installed(machine)
      .filter(({ path }) => !path.includes('svchost'))
      .map(service),
    ...DRIVERS.filter(() => random.chance(0.93)).map(driver),
    ...KNOWN_DLLS.map(dll),
    ...odd(machine, random),
  ]
}

/** Leftovers of uninstalled software: every fleet has them, and they are not the story. */
function odd(machine: Machine, random: Random): Entry[] {
  if (!random.chance(0.12)) return []
  const path = random.pick([
    'C:\\Program Files (x86)\\OldScan\\scanmon.exe',
    'C:\\ProgramData\\PrintHelper\\phelper.exe',
    'C:\\Tools\\mapdrive.exe',
  ])
  const file: Binary = { path, product: path.split('\\').at(-1)!, version: '1.0', company: '', signer: null }
  return [
    {
      location: 'HKLM\\SOFTWARE\\Wow6432Node\\Microsoft\\Windows\\CurrentVersion\\Run',
      entry: file.product.replace('.exe', ''),
      category: 'Logon',
      description: '',
      file,
      launch: `"${path}"`,
      at: machine.installedAt + DAY,
    },
  ]
}

function entryRow(
  _machine: Machine,
  { location, entry, category, profile, description, file, launch, at }: Entry,
): Row {
  const { MD5, SHA1, SHA256 } = hashesOf(file)
  const image = hashesOf({ product: file.product, version: `${file.version} image` })
  return {
    Time: new Date(at).toISOString().replaceAll(/[-:]/g, '').replace('T', '-').slice(0, 15),
    'Entry Location': location,
    Entry: entry,
    Enabled: 'enabled',
    Category: category,
    Profile: profile ?? (category === 'Tasks' ? SYSTEM : 'System-wide'),
    Description: description,
    Signer: file.signer
      ? `(Verified) ${file.signer === MICROSOFT ? 'Microsoft Windows' : file.signer}`
      : `(Not verified) ${file.company}`,
    Company: file.company,
    'Image Path': file.path.toLowerCase(),
    Version: file.version,
    'Launch String': launch,
    MD5: MD5.toUpperCase(),
    'SHA-1': SHA1.toUpperCase(),
    'PESHA-1': image.SHA1.toUpperCase(),
    'PESHA-256': image.SHA256.toUpperCase(),
    'SHA-256': SHA256.toUpperCase(),
    IMP: image.MD5.toUpperCase(),
  }
}
