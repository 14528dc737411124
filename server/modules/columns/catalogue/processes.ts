import { type Entry, hashesOf } from './entry.ts'

export const processes: Entry[] = [
  {
    artifacts: ['Windows.System.Pslist', 'Linux.Sys.Pslist', 'MacOS.Sys.Pslist'],
    time: { CreateTime: 'created' },
    process: ['Name'],
    path: ['Exe'],
    command: ['CommandLine'],
    hash: hashesOf('Hash'),
    user: ['Username'],
  },
  {
    artifacts: ['Generic.System.Pstree', 'Windows.System.Pstree'],
    time: { StartTime: 'started', CreateTime: 'started', EndTime: 'ended' },
    process: ['Name'],
    path: ['Exe'],
    command: ['CommandLine'],
    user: ['Username'],
  },
  {
    artifacts: ['Windows.Attack.UnexpectedImagePath'],
    time: { StartTime: 'started', EndTime: 'ended', ParentStartTime: 'parent started', ParentEndTime: 'parent ended' },
    process: ['ProcessName', 'ParentProcessName'],
    path: ['ImagePath', 'ParentImagePath'],
    command: ['CommandLine', 'ParentCommandLine'],
    user: ['Username', 'ParentUsername'],
  },
  {
    artifacts: ['Windows.System.DLLs'],
    process: ['Name'],
    path: ['ModulePath', '_Exe'],
    command: ['_CommandLine'],
    hash: hashesOf('Hash'),
  },
  {
    artifacts: ['Windows.System.VAD'],
    time: { ProcessCreateTime: 'process created' },
    process: ['Name'],
    path: ['MappingName'],
    rule: ['YaraHit.Rule'],
  },
  {
    artifacts: [
      'Windows.Detection.Mutants',
      'Windows.Detection.Mutants/Handles',
      'Windows.Detection.Mutants/ObjectTree',
    ],
    process: ['ProcName'],
    path: ['Exe'],
  },
  {
    artifacts: ['Windows.System.Services'],
    time: { Created: 'created' },
    command: ['PathName', 'FailureCommand'],
    path: ['AbsoluteExePath', 'ServiceDll'],
    hash: [...hashesOf('HashServiceExe'), ...hashesOf('HashServiceDll')],
    user: ['UserAccount'],
  },
]
