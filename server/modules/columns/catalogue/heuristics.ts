import { isPath, type MappedColumn, type Role } from '../schema.ts'
import { isCarried } from './carried.ts'

/** A path seen in rows. `list`: it holds an array. */
export type SeenPath = { path: string; list: boolean }

// What a certificate or a build says of itself happened long before the row did.
const ASIDE = /(^|\.)(Authenticode|Certinfo\w*|Signature|VersionInformation)\./i

const ROLE_OF_NAME: [RegExp, Exclude<Role, 'time'>][] = [
  [/^(os|full|file|image|exe|binary|module|source|target|destination|parent_?image|parent_?exe)_?path$/i, 'path'],
  [/^(path|exe|image|parentimage|targetfilename|sourcefile|destinationfile|binary|filename_?path)$/i, 'path'],
  [/^(parent|process|proc)?_?(command_?line|cmd_?line|cmdline)$|^command$|^scriptblocktext$/i, 'command'],
  [/^(.*[_. -])?(md5|sha-?1|sha-?256)$/i, 'hash'],
  [/^(.*[a-z_])?(IP|Ip|_ip)$|^ip$|^((?!mac|hardware|mail|memory|base|virtual|start|end|physical).)*addr(ess)?$/i, 'ip'],
  [
    /^(target|subject|parent|login|account|owner|attempted)?_?user_?(name)?$|^(account|owner)_?name$|^usersid$/i,
    'user',
  ],
  [/^(computer|host|machine)_?(name)?$|^fqdn$/i, 'host'],
  [/^(domain|dns|query)_?name$|^(destination|remote)_?host_?(name)?$|^domain$/i, 'domain'],
  [/^(.*_)?(url|uri)$|(Url|URL|Uri|URI)$/, 'url'],
  [/^(process|proc|parent_?process)_?name$|^executable$/i, 'process'],
  [/^rule_?(name|title)?$/i, 'rule'],
]

const TIME = [
  /(^|_)(times?|timestamps?|date)$/i,
  /[a-z0-9](Times?|Timestamps?|TimeStamp|Date)$/,
  /^[macb]time$/i,
  /^(start|end|login|logon|create|creation|mod|modified|access|last|first|write|install|boot|visit|event)(time|date)$/i,
  /^(created|modified|changed|accessed|deleted)(_?at|0x[13]0)?$/i,
  /^(first|last)_?(modified|access(ed)?|record_?change|seen|run|write|login|logon)(0x[13]0)?$/i,
]
const NO_TIME = /up_?time|run_?time$|sleep|duration|update$/i

// The first that fits. Their order is also which of several times dates the row.
const LABELS: [RegExp, string][] = [
  [/^(event_?time|timestamp|time|systemtime|timecreated|timegenerated)$/i, 'logged'],
  [/exec|run/i, 'run'],
  [/start|boot/i, 'started'],
  [/visit/i, 'visited'],
  [/download/i, 'downloaded'],
  [/delet/i, 'deleted'],
  [/log(on|in)/i, 'logged on'],
  [/install/i, 'installed'],
  [/mtime$|modif|write|modtime/i, 'modified'],
  [/creat|birth|^btime$/i, 'created'],
  [/^ctime$|change/i, 'changed'],
  [/atime$|access/i, 'accessed'],
  [/end|stop|exit|logo(ff|ut)/i, 'ended'],
]

/** What the columns of an unknown artifact look like, by their names alone: the same names, the same map. */
export function guessed(artifact: string, paths: SeenPath[]): MappedColumn[] {
  const found = paths
    .filter(({ path }) => isPath(path) && !isCarried(path) && !ASIDE.test(path))
    .flatMap(({ path, list }) => columnOf(path).map((column) => (list ? { ...column, list } : column)))
    .sort((a, b) => rankOf(a) - rankOf(b) || depthOf(a) - depthOf(b) || (a.path < b.path ? -1 : 1))
  // Rows of a client's events are sent as they happen.
  return EVENTS.test(artifact) ? [...found, { path: '_ts', role: 'time', label: 'seen' }] : found
}

const EVENTS = /(^|\.)(Events|ETW|EBPF)\.|\.Monitoring(\/|$)/

function columnOf(path: string): MappedColumn[] {
  const name = path.split('.').at(-1)!
  if (TIME.some((pattern) => pattern.test(name)) && !NO_TIME.test(name))
    return [{ path, role: 'time', label: LABELS.find(([pattern]) => pattern.test(name))?.[1] ?? 'seen' }]
  const role = ROLE_OF_NAME.find(([pattern]) => pattern.test(name))?.[1]
  return role ? [{ path, role }] : []
}

const depthOf = ({ path }: MappedColumn) => path.split('.').length
const rankOf = ({ role, path }: MappedColumn) => {
  if (role !== 'time') return LABELS.length + 1
  const name = path.split('.').at(-1)!
  const rank = LABELS.findIndex(([pattern]) => pattern.test(name))
  return rank === -1 ? LABELS.length : rank
}
