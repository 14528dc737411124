import type { Role } from '../schema.ts'

type Paths = readonly string[]

/**
 * What the columns of some artifacts are, by their names in every version. `time` goes from path to label, the one that
 * dates the row first. A path that ends in `[]` holds an array, or a text
 * that lists several. `events`: rows are sent as they happen, so that `_ts`
 * dates what bears no other time.
 */
export type Entry = { artifacts: Paths; time?: Readonly<Record<string, string>>; events?: true } & {
  [role in Exclude<Role, 'time'>]?: Paths
}

/** The three hashes under a path, upper-case as VQL's hash() and lower-case as upload objects write them. */
export const hashesOf = (path: string): string[] => ['MD5', 'SHA1', 'SHA256'].map((name) => `${path}.${name}`)

/** What Windows and Sysmon write into the data of an event, under `at`. */
export const eventData = (at: string) => ({
  user: under(at, 'TargetUserName SubjectUserName User TargetUserSid SubjectUserSid AccountName ServiceAccount'),
  path: under(
    at,
    'Image ParentImage NewProcessName ParentProcessName ProcessName TargetFilename ImageLoaded SourceImage TargetImage Path TargetObject ObjectName ShareLocalPath',
  ),
  command: under(at, 'CommandLine ParentCommandLine ImagePath ServiceFileName ScriptBlockText Command HostApplication'),
  hash: under(at, 'Hashes[] Hash SHA256 SHA1 MD5'),
  ip: under(at, 'IpAddress SourceIp DestinationIp SourceAddress DestAddress ClientAddress Address'),
  domain: under(at, 'QueryName DestinationHostname SourceHostname TargetServerName WorkstationName'),
  url: under(at, 'url Url remoteName'),
})

const under = (at: string, names: string) => names.split(' ').map((name) => `${at}.${name}`)
