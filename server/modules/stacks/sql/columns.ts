import type { Role } from '#server/modules/columns/schema.ts'
import type { Maps, ObservableType } from '#server/modules/columns/service.ts'
import { AppError } from '#server/platform/errors.ts'
import type { Source } from './cells.ts'
import type { StackColumn } from './stack.ts'

/** Names that mean the same in every artifact, as in queries. */
const ROLE_OF: Record<string, Role> = {
  'process.name': 'process',
  'process.command_line': 'command',
  'file.path': 'path',
  hash: 'hash',
  ip: 'ip',
  domain: 'domain',
  url: 'url',
  'user.name': 'user',
  'rule.name': 'rule',
}
const NETWORK = /^net\((.+)\)$/s

type About = { artifact: string | undefined; maps: Maps; listed: string[] }

/**
 * The column of a name: `net(…)` counts networks, `row.…` is a path by force, one of its artifact's own paths is that, else
 * a name that means the same in every artifact. Throws `invalid` for a name that holds columns of its own.
 */
export function columnsOf(name: string, about: About): StackColumn {
  const inside = name.match(NETWORK)?.[1]
  if (inside !== undefined) return { ...columnsOf(inside, about), name, type: null, network: true }
  const { artifact, maps, listed } = about
  const path = name.startsWith('row.') ? name.slice(4) : name
  const role = path === name && !listed.includes(name) ? ROLE_OF[name] : undefined
  if (role)
    return { name, sources: sourcesOf(role, maps), type: role as ObservableType, network: false, canonical: true }
  refuseParent(path, listed)
  const sources = [{ artifacts: null, paths: [path] }]
  return { name, sources, type: typeOf(path, artifact, maps), network: false, canonical: false }
}

function refuseParent(path: string, listed: string[]): void {
  const within = listed.filter((other) => other.startsWith(`${path}.`))
  if (listed.includes(path) || within.length === 0) return
  const some = within.slice(0, 4).join(', ')
  throw new AppError('invalid', `${path} holds columns of its own. Stack one of them: ${some}.`, { columns: some })
}

function typeOf(path: string, artifact: string | undefined, maps: Maps): ObservableType | null {
  const columns = artifact ? (maps.get(artifact)?.columns ?? []) : [...maps.values()].flatMap((map) => map.columns)
  const role = columns.find((column) => column.path === path && column.role !== 'time')?.role
  return (role as ObservableType | undefined) ?? null
}

function sourcesOf(role: Role, maps: Maps): Source[] {
  const sources = new Map<string, { artifacts: string[]; paths: string[] }>()
  for (const [artifact, { columns }] of maps) {
    const paths = [...new Set(columns.filter((column) => column.role === role).map(({ path }) => path))].sort()
    if (paths.length === 0) continue
    const key = JSON.stringify(paths)
    sources.set(key, { paths, artifacts: [...(sources.get(key)?.artifacts ?? []), artifact] })
  }
  if (sources.size === 0) throw new AppError('invalid', `No artifact here has a column that is a ${role}.`)
  return [...sources.values()]
}
