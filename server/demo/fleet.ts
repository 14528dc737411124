import { PROGRAMS, type Program } from './programs.ts'
import { type Random, randomFor } from './random.ts'

/** When the fleet was collected. Constant, so that the same run always makes the same rows. */
export const COLLECTED_AT = Date.parse('2026-03-06T09:00:00Z')
export const DAY = 86_400_000
export const DOMAIN = 'MERIDIAN'
export const DNS_DOMAIN = 'meridian.example'
export const DOMAIN_SID = 'S-1-5-21-1004336348-1177238915-682003330'

export type Kind = 'workstation' | 'laptop' | 'server' | 'linux'
export type Machine = {
  kind: Kind
  hostname: string
  fqdn: string
  clientId: string
  ip: string
  mac: string
  os: string
  platformVersion: string
  kernelVersion: string
  /** Who works here; on a server, who administers it. */
  login: string
  sid: string
  programs: Program[]
  installedAt: number
  bootedAt: number
}

const PEOPLE =
  `k.lindqvist a.berger m.oduya s.haddad j.whitfield p.novak l.fontaine r.iyer t.nakamura e.sorensen c.mbeki
d.kowalski n.petrova h.alvarez b.okafor f.rossi g.lemaire i.vasquez o.hansen q.tran u.schmidt v.ionescu w.bauer x.chen
y.demir z.farkas a.lindholm b.castillo c.dubois d.eriksen e.fischer f.garnier g.hoffman h.ibrahim i.janssen j.kaplan
k.larsen l.moreau m.nilsson n.oconnor o.pereira p.quinn`.split(/\s+/)

const DEPARTMENTS = ['FIN', 'FIN', 'SAL', 'SAL', 'ENG', 'ENG', 'ENG', 'HR', 'OPS', 'LEG']
const SERVERS =
  'SRV-DC-01 SRV-DC-02 SRV-FILE-01 SRV-FILE-02 SRV-SQL-01 SRV-PRINT-01 SRV-APP-01 SRV-BKP-01 SRV-RDS-01 SRV-WSUS-01'.split(
    ' ',
  )
const LINUX = 'lx-web-01 lx-web-02 lx-db-01 lx-git-01 lx-ci-01 lx-mon-01 lx-proxy-01 lx-log-01'.split(' ')

/** The machine of that name. Throws for a name that the fleet does not have. */
export function named(hostname: string): Machine {
  const found = FLEET.find((one) => one.hostname === hostname)
  if (!found) throw new Error(`The demo fleet has no ${hostname}.`)
  return found
}

/** When the artifact was collected on this machine: within an hour of the hunt's start. */
export const collectedAt = ({ hostname }: Machine, artifact: string) =>
  COLLECTED_AT + randomFor('collected', hostname, artifact).int(0, 3_600_000)

/** The id of the flow that collected an artifact on a machine. */
export function flowId({ hostname }: Machine, artifact: string): string {
  const random = randomFor('flow', hostname, artifact)
  return `F.${Array.from({ length: 13 }, () => random.pick([...'0123456789ABCDEFGHIJKLMNOPQRSTUV'])).join('')}.H`
}

function personal(kind: 'workstation' | 'laptop', n: number): Machine {
  const department = DEPARTMENTS[n % DEPARTMENTS.length]!
  const hostname = `${kind === 'laptop' ? 'LT' : 'WS'}-${department}-${String(n + 1).padStart(3, '0')}`
  return machine(
    kind,
    hostname,
    `10.20.${kind === 'laptop' ? 16 : 14}.${40 + n}`,
    PEOPLE[kind === 'laptop' ? 24 + n : n]!,
    n,
  )
}

function machine(kind: Kind, hostname: string, ip: string, login: string, n: number): Machine {
  const random = randomFor('machine', hostname)
  return {
    kind,
    hostname,
    fqdn: `${hostname}.${DNS_DOMAIN}`,
    clientId: `C.${random.hex(16)}`,
    ip,
    mac: `02:1a:4b:${random.hex(2)}:${random.hex(2)}:${random.hex(2)}`,
    ...SYSTEMS[kind](n),
    login,
    sid: `${DOMAIN_SID}-${1100 + n + (kind === 'laptop' ? 100 : 0) + (kind === 'server' ? 400 : 0)}`,
    programs: PROGRAMS.filter((program) => has(random, kind, program)),
    installedAt: COLLECTED_AT - random.int(60, 900) * DAY,
    bootedAt: COLLECTED_AT - random.int(1, 20) * DAY + random.int(0, DAY / 2),
  }
}

const has = (random: Random, kind: Kind, { share, on }: Program) => random.chance(share) && on.includes(kind[0]!)

const windows = (os: string, platformVersion: string) => ({
  os,
  platformVersion,
  kernelVersion: `${platformVersion} Build`,
})
const SYSTEMS: Record<Kind, (n: number) => Pick<Machine, 'os' | 'platformVersion' | 'kernelVersion'>> = {
  workstation: (n) =>
    windows(n % 6 === 5 ? 'Windows 10 Enterprise' : 'Windows 11 Enterprise', n % 6 === 5 ? '10.0.19045' : '10.0.22631'),
  laptop: (n) => windows('Windows 11 Enterprise', n % 4 === 3 ? '10.0.26100' : '10.0.22631'),
  server: (n) => windows(n < 6 ? 'Windows Server 2022' : 'Windows Server 2019', n < 6 ? '10.0.20348' : '10.0.17763'),
  linux: (n) => ({
    os: n % 3 === 2 ? 'Debian 12' : 'Ubuntu 24.04',
    platformVersion: n % 3 === 2 ? '12.9' : '24.04',
    kernelVersion: n % 3 === 2 ? '6.1.0-31-amd64' : '6.8.0-52-generic',
  }),
}

/** The 60 machines: 24 workstations, 18 laptops, 10 servers, 8 Linux. */
export const FLEET: Machine[] = [
  ...Array.from({ length: 24 }, (_, n) => personal('workstation', n)),
  ...Array.from({ length: 18 }, (_, n) => personal('laptop', n)),
  ...SERVERS.map((name, n) => machine('server', name, `10.20.10.${11 + n}`, 'adm.reyes', n)),
  ...LINUX.map((name, n) => machine('linux', name, `10.20.12.${21 + n}`, 'deploy', n)),
]

export const WINDOWS = FLEET.filter(({ kind }) => kind !== 'linux')
