import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { autoruns } from './artifacts/autoruns.ts'
import { evtxHunter } from './artifacts/events.ts'
import { prefetch, scriptblocks } from './artifacts/execution.ts'
import { basicInformation, localAdmins } from './artifacts/inventory.ts'
import { linuxPslist } from './artifacts/linux.ts'
import { dnsCache, NETSTAT, netstat } from './artifacts/network.ts'
import { pslist } from './artifacts/processes.ts'
import { services } from './artifacts/services.ts'
import { scheduledTasks } from './artifacts/tasks.ts'
import { FLEET, flowId, type Machine, WINDOWS } from './fleet.ts'
import type { Row } from './row.ts'

export const ROWS = 200_000
const ROWS_PER_DELIVERY = 20_000
const EVENTS = 'Windows.EventLogs.EvtxHunter'
const LINUX = FLEET.filter(({ kind }) => kind === 'linux')

/** What each artifact answers on a machine. The event logs come last and fill the fleet up to exactly `ROWS`. */
const ARTIFACTS: [string, Machine[], (machine: Machine) => Row[]][] = [
  ['Generic.Client.Info/BasicInformation', FLEET, basicInformation],
  ['Windows.System.Pslist', WINDOWS, pslist],
  ['Linux.Sys.Pslist', LINUX, linuxPslist],
  [NETSTAT, WINDOWS, netstat],
  ['Windows.System.Services', WINDOWS, services],
  ['Windows.System.TaskScheduler/Analysis', WINDOWS, scheduledTasks],
  ['Windows.Sysinternals.Autoruns', WINDOWS, autoruns],
  ['Windows.Forensics.Prefetch', WINDOWS, prefetch],
  ['Windows.System.DNSCache', WINDOWS, dnsCache],
  ['Windows.System.LocalAdmins', WINDOWS, localAdmins],
  ['Windows.EventLogs.PowershellScriptblock', WINDOWS, scriptblocks],
]

export const ARTIFACT_NAMES = [...ARTIFACTS.map(([name]) => name), EVENTS]

export type Answers = { artifact: string; machine: Machine; rows: Row[] }

/** Every machine's answer to every artifact, in the shape of a hunt's combined results: `ROWS` rows in all. */
export function* answers(): Generator<Answers> {
  let made = 0
  for (const [artifact, machines, rowsOf] of ARTIFACTS) {
    for (const machine of machines) {
      const rows = rowsOf(machine)
      made += rows.length
      yield { artifact, machine, rows: hunted(artifact, machine, rows) }
    }
  }
  const left = ROWS - made
  for (const [n, machine] of WINDOWS.entries()) {
    const share = Math.floor(left / WINDOWS.length) + (n < left % WINDOWS.length ? 1 : 0)
    yield { artifact: EVENTS, machine, rows: hunted(EVENTS, machine, evtxHunter(machine, share)) }
  }
}

function hunted(artifact: string, machine: Machine, rows: Row[]): Row[] {
  const whence = { FlowId: flowId(machine, artifact), ClientId: machine.clientId, Fqdn: machine.fqdn }
  return rows.map((row) => ({ ...row, ...whence }))
}

export type Delivery = { artifact: string; filename: string; rows: number; body: Buffer; key: string }

const packed = promisify(gzip)

/** The rows as gzip files of JSON lines, one artifact each, at most 20,000 rows; the same bytes have the same key. */
export async function* deliveries(): AsyncGenerator<Delivery> {
  let lines: string[] = []
  let current = ''
  let part = 0
  const file = async (): Promise<Delivery> => {
    part += 1
    const text = `${lines.join('\n')}\n`
    const filename = `All ${current.replace('/', '%2F')}${part > 1 ? ` ${part}` : ''}.json.gz`
    // A little compression is quick and shrinks rows like these to a tenth.
    const body = await packed(text, { level: 1 })
    const delivery = { artifact: current, filename, rows: lines.length, body, key: keyOf(body) }
    lines = []
    return delivery
  }
  for (const { artifact, rows } of answers()) {
    if (artifact !== current || lines.length + rows.length > ROWS_PER_DELIVERY) {
      if (lines.length > 0) yield await file()
      if (artifact !== current) part = 0
      current = artifact
    }
    for (const row of rows) lines.push(JSON.stringify(row))
  }
  if (lines.length > 0) yield await file()
}

const keyOf = (body: Buffer) => `demo-${createHash('sha256').update(body).digest('hex').slice(0, 32)}`
