import type { Entry } from './entry.ts'

export const linux: Entry[] = [
  {
    artifacts: ['Linux.Sys.Crontab', 'Linux.Sys.Crontab/CronTabs'],
    command: ['Command'],
    user: ['User'],
    path: ['Path'],
  },
  { artifacts: ['Linux.Sys.BashHistory'], command: ['Line'], path: ['OSPath'], user: ['User', 'Username'] },
  { artifacts: ['Linux.Sys.SUID'], time: { Mtime: 'modified' }, path: ['OSPath'] },
  { artifacts: ['Linux.Sys.Services'], process: ['Unit'] },
  { artifacts: ['Linux.Sys.LogHunter', 'Generic.Detection.Logs'], path: ['OSPath'] },
  {
    artifacts: ['Linux.Forensics.Journal'],
    time: { 'System.Timestamp': 'logged' },
    path: ['System._EXE'],
    command: ['System._CMDLINE'],
    host: ['System._HOSTNAME'],
    process: ['System._COMM', 'EventData.SYSLOG_IDENTIFIER'],
  },
]
