import { type Entry, eventData } from './entry.ts'

/** Rows that clients send as things happen. */
export const monitoring: Entry[] = [
  {
    artifacts: ['Windows.Events.ProcessCreation'],
    events: true,
    time: { Timestamp: 'created' },
    process: ['Name'],
    command: ['CommandLine', 'ParentCommandLine'],
  },
  {
    artifacts: ['Windows.Events.ServiceCreation'],
    events: true,
    time: { Timestamp: 'logged' },
    command: ['ImagePath'],
    user: ['UserSid'],
    host: ['_System.Computer'],
  },
  {
    artifacts: ['Windows.ETW.DNS'],
    events: true,
    time: { EventTime: 'logged' },
    domain: ['Query'],
    ip: ['Answer[]'],
    process: ['Process.Name'],
    path: ['Process.Exe'],
    command: ['Process.CommandLine'],
    user: ['Process.Username'],
  },
  {
    artifacts: ['Linux.Events.ProcessExecutions'],
    events: true,
    time: { Time: 'run' },
    path: ['Exe'],
    command: ['CmdLine'],
    user: ['User'],
  },
  {
    artifacts: ['Linux.Events.SSHLogin'],
    events: true,
    time: { Time: 'logged' },
    user: ['User'],
    ip: ['SourceIP'],
  },
  {
    artifacts: ['Linux.Events.EBPF'],
    events: true,
    time: { 'System.Timestamp': 'seen' },
    host: ['System.HostName'],
    process: ['System.ProcessName'],
    path: ['EventData.cmdpath', 'EventData.pathname'],
    command: ['EventData.argv[]'],
  },
  {
    artifacts: ['Windows.Detection.PsexecService'],
    events: true,
    time: { Timestamp: 'seen', Modified: 'modified' },
    command: ['PathName'],
    process: ['ServiceName'],
  },
  {
    artifacts: ['Elastic.EventLogs.Sysmon'],
    events: true,
    time: { '@timestamp': 'logged', 'event.created': 'logged' },
    host: ['host.name'],
    ...eventData('winlog.event_data'),
  },
]
