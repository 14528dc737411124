/** What a file of an archive is, by its name and place (design: velociraptor.md 3.3 to 3.6). */
export type Placed = {
  name: string
  kind: 'rows' | 'upload' | 'context' | 'log' | 'ignored'
  /** The collection it belongs to: the folder of its client in a hunt, else ''. */
  root: string
  artifact: string
  /** Rows of all clients of a hunt, each naming its own. */
  combined: boolean
  note: string
}

export type Layout = { what: 'collection' | 'hunt' | 'notebook' | 'files'; roots: string[]; files: Placed[] }

const ROWS = /\.(json|jsonl|ndjson|csv)$/i
const CONTEXT = /^(client_info|collection_context|requests|uploads|custom_artifacts|hunt_info|metadata)\.json$/
const LOG = /^(logs?\.json|.*\.log)$/
const ROOT = /^(.{0,1000}?)(?:results\/[^/]+|client_info\.json|collection_context\.json)$/s
const CLIENT_FOLDER = /^[^/]+-C\.[0-9a-f]{8,}(?:-[^/]+)?\//
const ARTIFACT = /^[A-Z]\w*(\.\w+)+$/

const LOG_NOTE = 'The log of the collection, not a result.'
const TWICE_NOTE = 'The same rows are in the .json beside it.'

/** Tells collections, hunts, notebooks and plain files apart, and what each file is. Indexes are left out. */
export function layoutOf(names: string[]): Layout {
  const kept = names.filter((name) => !name.endsWith('.index') && !isSystems(name))
  const notebook = kept.find((name) => /(^|\/)Notebook\.yaml$/.test(name))
  if (notebook !== undefined) return { what: 'notebook', roots: [''], files: kept.map(inNotebook) }
  const roots = rootsOf(kept)
  if (roots.length === 0) return { what: 'files', roots: [''], files: withoutTwins(kept.map(asFile)) }
  const byLength = new Set(roots)
  const files = withoutTwins(kept.map((name) => inCollection(name, rootOf(name, byLength))))
  const hunt = kept.some((name) => /(^|\/)hunt_info\.json$/.test(name)) || files.some(({ combined }) => combined)
  return { what: hunt || roots.length > 1 ? 'hunt' : 'collection', roots, files }
}

const isSystems = (name: string) => name.startsWith('__MACOSX/') || name.endsWith('/.DS_Store')

function rootsOf(names: string[]): string[] {
  const roots = new Set<string>()
  for (const name of names) {
    if (/(^|\/)uploads\//.test(name)) continue
    const root = name.match(ROOT)?.[1] ?? name.match(CLIENT_FOLDER)?.[0]
    if (root !== undefined && root.split('/').length <= 3) roots.add(root)
  }
  // The oldest collections have nothing but a folder per artifact.
  if (roots.size === 0 && names.some((name) => oldArtifact(name) !== null)) roots.add('')
  return [...roots].sort()
}

function rootOf(name: string, roots: Set<string>): string {
  const [first = '', second = ''] = name.split('/')
  for (const root of [`${first}/${second}/`, `${first}/`]) if (roots.has(root) && name.startsWith(root)) return root
  return ''
}

function inCollection(name: string, root: string): Placed {
  const rest = name.slice(root.length)
  const placed = { name, root, artifact: '', combined: false, note: '' }
  if (rest.startsWith('uploads/')) return { ...placed, kind: 'upload' }
  if (CONTEXT.test(rest)) return { ...placed, kind: 'context' }
  if (LOG.test(rest)) return { ...placed, kind: 'log', note: LOG_NOTE }
  const result = rest.match(/^results\/(All )?([^/]+)$/)
  if (result && ROWS.test(rest)) {
    const artifact = decoded(result[2]!.replace(ROWS, ''))
    return { ...placed, kind: 'rows', artifact, combined: result[1] !== undefined }
  }
  const old = oldArtifact(rest)
  if (old !== null) return { ...placed, kind: 'rows', artifact: old }
  return { ...placed, kind: 'ignored', note: noteOf(rest) }
}

/** `Artifact/Source.json` or `Artifact.json` at the top, as collectors up to 0.6 wrote them. */
function oldArtifact(rest: string): string | null {
  const parts = rest.replace(ROWS, '').split('/').map(decoded)
  if (!ROWS.test(rest) || parts.length > 2 || !ARTIFACT.test(parts[0]!)) return null
  return parts.join('/')
}

function inNotebook(name: string): Placed {
  const rows = /(^|\/)query_\d+\.json$/.test(name)
  const note = rows ? '' : 'Part of a notebook, without rows of its own.'
  return { name, kind: rows ? 'rows' : 'ignored', root: '', artifact: '', combined: false, note }
}

function asFile(name: string): Placed {
  const base = name.slice(name.lastIndexOf('/') + 1)
  const placed = { name, root: '', artifact: '', combined: false, note: '' }
  if (CONTEXT.test(base)) return { ...placed, kind: 'context' }
  if (LOG.test(base)) return { ...placed, kind: 'log', note: LOG_NOTE }
  if (!ROWS.test(base)) return { ...placed, kind: 'ignored', note: noteOf(base) }
  return { ...placed, kind: 'rows', artifact: decoded(base.replace(ROWS, '')) }
}

const noteOf = (name: string) =>
  /\.(zip|gz|7z|rar|tar|tgz)$/i.test(name)
    ? 'An archive inside the archive is not opened. Send it by itself.'
    : 'Nothing that Velociraptor writes results into.'

/** Of the same rows as JSON and CSV the CSV is left, because it lacks the columns that the first row has not. */
function withoutTwins(files: Placed[]): Placed[] {
  const json = new Set(
    files.filter(({ kind, name }) => kind === 'rows' && !isCsv(name)).map(({ name }) => name.replace(ROWS, '')),
  )
  return files.map((file) =>
    file.kind === 'rows' && isCsv(file.name) && json.has(file.name.replace(ROWS, ''))
      ? { ...file, kind: 'ignored', note: TWICE_NOTE }
      : file,
  )
}

export const isCsv = (name: string) => /\.csv$/i.test(name)

/** A name with its percent escapes taken out once. */
export function decoded(name: string): string {
  if (!name.includes('%')) return name
  const bytes = name
    .split(/(%[0-9A-Fa-f]{2})/)
    .map((part) => (/^%[0-9A-Fa-f]{2}$/.test(part) ? hex(part) : Buffer.from(part)))
  return Buffer.concat(bytes).toString('utf8').replaceAll('\0', '\ufffd')
}

const hex = (escaped: string) => Buffer.from(escaped.slice(1), 'hex')
