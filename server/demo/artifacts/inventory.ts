import { DOMAIN, DOMAIN_SID, type Machine } from '../fleet.ts'
import { FILE_SERVER, NEW_ADMIN, NEW_ADMIN_SID } from '../intrusion.ts'
import { randomFor } from '../random.ts'
import { accountOf, type Row } from '../row.ts'

export function basicInformation(machine: Machine): Row[] {
  const { hostname, fqdn, kind, os, platformVersion, kernelVersion, mac } = machine
  const linux = kind === 'linux'
  return [
    {
      Name: 'velociraptor',
      BuildTime: '2025-06-12T08:30:55Z',
      Version: '0.74.2',
      build_url: 'https://ci.meridian.example/velociraptor/builds/9001',
      install_time: Math.floor(machine.installedAt / 1000),
      Labels: [kind, ...(hostname.startsWith('SRV-DC') ? ['domain-controller'] : [])],
      Hostname: hostname,
      OS: linux ? 'linux' : 'windows',
      Architecture: 'amd64',
      Platform: linux ? os.split(' ')[0]!.toLowerCase() : `Microsoft ${os}`,
      PlatformVersion: linux ? platformVersion : kernelVersion,
      KernelVersion: linux ? kernelVersion : platformVersion,
      Fqdn: fqdn,
      MACAddresses: [mac],
    },
  ]
}

/** Who may administer the machine: the same few everywhere, a person here and there, one who was added. */
export function localAdmins(machine: Machine): Row[] {
  const random = randomFor('admins', machine.hostname)
  const local = `S-1-5-21-${random.int(1e9, 4e9)}-${random.int(1e9, 4e9)}-${random.int(1e8, 9e8)}`
  const controller = machine.hostname.startsWith('SRV-DC')
  const name = (account: string) => `${controller ? DOMAIN : machine.hostname}\\${account}`
  const rows = [
    admin(
      name('Administrator'),
      controller ? `${DOMAIN_SID}-500` : `${local}-500`,
      controller ? 'ActiveDirectory' : 'Local',
    ),
    admin(`${DOMAIN}\\Domain Admins`, `${DOMAIN_SID}-512`, 'ActiveDirectory'),
  ]
  if (machine.kind !== 'server')
    rows.push(
      admin(`${DOMAIN}\\GG-Workstation-Admins`, `${DOMAIN_SID}-1604`, 'ActiveDirectory'),
      admin(name('laps-admin'), `${local}-1001`, 'Local'),
    )
  if (machine.kind === 'server' && !controller)
    rows.push(admin(`${DOMAIN}\\GG-Server-Admins`, `${DOMAIN_SID}-1605`, 'ActiveDirectory'))
  if (machine.kind !== 'server' && random.chance(0.15))
    rows.push(admin(accountOf(machine), machine.sid, 'ActiveDirectory'))
  if (random.chance(0.08)) rows.push(admin(name('scanner'), `${local}-1002`, 'Local'))
  if (machine === FILE_SERVER) rows.push(admin(name(NEW_ADMIN), NEW_ADMIN_SID, 'Local'))
  return rows
}

const admin = (Name: string, SID: string, PrincipalSource: string): Row => ({ Name, SID, PrincipalSource })
