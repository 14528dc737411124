import { DOMAIN, DOMAIN_SID, type Machine } from '../fleet.ts'
import {
  ADMIN_ADDED_AT,
  FILE_SERVER,
  IMPLANT,
  marksOn,
  NEW_ADMIN,
  NEW_ADMIN_SID,
  PATIENT,
  SERVICE,
  SERVICE_INSTALLED_AT,
  STOLEN_LOGON_AT,
} from '../intrusion.ts'
import { randomFor } from '../random.ts'
import { type Draft, logon, processCreated, security, serviceInstalled } from './event-drafts.ts'

/** What the logs of a machine say of the intruder. */
export function intruderEvents(machine: Machine): Draft[] {
  const marks = marksOn(machine)
  if (!marks) return []
  const random = randomFor('intruder', machine.hostname)
  const events: Draft[] = marks.processes.map(({ at, parent, image, commandLine, user }) => ({
    at,
    ...processCreated(machine, random, user, parent, image, commandLine),
  }))
  if (machine !== FILE_SERVER) return events
  const backup = { name: 'svc_backup', sid: `${DOMAIN_SID}-1600` }
  const byImplant = {
    SubjectUserSid: 'S-1-5-18',
    SubjectUserName: `${machine.hostname}$`,
    SubjectDomainName: DOMAIN,
    SubjectLogonId: 999,
  }
  const account = { TargetUserName: NEW_ADMIN, TargetDomainName: machine.hostname, TargetSid: NEW_ADMIN_SID }
  return [
    ...events,
    {
      at: STOLEN_LOGON_AT,
      ...logon(machine, random, { type: 3, ...backup, address: PATIENT.ip, workstation: PATIENT.hostname }),
    },
    { at: SERVICE_INSTALLED_AT, ...serviceInstalled(SERVICE, `${IMPLANT.path} -s`) },
    {
      at: ADMIN_ADDED_AT,
      ...security(4720, 'A user account was created.', {
        ...account,
        ...byImplant,
        SamAccountName: NEW_ADMIN,
        DisplayName: 'Display service',
      }),
    },
    {
      at: ADMIN_ADDED_AT + 60_000,
      ...security(4732, 'A member was added to a security-enabled local group.', {
        MemberName: '-',
        MemberSid: NEW_ADMIN_SID,
        TargetUserName: 'Administrators',
        TargetDomainName: 'Builtin',
        TargetSid: 'S-1-5-32-544',
        ...byImplant,
      }),
    },
  ]
}
