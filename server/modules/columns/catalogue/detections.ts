import { type Entry, eventData, hashesOf } from './entry.ts'

const YARA_PROCESS = ['Windows', 'Linux', 'MacOS'].map((system) => `${system}.Detection.Yara.Process`)

/** What rules found. */
export const detections: Entry[] = [
  {
    artifacts: YARA_PROCESS,
    process: ['ProcessName'],
    path: ['ExePath'],
    command: ['CommandLine'],
    rule: ['Rule'],
  },
  {
    artifacts: ['Windows.Carving.CobaltStrike'],
    time: { Mtime: 'modified', CreateTime: 'process created' },
    rule: ['Rule'],
    path: ['OSPath', 'Exe', 'DecodedConfig.SpawnTox86', 'DecodedConfig.SpawnTox64'],
    process: ['Name', 'ProcessName'],
    command: ['CommandLine'],
    hash: hashesOf('Hash'),
    domain: ['DecodedConfig.C2Server[]'],
  },
  {
    artifacts: ['Windows.Sigma.EventLogs'],
    time: { 'System.TimeCreated.SystemTime': 'logged' },
    host: ['System.Computer'],
    rule: ['_Rule.Title'],
    ...eventData('EventData'),
  },
  {
    artifacts: [
      'Windows.Hayabusa.Rules',
      'Windows.Hayabusa.Monitoring',
      'Linux.Sigma.Triage',
      'Linux.EBPF.Monitoring',
      'Windows.Sigma.Triage',
      'Windows.ETW.Monitoring',
    ],
    time: { Timestamp: 'logged', '_Event.System.TimeCreated.SystemTime': 'logged' },
    host: ['Computer'],
    rule: ['Title'],
    ...eventData('_Event.EventData'),
  },
]
