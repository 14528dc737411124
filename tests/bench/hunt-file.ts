import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { generator } from './fleet-file.ts'

type Random = (below: number) => number
type Host = { id: number; client: string; name: string; user: string }

/** The artifacts a hunt's rows are of. */
export const HUNT_ARTIFACTS = [
  'Windows.System.Pslist',
  'Windows.Network.NetstatEnriched/Netstat',
  'Windows.EventLogs.EvtxHunter',
  'Windows.Forensics.Usn',
  'Windows.System.Services',
]
const PROGRAMS = 'svchost chrome lsass explorer powershell cmd teams code outlook winword'.split(' ')
const USERS = ['NT AUTHORITY\\SYSTEM', 'NT AUTHORITY\\NETWORK SERVICE', '']
const STARTED_AT = 1_760_000_000_000

/** Writes `rows` rows of five artifacts over `hosts` hosts as JSON lines, about 560 bytes each; a seed writes the same bytes. */
export async function writeHunt(
  path: string,
  { rows, hosts, seed }: { rows: number; hosts: number; seed: number },
): Promise<void> {
  const random = generator(seed)
  const out = createWriteStream(path, { highWaterMark: 4 * 1024 * 1024 })
  let block = ''
  for (let n = 0; n < rows; n += 1) {
    // As a server exports: one host's answer after the other.
    const host = hostOf(Math.floor((n * hosts) / rows))
    block += `${JSON.stringify({ ...rowOf(n, host, random), ...envelope(host, seed) })}\n`
    if (block.length < 1_000_000) continue
    if (!out.write(block)) await once(out, 'drain')
    block = ''
  }
  out.end(block)
  await once(out, 'finish')
}

const hostOf = (id: number): Host => ({
  id,
  client: `C.${id.toString(16).padStart(16, '0')}`,
  name: `WS-${String(id).padStart(6, '0')}`,
  user: `CORP\\user${id % 1_500}`,
})

const envelope = ({ client, name }: Host, seed: number) => ({
  ClientId: client,
  Hostname: name,
  FlowId: `F.D61QK2M${seed}`,
})

function rowOf(n: number, host: Host, random: Random) {
  const kind = random(20)
  if (kind < 7) return pslist(host, random)
  if (kind < 12) return netstat(host, random)
  if (kind < 15) return logon(n, host, random)
  return kind < 19 ? usn(n, host, random) : service(host, random)
}

const at = (random: Random) => new Date(STARTED_AT + random(30 * 86_400) * 1_000 + random(1_000)).toISOString()
const pick = <T>(random: Random, from: readonly T[]) => from[random(from.length)]!
const userOf = ({ user }: Host, random: Random) => pick(random, USERS) || user

// A few thousand binaries all over the fleet, and now and then one that is on a single host.
function hashes(random: Random) {
  const hex = (random(50) === 0 ? random(2 ** 31) : random(4_000)).toString(16).padStart(8, '0').repeat(8)
  return { MD5: hex.slice(0, 32), SHA1: hex.slice(0, 40), SHA256: hex }
}

function pslist(host: Host, random: Random) {
  const program = pick(random, PROGRAMS)
  return {
    Artifact: 'Windows.System.Pslist',
    CreateTime: at(random),
    Pid: 4 * random(9_000),
    Ppid: 4 * random(9_000),
    TokenIsElevated: random(2) === 1,
    Name: `${program}.exe`,
    CommandLine: `"C:\\Windows\\System32\\${program}.exe" -k netsvcs -p --id=${random(1e9)}`,
    Exe: `C:\\Windows\\System32\\${program}.exe`,
    Hash: hashes(random),
    Authenticode: { IssuerName: 'C=US, O=Example Corporation, CN=Example CA 2011', Trusted: 'trusted' },
    Username: userOf(host, random),
    WorkingSetSize: random(2e9),
  }
}

function netstat(host: Host, random: Random) {
  const program = pick(random, PROGRAMS)
  return {
    Artifact: 'Windows.Network.NetstatEnriched/Netstat',
    Pid: 4 * random(9_000),
    Name: `${program}.exe`,
    Path: `C:\\Program Files\\${program}\\${program}.exe`,
    CommandLine: `${program}.exe --profile=${random(40)}`,
    Username: userOf(host, random),
    Family: 'IPv4',
    Type: 'TCP',
    Status: pick(random, ['ESTAB', 'LISTEN', 'TIME_WAIT']),
    Laddr: `10.${host.id >> 8}.${host.id & 255}.7`,
    Lport: random(65_535),
    Raddr: `203.0.${random(113)}.${random(255)}`,
    Rport: pick(random, [443, 80, 445, 3_389, 53]),
    Timestamp: at(random),
  }
}

function logon(n: number, host: Host, random: Random) {
  return {
    Artifact: 'Windows.EventLogs.EvtxHunter',
    EventTime: at(random),
    Computer: `${host.name}.corp.example`,
    Channel: 'Security',
    Provider: 'Microsoft-Windows-Security-Auditing',
    EventID: pick(random, [4624, 4625, 4672, 4688]),
    EventRecordID: n,
    UserSID: `S-1-5-21-1004336348-1177238915-682003330-${1_000 + random(1_500)}`,
    Username: host.user,
    EventData: {
      SubjectUserName: host.user,
      TargetUserName: `user${random(1_500)}`,
      LogonType: pick(random, [2, 3, 5, 10]),
      IpAddress: `10.${random(8)}.${random(255)}.7`,
      ProcessName: `C:\\Windows\\System32\\${pick(random, PROGRAMS)}.exe`,
    },
    OSPath: 'C:\\Windows\\System32\\winevt\\Logs\\Security.evtx',
  }
}

function usn(n: number, host: Host, random: Random) {
  const name = `report-${random(90_000)}.${pick(random, ['docx', 'xlsx', 'tmp', 'log', 'exe'])}`
  return {
    Artifact: 'Windows.Forensics.Usn',
    Timestamp: at(random),
    Filename: name,
    OSPath: `C:\\Users\\user${host.id % 1_500}\\AppData\\Local\\Temp\\${name}`,
    Reason: [pick(random, ['DATA_EXTEND', 'FILE_CREATE', 'FILE_DELETE']), 'CLOSE'],
    MFTId: random(800_000),
    Sequence: random(200),
    ParentMFTId: random(90_000),
    FileAttributes: ['ARCHIVE'],
    Usn: 5_000_000_000 + n * 88,
  }
}

function service({ id }: Host, random: Random) {
  const name = random(400) === 0 ? `upd${id}x${random(1e6)}` : `Svc${random(260)}`
  return {
    Artifact: 'Windows.System.Services',
    State: pick(random, ['Running', 'Stopped']),
    Name: name,
    DisplayName: `${name} service`,
    Pid: 4 * random(9_000),
    StartMode: pick(random, ['Auto', 'Manual', 'Disabled']),
    PathName: `C:\\Windows\\System32\\svchost.exe -k ${name}`,
    UserAccount: 'LocalSystem',
    Created: at(random),
    AbsoluteExePath: 'C:\\Windows\\System32\\svchost.exe',
    HashServiceExe: hashes(random),
  }
}
