import { type Entry, hashesOf } from './entry.ts'

const FILE_TIMES = { Mtime: 'modified', Atime: 'accessed', Ctime: 'changed', Btime: 'created' }
const YARA_GLOB = ['Generic', 'Windows', 'Linux', 'MacOS'].map((system) => `${system}.Detection.Yara.Glob`)
const TRIAGE_TIMES = { Modified: 'modified', Created: 'created', Changed: 'changed', LastAccessed: 'accessed' }

/** Files, and what the file system and the shell remember of them. */
export const files: Entry[] = [
  { artifacts: ['Windows.Forensics.Usn'], time: { Timestamp: 'changed' }, path: ['OSPath'] },
  {
    artifacts: ['Windows.NTFS.MFT'],
    time: {
      LastModified0x10: 'modified',
      Created0x10: 'created',
      LastRecordChange0x10: 'changed',
      LastAccess0x10: 'accessed',
      LastModified0x30: 'modified ($FN)',
      Created0x30: 'created ($FN)',
      LastRecordChange0x30: 'changed ($FN)',
      LastAccess0x30: 'accessed ($FN)',
    },
    path: ['OSPath'],
  },
  {
    artifacts: ['Windows.Forensics.Lnk'],
    time: {
      'ShellLinkHeader.WriteTime': 'target modified',
      'ShellLinkHeader.CreationTime': 'target created',
      'ShellLinkHeader.AccessTime': 'target accessed',
      'SourceFile.Mtime': 'link modified',
      'SourceFile.Btime': 'link created',
    },
    path: ['LinkInfo.Target.Path', 'LinkTarget.LinkTarget', 'LinkTarget', 'SourceFile.OSPath'],
    command: ['StringData.Arguments'],
    host: ['ExtraData.TrackerData.MachineID', 'ExtraData.Tracker.MachineID'],
  },
  {
    artifacts: ['Windows.Forensics.JumpLists'],
    time: { WriteTime: 'target modified', CreationTime: 'target created', AccessTime: 'target accessed' },
    path: ['LinkTarget'],
  },
  { artifacts: ['Windows.Forensics.Shellbags'], time: { ModTime: 'modified' }, path: ['FullPath'] },
  {
    artifacts: ['Windows.Forensics.RecycleBin'],
    time: { DeletedTimestamp: 'deleted' },
    path: ['OriginalFilePath'],
  },
  {
    artifacts: ['Windows.Analysis.EvidenceOfDownload'],
    time: { Mtime: 'modified' },
    path: ['DownloadedFilePath'],
    hash: hashesOf('FileHash'),
    url: ['HostUrl', 'ReferrerUrl'],
  },
  {
    artifacts: ['Windows.Search.FileFinder', 'Linux.Search.FileFinder', 'MacOS.Search.FileFinder'],
    time: { MTime: 'modified', ATime: 'accessed', CTime: 'changed', BTime: 'created', ...FILE_TIMES },
    path: ['OSPath', 'FullPath'],
    hash: hashesOf('Hash'),
  },
  {
    artifacts: YARA_GLOB,
    time: FILE_TIMES,
    path: ['OSPath', 'FullPath'],
    rule: ['Rule'],
  },
  {
    artifacts: ['Windows.Detection.Yara.NTFS'],
    time: { ModTime: 'modified', Mtime: 'modified' },
    path: ['OSPath'],
    rule: ['Rule'],
  },
  {
    artifacts: ['Generic.Detection.HashHunter'],
    time: {
      'Timestamps.Mtime': 'modified',
      'Timestamps.Atime': 'accessed',
      'Timestamps.Ctime': 'changed',
      'Timestamps.Btime': 'created',
    },
    path: ['OSPath'],
    hash: hashesOf('Hash'),
  },
  {
    artifacts: ['Windows.Detection.BinaryRename'],
    time: FILE_TIMES,
    path: ['OSPath'],
    hash: hashesOf('Hash'),
    process: ['VersionInformation.OriginalFilename'],
  },
  {
    artifacts: ['Windows.Triage.Targets', 'Windows.KapeFiles.Targets'],
    time: { ...TRIAGE_TIMES, CopiedOnTimestamp: 'copied' },
    path: ['SourceFile'],
    hash: ['SourceFileSha256'],
  },
  {
    artifacts: ['Windows.Applications.Chrome.History', 'Windows.Applications.Edge.History'],
    time: { visit_time: 'visited', last_visit_time: 'last visited' },
    url: ['visited_url'],
    user: ['User'],
  },
  {
    artifacts: ['MacOS.System.QuarantineEvents'],
    time: { DownloadTime: 'downloaded' },
    url: ['DownloadURL', 'Origin'],
    user: ['User'],
    process: ['AgentName'],
  },
]
