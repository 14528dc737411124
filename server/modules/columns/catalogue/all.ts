import type { MappedColumn, Role } from '../schema.ts'
import { accounts } from './accounts.ts'
import { detections } from './detections.ts'
import type { Entry } from './entry.ts'
import { eventLogs } from './event-logs.ts'
import { execution } from './execution.ts'
import { files } from './files.ts'
import { linux } from './linux.ts'
import { monitoring } from './monitoring.ts'
import { network } from './network.ts'
import { processes } from './processes.ts'

const ENTRIES: Entry[] = [
  ...processes,
  ...network,
  ...eventLogs,
  ...execution,
  ...files,
  ...detections,
  ...accounts,
  ...linux,
  ...monitoring,
]

/** What the columns of an artifact are known to be. Null for one that is in no list. */
export function catalogued(artifact: string): MappedColumn[] | null {
  // A copy under an own name has the columns of the original, a source those of its artifact.
  const plain = artifact.replace(/^Custom\./, '')
  return BY_NAME.get(plain) ?? BY_NAME.get(plain.split('/')[0]!) ?? null
}

/** Names of all artifacts in the lists. */
export const CATALOGUED = ENTRIES.flatMap(({ artifacts }) => artifacts)

const BY_NAME = new Map(ENTRIES.flatMap((entry) => entry.artifacts.map((name) => [name, columnsOf(entry)] as const)))

function columnsOf({ artifacts: _names, time = {}, events, ...roles }: Entry): MappedColumn[] {
  const times = Object.entries(time).map(([path, label]) => ({ ...placed(path), role: 'time' as const, label }))
  if (events) times.push({ path: '_ts', role: 'time', label: 'seen' })
  const others = Object.entries(roles).flatMap(([role, paths]) =>
    paths.map((path) => ({ ...placed(path), role: role as Role })),
  )
  return [...times, ...others]
}

function placed(path: string): { path: string; list?: true } {
  return path.endsWith('[]') ? { path: path.slice(0, -2), list: true } : { path }
}
