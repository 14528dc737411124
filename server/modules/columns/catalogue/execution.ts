import type { Entry } from './entry.ts'

const SRUM = ['Execution Stats', 'Application Resource Usage', 'Network Connections', 'Network Usage']
const AMCACHE = [
  'InventoryApplicationFile',
  'InventoryApplication',
  'InventoryDriverBinary',
  'InventoryDevicePnp',
  'InventoryDeviceContainer',
  'InventoryDriverPackage',
  'File',
  'Programs',
  'Generic',
]
const sourcesOf = (artifact: string, sources: string[]) => [artifact, ...sources.map((name) => `${artifact}/${name}`)]

/** Traces of programs that ran, or could have. */
export const execution: Entry[] = [
  {
    artifacts: ['Windows.Forensics.Prefetch'],
    time: { 'LastRunTimes[]': 'run', CreationTime: 'created', ModificationTime: 'modified' },
    process: ['Executable'],
    path: ['ExecutableDosPath', 'ExecutablePath', 'Binary'],
  },
  {
    artifacts: ['Windows.Detection.Amcache'],
    time: { KeyMTime: 'modified' },
    path: ['EntryPath'],
    hash: ['SHA1'],
    process: ['EntryName'],
  },
  {
    artifacts: sourcesOf('Windows.Forensics.Amcache', AMCACHE),
    time: {
      Timestamp: 'modified',
      LastModifiedKey: 'modified',
      ModificationTime: 'file modified',
      CreationTime: 'file created',
      LinkDate: 'linked',
    },
    path: ['FullPath', 'LowerCaseLongPath'],
    hash: ['SHA1', 'FileId'],
    process: ['Name'],
  },
  {
    artifacts: ['Windows.Registry.AppCompatCache'],
    time: { ModificationTime: 'modified' },
    path: ['Path'],
  },
  {
    artifacts: ['Windows.Registry.UserAssist'],
    time: { LastExecution: 'run' },
    path: ['Name'],
    user: ['User'],
  },
  {
    artifacts: ['Windows.Forensics.Bam'],
    time: { Bam_time: 'run' },
    path: ['Binary'],
    user: ['UserName', 'SID'],
  },
  {
    artifacts: sourcesOf('Windows.Forensics.SRUM', SRUM),
    time: { TimeStamp: 'seen', StartTime: 'started', ConnectStartTime: 'started', EndTime: 'ended' },
    path: ['App'],
    user: ['User', 'UserSid'],
  },
  {
    artifacts: ['Windows.Sysinternals.Autoruns'],
    time: { Time: 'modified' },
    path: ['Image Path'],
    command: ['Launch String'],
    hash: ['MD5', 'SHA-1', 'SHA-256'],
    user: ['Profile'],
  },
  { artifacts: ['Windows.Sys.StartupItems'], path: ['OSPath'], command: ['Details'] },
  {
    artifacts: ['Windows.System.TaskScheduler', 'Windows.System.TaskScheduler/Analysis'],
    time: { Mtime: 'modified', RegistrationTime: 'registered', StartBoundary: 'starts' },
    command: ['Command', 'Arguments'],
    path: ['OSPath'],
    user: ['UserId'],
  },
  {
    artifacts: ['Windows.Persistence.PermanentWMIEvents'],
    command: ['ConsumerDetails.CommandLineTemplate', 'ConsumerDetails.ScriptText'],
    path: ['ConsumerDetails.ExecutablePath', 'ConsumerDetails.ScriptFileName'],
  },
  {
    artifacts: ['Windows.System.Powershell.PSReadline'],
    command: ['Line'],
    user: ['Username'],
    path: ['OSPath'],
  },
  {
    artifacts: ['Windows.Sys.Programs'],
    time: { KeyLastWriteTimestamp: 'modified', InstallDate: 'installed' },
    path: ['InstallLocation', 'InstallSource'],
    command: ['UninstallString'],
  },
]
