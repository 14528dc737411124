import { DAY, type Machine } from '../fleet.ts'
import { IMPLANT, marksOn, TASK } from '../intrusion.ts'
import { randomFor } from '../random.ts'
import { accountOf, authenticode, type Binary, programFile, type Row, timeText, windowsFile } from '../row.ts'
import { TASKS } from '../windows-tasks.ts'

export type Planned = {
  name: string
  command: string
  args: string
  handler: string
  user: string
  at: number
  file: Binary | null
}

export function scheduledTasks(machine: Machine): Row[] {
  return planned(machine).map(({ name, command, args, handler, user, at, file }) => ({
    TaskName: name,
    Mtime: timeText(at),
    Command: command,
    Arguments: args,
    UserId: user,
    RunLevel: user === 'S-1-5-18' ? 'HighestAvailable' : '',
    LogonType: '',
    StateChange: '',
    ComHandler: handler,
    RegistrationTime: timeText(at, 6),
    StartBoundary: '',
    _XML: {
      Task: {
        Attrversion: '1.4',
        RegistrationInfo: { URI: name },
        Actions: handler ? { ComHandler: { ClassId: handler } } : { Exec: { Command: command, Arguments: args } },
      },
    },
    OSPath: `C:\\Windows\\System32\\Tasks${name}`,
    Authenticode: file ? authenticode(file) : null,
    Upload: null,
  }))
}

export function planned(machine: Machine): Planned[] {
  const random = randomFor('tasks', machine.hostname)
  const expand = (command: string) => command.replace(/%windir%|%systemroot%/i, 'C:\\Windows')
  const windows = TASKS.filter(() => random.chance(0.96)).map(
    (task): Planned => ({
      ...task,
      at: machine.installedAt + random.int(0, 30 * DAY),
      file: task.command ? windowsFile(machine, expand(task.command)) : null,
    }),
  )
  const own = machine.programs
    .filter(({ name, starts }) => starts === 'task' || /Chrome|Adobe Acrobat|OneDrive|Firefox|Zoom|Dropbox/.test(name))
    .map((program): Planned => {
      const file = programFile(machine, program)
      const perUser = `-${machine.sid}`
      return {
        name: `\\${program.name} Update Task${program.name === 'OneDrive' ? perUser : ''}`,
        command: file.path,
        args: '--update /silent',
        handler: '',
        user: 'S-1-5-18',
        at: machine.installedAt + random.int(1, 90) * DAY,
        file,
      }
    })
  const marks = marksOn(machine)
  if (marks?.persistsBy !== 'run and task') return [...windows, ...own]
  const added: Planned = {
    name: TASK,
    command: IMPLANT.path,
    args: '',
    handler: '',
    user: accountOf(machine),
    at: marks.implantStartedAt + 5 * 60_000,
    file: IMPLANT,
  }
  return [...windows, ...own, added]
}
