import { collectedAt, type Machine, WINDOWS } from '../fleet.ts'
import { C2, IMPLANT, marksOn } from '../intrusion.ts'
import { type Random, randomFor } from '../random.ts'
import { authenticode, hashesOf, type Row, timeText } from '../row.ts'
import { type Process, processesOf } from './processes.ts'

export const NETSTAT = 'Windows.Network.NetstatEnriched/Netstat'
const LISTENERS: Record<string, number[]> = {
  System: [445, 139, 5985],
  'lsass.exe': [49664],
  'wininit.exe': [49665],
  'services.exe': [49668],
  'spoolsv.exe': [49669],
}
const SERVICE_PORTS: Record<string, number[]> = {
  RpcSs: [135],
  TermService: [3389],
  EventLog: [49666],
  Schedule: [49667],
  CDPSvc: [5040],
  'SQL Server': [1433],
  'Zabbix Agent': [10050],
}
const UDP: Record<string, number[]> = {
  Dnscache: [5353, 5355],
  SSDPSRV: [1900],
  IKEEXT: [500, 4500],
  iphlpsvc: [3702],
  W32Time: [123],
}

type Socket = { type: 'TCP' | 'UDP'; status: string; local: string; port: number; remote: string; remotePort: number }

/** Listening sockets, and connections of the programs that talk. */
export function netstat(machine: Machine): Row[] {
  const random = randomFor('netstat', machine.hostname)
  return processesOf(machine).flatMap((process) =>
    socketsOf(machine, process, random).map((socket) => socketRow(machine, process, socket, random)),
  )
}

function socketsOf(machine: Machine, process: Process, random: Random): Socket[] {
  const listen =
    (type: 'TCP' | 'UDP') =>
    (port: number): Socket => ({
      type,
      status: type === 'TCP' ? 'LISTEN' : '',
      local: '0.0.0.0',
      port,
      remote: '0.0.0.0',
      remotePort: 0,
    })
  const to = (remote: string, remotePort: number, status = 'ESTAB'): Socket => ({
    type: 'TCP',
    status,
    local: machine.ip,
    port: random.int(49_700, 65_000),
    remote,
    remotePort,
  })
  if (process.file === IMPLANT) return [to(C2.address, C2.port)]
  const ports = [...(LISTENERS[process.name] ?? []), ...(SERVICE_PORTS[process.service ?? ''] ?? [])]
  const sockets = [...ports.map(listen('TCP')), ...(UDP[process.service ?? ''] ?? []).map(listen('UDP'))]
  const program = machine.programs.find(({ name }) => name === process.file?.product)
  if (program?.talksTo) {
    const count = random.int(0, program.name.startsWith('Google') || program.name === 'Firefox' ? 6 : 2)
    for (let n = 0; n < count; n += 1)
      sockets.push(
        to(addressOf(program.talksTo, random), 443, random.longTail(['ESTAB', 'ESTAB', 'CLOSE_WAIT', 'TIME_WAIT'])),
      )
  }
  if (process.name === 'System')
    for (let n = 0; n < (machine.kind === 'server' ? 25 : 2); n += 1) sockets.push(peer(machine, random, to))
  if (process.name === 'lsass.exe') sockets.push(to('10.20.10.11', 389), to('10.20.10.11', 88, 'TIME_WAIT'))
  return sockets
}

/** File shares: servers are asked by the people's machines, these ask the servers. */
function peer(machine: Machine, random: Random, to: (remote: string, port: number) => Socket): Socket {
  if (machine.kind !== 'server') return to(random.pick(['10.20.10.13', '10.20.10.14', '10.20.10.16']), 445)
  const { ip } = random.pick(WINDOWS)
  return { ...to(ip, random.int(49_700, 65_000)), port: 445 }
}

/** Inside: the private address. Outside: an address of the ranges that are set aside for documentation. */
export function addressOf(name: string, random: Random): string {
  if (/^\d/.test(name)) return name
  if (name.endsWith('meridian.example')) return `10.20.${name.startsWith('lx') ? 12 : 10}.${11 + (name.length % 9)}`
  const fixed = randomFor('address', name)
  return `${fixed.pick(['198.51.100', '192.0.2'])}.${fixed.int(1, 200) + random.int(0, 3)}`
}

function socketRow(
  machine: Machine,
  { pid, ppid, name, commandLine, user, file, at }: Process,
  socket: Socket,
  random: Random,
): Row {
  const seen = Math.min(at + random.int(500, 7_200_000), collectedAt(machine, NETSTAT))
  return {
    Pid: pid,
    Ppid: ppid,
    Name: name,
    Path: file?.path ?? '',
    CommandLine: commandLine,
    Hash: file ? hashesOf(file) : null,
    Username: user,
    Authenticode: file ? authenticode(file) : null,
    Family: 'IPv4',
    Type: socket.type,
    Status: socket.status,
    Laddr: socket.local,
    Lport: socket.port,
    Raddr: socket.remote,
    Rport: socket.remotePort,
    Timestamp: timeText(seen, 6),
  }
}

const SITES = (
  'portal.office search.browser cdn.fonts static.news weather.forecast ads.metrics api.maps images.shop login.bank mail.webmail tickets.rail video.stream ' +
  'wiki.encyclopedia forum.gaming pkg.debian-mirror docs.cloud status.cloud telemetry.printer ntp.pool ocsp.certs crl.certs update.antivirus hr.payroll travel.booking ' +
  'intranet.partner erp.supplier edi.customer news.finance rates.currency parts.factory'
).split(' ')

/** The resolver's cache: servers of the domain, what programs talk to, and where people have been. */
export function dnsCache(machine: Machine): Row[] {
  const random = randomFor('dns', machine.hostname)
  const inside = ['srv-dc-01', 'srv-dc-02', 'srv-file-01', 'srv-file-02', 'srv-print-01', 'vr', 'wpad', 'intranet'].map(
    (name) => `${name}.meridian.example`,
  )
  const programs = machine.programs.flatMap(({ talksTo }) => (talksTo && !/^\d/.test(talksTo) ? [talksTo] : []))
  const visits = Array.from({ length: machine.kind === 'server' ? 6 : random.int(40, 110) }, (_, n) => {
    const site = random.longTail(SITES)
    return random.chance(0.35) ? `${random.hex(6)}-${n}.${site.split('.')[1]}.example` : `${site}.example`
  })
  const names = [...new Set([...inside, ...programs, ...visits, ...(marksOn(machine) ? [C2.domain] : [])])]
  return names.flatMap((name) => {
    const address = name === C2.domain ? C2.address : addressOf(name, random)
    const missing = name.startsWith('wpad')
    const answer = cacheRow(
      name,
      missing ? '' : address,
      missing ? 'DoesNotExist' : 'Success',
      random.int(4, 3600),
      'A',
    )
    return random.chance(0.3) && !missing ? [cacheRow(name, `edge-${name}`, 'Success', 300, 'CNAME'), answer] : [answer]
  })
}

const cacheRow = (name: string, record: string, status: string, ttl: number, type: 'A' | 'CNAME'): Row => ({
  Name: name,
  Record: record,
  RecordType: type,
  TTL: ttl,
  QueryStatus: status,
  SectionType: 'Answer',
  _RecordType: type === 'A' ? 1 : 5,
  _QueryStatus: status === 'Success' ? 0 : 9003,
  _SectionType: 1,
})
