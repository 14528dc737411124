import type { Facts, Format } from './framed.ts'

const SAMPLE_LINES = 100
const SAMPLE_BYTES = 4 * 1024 * 1024
const MAX_COLUMNS = 400
const MAX_PROPOSED = 5
const LEAST_SHARE = 0.5
const OWN_ARTIFACT = ['Artifact', '_Source']
const OWN_HOST = ['ClientId', 'Fqdn', 'Hostname', 'Computer', 'System.Computer']
// What exports and forwarders put beside the artifact's own columns.
const BESIDE = new Set(
  'ClientId FlowId Fqdn Hostname Artifact _Source _ts _OrgId Organization timestamp client_id'.split(' '),
)

/** What a delivery could be that says of itself neither artifact nor, maybe, host. */
export type Proposal = {
  artifacts: { artifact: string; share_pct: number }[]
  columns: string[]
  needs_host: boolean
}

/** A delivery whose rows name no artifact, and neither did the request. A person can. */
export class Unnamed extends Error {
  readonly columns: string[]
  readonly needsHost: boolean
  constructor(columns: string[], needsHost: boolean) {
    super('Neither the rows nor the request name an artifact. Name it, and the delivery is loaded.')
    this.columns = columns
    this.needsHost = needsHost
  }
}

/** Throws Unnamed when none of the first rows names its artifact, and nobody else did. */
export async function refuseUnnamed(format: Format, bytes: AsyncIterable<Buffer>, facts: Facts): Promise<void> {
  if (facts.artifact !== '') return
  const columns = new Set<string>()
  let [lines, read] = [0, 0]
  for await (const block of format(bytes)) {
    for (const { raw, json, flaw, facts: own } of block) {
      if (own?.artifact) return
      if (flaw === '') for (const column of columnsIn((json ?? raw).toString('utf8'))) columns.add(column)
      lines += 1
      read += raw.length
      if (lines >= SAMPLE_LINES || read > SAMPLE_BYTES) break
    }
    if (lines >= SAMPLE_LINES || read > SAMPLE_BYTES) break
  }
  if (columns.size === 0 || OWN_ARTIFACT.some((own) => columns.has(own))) return
  const named = facts.clientId !== '' || facts.hostname !== '' || OWN_HOST.some((own) => columns.has(own))
  throw new Unnamed([...columns].slice(0, MAX_COLUMNS), !named)
}

/** Columns of a row with a value, those of an object as `Hash.MD5`. None for what is no object. */
function columnsIn(json: string): string[] {
  try {
    const row: unknown = JSON.parse(json)
    return typeof row === 'object' && row !== null && !Array.isArray(row) ? pathsOf(row as Record<string, unknown>) : []
  } catch {
    return []
  }
}

const pathsOf = (row: Record<string, unknown>): string[] =>
  Object.entries(row).flatMap(([name, value]) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? [name, ...Object.keys(value).map((inner) => `${name}.${inner}`)]
      : [name],
  )

/** The artifacts whose columns these rows have, the likeliest first: shared columns as a share of those either has. */
export function proposalsFor(columns: string[], known: { artifact: string; columns: string[] }[]) {
  const own = new Set(columns.filter(isOwn))
  const best = new Map<string, number>()
  for (const { artifact, columns: theirs } of known) {
    const others = new Set(theirs.filter(isOwn))
    const shared = [...others].filter((column) => own.has(column)).length
    const share = shared / (own.size + others.size - shared || 1)
    if (share >= LEAST_SHARE) best.set(artifact, Math.max(share, best.get(artifact) ?? 0))
  }
  return [...best]
    .map(([artifact, share]) => ({ artifact, share_pct: Math.round(share * 100) }))
    .sort((a, b) => b.share_pct - a.share_pct || a.artifact.localeCompare(b.artifact))
    .slice(0, MAX_PROPOSED)
}

// Only first names are compared: a column that was null throughout has no inner ones.
const isOwn = (column: string) => !BESIDE.has(column)
