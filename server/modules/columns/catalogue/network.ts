import { type Entry, hashesOf } from './entry.ts'

export const network: Entry[] = [
  {
    artifacts: ['Windows.Network.Netstat'],
    time: { Timestamp: 'created' },
    ip: ['Laddr.IP', 'Raddr.IP'],
    process: ['Name'],
  },
  {
    artifacts: ['Windows.Network.NetstatEnriched', 'Windows.Network.NetstatEnriched/Netstat'],
    time: { Timestamp: 'created' },
    ip: ['Laddr', 'Raddr', 'Laddr.IP', 'Raddr.IP'],
    process: ['Name'],
    path: ['Path'],
    command: ['CommandLine'],
    hash: hashesOf('Hash'),
    user: ['Username'],
  },
  { artifacts: ['Windows.Network.ListeningPorts'], ip: ['Address'], process: ['Name'] },
  { artifacts: ['Windows.Network.ArpCache'], ip: ['LocalAddress', 'RemoteAddress'] },
  { artifacts: ['Windows.System.DNSCache'], domain: ['Name', 'Record'] },
  {
    artifacts: ['Linux.Network.Netstat', 'Linux.Network.Netstat/TCP4', 'Linux.Network.Netstat/TCP6'],
    ip: ['LocalAddr', 'RemoteAddr'],
    process: ['ProcessInfo.Name'],
    path: ['ProcessInfo.Exe'],
    command: ['ProcessInfo.CommandLine'],
    user: ['ProcessInfo.Username'],
  },
  {
    artifacts: ['Linux.Network.NetstatEnriched', 'MacOS.Network.Netstat'],
    ip: ['Laddr', 'Raddr', 'Laddr.IP', 'Raddr.IP'],
    process: ['ProcInfo.Name', 'Name'],
    path: ['ProcInfo.Exe'],
    command: ['ProcInfo.CommandLine'],
    user: ['ProcInfo.Username'],
  },
]
