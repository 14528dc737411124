export type RowFilter = {
  artifact?: string | null
  hostId?: number | null
  q?: string | null
  from?: string | null
  to?: string | null
  batchId?: number | null
}

/** The address of the rows that a number counts. */
export function rowsLink(filter: RowFilter): string {
  const to = new URLSearchParams()
  for (const [name, value] of Object.entries(filter)) {
    if (value !== null && value !== undefined && value !== '') to.set(name, String(value))
  }
  return to.size === 0 ? '/rows' : `/rows?${to}`
}

/** The address of one row; its id may hold any character. */
export const rowLink = (id: string) => `/rows/${encodeURIComponent(id)}`

/** The address of an artifact's columns; a source's name bears a slash. */
export const artifactLink = (artifact: string) => `/artifacts/${encodeURIComponent(artifact)}`
