import { createHash } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import { beforeAll, expect, test, vi } from 'vitest'
import { ARTIFACT_NAMES, answers, type Delivery, deliveries, ROWS } from '#server/demo/deliveries.ts'
import { COLLECTED_AT, FLEET } from '#server/demo/fleet.ts'
import * as intrusion from '#server/demo/intrusion.ts'
import { progressOn } from '#server/demo/progress.ts'
import { hashesOf, type Row } from '#server/demo/row.ts'

// Every test reads all rows.
vi.setConfig({ testTimeout: 60_000 })

type Seen = { artifact: string; host: string; row: Row; text: string; lower: string }

const rows: Seen[] = []
const add = (artifact: string, host: string, row: Row) => {
  const text = JSON.stringify(row)
  rows.push({ artifact, host, row, text, lower: text.toLowerCase() })
}
beforeAll(() => {
  for (const { artifact, machine, rows: own } of answers()) {
    for (const row of own) add(artifact, machine.hostname, row)
  }
})

test('200,000 rows of 12 artifacts come from 60 hosts', () => {
  expect(rows).toHaveLength(ROWS)
  expect(ROWS).toBe(200_000)
  expect(new Set(rows.map(({ artifact }) => artifact))).toEqual(new Set(ARTIFACT_NAMES))
  expect(ARTIFACT_NAMES).toHaveLength(12)
  expect(new Set(rows.map(({ row }) => row.ClientId)).size).toBe(60)
  expect(new Set(FLEET.map(({ fqdn }) => fqdn)).size).toBe(60)
  expect(new Set(FLEET.map(({ ip }) => ip)).size).toBe(60)
})

// The columns of Velociraptor 0.74 to 0.77, in their order.
const COLUMNS: Record<string, string> = {
  'Windows.System.Pslist':
    'CreateTime Pid Ppid TokenIsElevated Name CommandLine Exe TokenInfo Hash Authenticode Username WorkingSetSize',
  'Linux.Sys.Pslist': 'Pid Ppid Name CommandLine Exe Hash Username CreateTime RSS Deleted',
  'Windows.Network.NetstatEnriched/Netstat':
    'Pid Ppid Name Path CommandLine Hash Username Authenticode Family Type Status Laddr Lport Raddr Rport Timestamp',
  'Windows.System.Services':
    'State Name DisplayName Status Pid ExitCode StartMode PathName ServiceType UserAccount Created ServiceDll FailureCommand FailureActions AbsoluteExePath HashServiceExe CertinfoServiceExe HashServiceDll CertinfoServiceDll',
  'Windows.System.TaskScheduler/Analysis':
    'TaskName Mtime Command Arguments UserId RunLevel LogonType StateChange ComHandler RegistrationTime StartBoundary _XML OSPath Authenticode Upload',
  'Windows.Sysinternals.Autoruns':
    'Time|Entry Location|Entry|Enabled|Category|Profile|Description|Signer|Company|Image Path|Version|Launch String|MD5|SHA-1|PESHA-1|PESHA-256|SHA-256|IMP',
  'Windows.Forensics.Prefetch':
    '_SCCAHeader Executable FileSize Hash Version LastRunTimes RunCount ExecutablePath ExecutableDosPath OSPath PrefetchFileName CreationTime ModificationTime Binary FilesAccessed VolumeInfo',
  'Windows.EventLogs.EvtxHunter':
    'EventTime Computer Channel Provider EventID EventRecordID UserSID Username EventData UserData Message OSPath',
  'Windows.EventLogs.PowershellScriptblock':
    'EventTime Computer Channel EventID SecurityID Path ScriptBlockId ScriptBlockText Message EventRecordID Level Opcode Task OSPath',
  'Windows.System.DNSCache': 'Name Record RecordType TTL QueryStatus SectionType _RecordType _QueryStatus _SectionType',
  'Windows.System.LocalAdmins': 'Name SID PrincipalSource',
  'Generic.Client.Info/BasicInformation':
    'Name BuildTime Version build_url install_time Labels Hostname OS Architecture Platform PlatformVersion KernelVersion Fqdn MACAddresses',
}

test("every row has its artifact's columns, then the hunt's", () => {
  const wrong = rows.filter(({ artifact, row }) => {
    const own = COLUMNS[artifact]!.split(COLUMNS[artifact]!.includes('|') ? '|' : ' ')
    const expected = [...own, ...['FlowId', 'ClientId', 'Fqdn'].filter((name) => !own.includes(name))]
    return Object.keys(row).join('|') !== expected.join('|')
  })
  expect(wrong.slice(0, 1)).toEqual([])
})

test('values are what they should be: times before the hunt ended, real looking hashes, no name that anybody owns', () => {
  for (const { row, text } of rows) {
    const time = (row.EventTime ?? row.CreateTime ?? row.Timestamp) as string | undefined
    if (time && !(Date.parse(time) <= COLLECTED_AT + 3_600_000)) throw new Error(`${time} is after the hunt`)
    const sha256 = (row.Hash as { SHA256?: string } | null)?.SHA256
    if (sha256 && !/^[0-9a-f]{64}$/.test(sha256)) throw new Error(`${sha256} is no SHA-256`)
    const address = row.Raddr as string | undefined
    if (address && !/^(0\.0\.0\.0|10\.20\.|192\.0\.2\.|198\.51\.100\.|203\.0\.113\.)/.test(address))
      throw new Error(address)
    if (/undefined|NaN|%USER%|\[object/.test(text)) throw new Error(text)
  }
  const names = rows
    .filter(({ artifact }) => artifact === 'Windows.System.DNSCache')
    .map(({ row }) => row.Name as string)
  expect(names.filter((name) => !name.endsWith('.example'))).toEqual([])
})

test('values have a long tail: some on nearly every host, many on few', () => {
  const hosts = new Map<string, Set<string>>()
  for (const { artifact, host, row } of rows) {
    if (artifact !== 'Windows.Sysinternals.Autoruns') continue
    const path = row['Image Path'] as string
    hosts.set(path, (hosts.get(path) ?? new Set()).add(host))
  }
  const spread = [...hosts.values()].map(({ size }) => size)
  expect(spread.filter((count) => count >= 45).length).toBeGreaterThan(50)
  expect(spread.filter((count) => count <= 5).length).toBeGreaterThan(15)
})

/** Where a text stands, as `host artifact`. */
const whereIs = (text: string) => {
  const inJson = JSON.stringify(text).slice(1, -1).toLowerCase()
  const found = rows.filter((seen) => seen.lower.includes(inJson))
  return [...new Set(found.map(({ host, artifact }) => `${host} ${artifact.split('.').at(-1)}`))].sort()
}

const people = ['LT-FIN-002', 'WS-FIN-011']
const on = (hosts: string[], ...artifacts: string[]) =>
  hosts.flatMap((host) => artifacts.map((name) => `${host} ${name}`)).sort()

test('the intrusion stands exactly where it was: each trace on its hosts and in its artifacts, and nowhere else', () => {
  const { C2, IMPLANT, TASK, RUN_VALUE, SERVICE, NEW_ADMIN, ENCODED, SCRIPT, LURE } = intrusion
  const all = [...people, 'SRV-FILE-02']
  expect(whereIs(C2.address)).toEqual(on(all, 'DNSCache', 'NetstatEnriched/Netstat'))
  expect(whereIs(`"${C2.domain}"`.slice(1, -1))).toEqual(
    [...on(all, 'DNSCache'), 'WS-FIN-011 PowershellScriptblock'].sort(),
  )
  expect(whereIs(hashesOf(IMPLANT).SHA256)).toEqual(
    [...on(all, 'Autoruns', 'NetstatEnriched/Netstat', 'Pslist'), 'SRV-FILE-02 Services'].sort(),
  )
  expect(whereIs(IMPLANT.path)).toEqual(
    [
      ...on(all, 'Autoruns', 'EvtxHunter', 'NetstatEnriched/Netstat', 'Pslist'),
      ...on(people, 'Prefetch', 'TaskScheduler/Analysis'),
      'SRV-FILE-02 Services',
    ].sort(),
  )
  expect(whereIs(TASK)).toEqual(on(people, 'Autoruns', 'EvtxHunter', 'TaskScheduler/Analysis'))
  expect(whereIs(RUN_VALUE)).toEqual(on(people, 'Autoruns'))
  expect(whereIs(SERVICE)).toEqual([
    ...on(['SRV-FILE-02'], 'Autoruns', 'EvtxHunter', 'Services'),
    'WS-FIN-011 EvtxHunter',
  ])
  expect(whereIs(NEW_ADMIN)).toEqual(on(['SRV-FILE-02'], 'EvtxHunter', 'LocalAdmins'))
  expect(whereIs(ENCODED)).toEqual(['WS-FIN-011 EvtxHunter'])
  expect(whereIs(SCRIPT)).toEqual(['WS-FIN-011 PowershellScriptblock'])
  expect(whereIs(LURE)).toEqual(['WS-FIN-011 EvtxHunter'])
})

test('its events tell the story in order: mail, script, implant, spread, stolen logon, service, new administrator', () => {
  const events = rows.filter(
    ({ artifact, text }) => artifact.endsWith('EvtxHunter') && STORY.some(([sign]) => text.includes(sign)),
  )
  const first = (sign: string, id: number) =>
    Math.min(
      ...events
        .filter(({ text, row }) => text.includes(sign) && row.EventID === id)
        .map(({ row }) => Date.parse(row.EventTime as string)),
    )
  const times = STORY.map(([sign, id]) => first(sign, id))
  expect(times.every(Number.isFinite)).toBe(true)
  expect(times).toEqual([...times].sort((a, b) => a - b))
})

const STORY: [string, number][] = [
  ['Invoice_4471_overdue.docm', 4688],
  [intrusion.ENCODED, 4688],
  ['igfxsyncsvc.exe', 4688],
  ['/node:LT-FIN-002', 4688],
  [intrusion.PATIENT.ip, 4624],
  [intrusion.SERVICE, 7045],
  [intrusion.NEW_ADMIN, 4720],
  [intrusion.NEW_ADMIN_SID, 4732],
]

// Of every byte of every row. It changes only when the demo's data is meant to change; then stored demos get new rows.
const DIGEST = 'cf0051c1366d214c434cec1a987a6a2a9263ec6b2cc81e0260f1fd3bc4ab623c'

test('the same rows come out anywhere and every time, in deliveries of at most 20,000 with a key for their bytes', async () => {
  const made: Delivery[] = []
  for await (const delivery of deliveries()) made.push(delivery)
  const digest = createHash('sha256')
  for (const { body } of made) digest.update(gunzipSync(body))
  expect(digest.digest('hex')).toBe(DIGEST)
  expect(new Set(made.map(({ key }) => key)).size).toBe(made.length)
  expect(made.reduce((sum, { rows: count }) => sum + count, 0)).toBe(ROWS)
  expect(Math.max(...made.map(({ rows: count }) => count))).toBeLessThanOrEqual(20_000)
})

test('progress is a bar on a terminal and at most eleven plain lines elsewhere', () => {
  const written = (isTTY: boolean) => {
    const texts: string[] = []
    const progress = progressOn({ isTTY, write: (text: unknown) => texts.push(String(text)) > 0 })
    for (let done = 0; done <= 1000; done += 10) progress.step(done, 1000, 'rows')
    return texts
  }
  expect(written(true).at(-1)).toContain('100 %')
  const lines = written(false)
  expect(lines).toHaveLength(11)
  expect(lines.every((line) => /^[\d,]+ of 1,000 rows\n$/.test(line))).toBe(true)
})
