import { once } from 'node:events'
import { createWriteStream } from 'node:fs'

const NAMES = [
  'svchost.exe',
  'chrome.exe',
  'lsass.exe',
  'explorer.exe',
  'powershell.exe',
  'cmd.exe',
  'teams.exe',
  'code.exe',
]

/** Writes process rows of `hosts` hosts as JSON lines, about 670 bytes each; the same seed writes the same bytes. */
export async function writeFleet(
  path: string,
  { rows, hosts, seed = 12_345 }: { rows: number; hosts: number; seed?: number },
): Promise<void> {
  const random = generator(seed)
  const out = createWriteStream(path, { highWaterMark: 1024 * 1024 })
  for (let n = 0; n < rows; n += 1) {
    if (!out.write(`${JSON.stringify(processRow(n, n % hosts, random))}\n`)) await once(out, 'drain')
  }
  out.end()
  await once(out, 'finish')
}

function processRow(n: number, host: number, random: (below: number) => number) {
  const name = NAMES[random(NAMES.length)]!
  const hex = Array.from({ length: 8 }, () =>
    random(2 ** 31)
      .toString(16)
      .padStart(8, '0'),
  ).join('')
  return {
    Pid: 4 * random(9_000),
    Ppid: 4 * random(9_000),
    Name: name,
    Exe: `C:\\Windows\\System32\\${name}`,
    CommandLine: `${name} -k netsvcs -p ${n} --type=renderer --id=${random(1e9)}`,
    Username: 'NT AUTHORITY\\SYSTEM',
    Hash: { MD5: hex.slice(0, 32), SHA1: hex.slice(0, 40), SHA256: hex },
    Authenticode: { Trusted: 'trusted', IssuerName: 'C=US, O=Example Corporation, CN=Example Production CA 2011' },
    CreateTime: new Date(1_760_000_000_000 + n * 1_000).toISOString(),
    Artifact: 'Windows.System.Pslist',
    ClientId: `C.${host.toString(16).padStart(16, '0')}`,
    Hostname: `WS-${String(host).padStart(6, '0')}`,
    FlowId: 'F.D61QK2M0A7E4S',
  }
}

/** A linear congruential generator: the same seed, the same numbers. */
export function generator(seed: number) {
  let state = seed
  return (below: number) => {
    state = (state * 1_103_515_245 + 12_345) & 0x7fffffff
    return state % below
  }
}
