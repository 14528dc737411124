import type { LaneBy } from '#server/modules/timeline/schema.ts'

export type TimelineView = {
  q?: string | null
  from?: Date | string | null
  to?: Date | string | null
  /** Only this host, by its id. */
  host?: number | string | null
  lanes?: LaneBy | null
  /** The row to show in its context, marked. */
  row?: string | null
  /** The moment to begin reading at. */
  at?: Date | string | null
}

/** The address of a timeline; moments go as ISO text in UTC, so that everybody reads the same ones. */
export function timelineLink(view: TimelineView): string {
  const said = Object.entries(view).filter(([, value]) => value !== null && value !== undefined && value !== '')
  if (said.length === 0) return '/timeline'
  const to = new URLSearchParams(
    said.map(([name, value]) => [name, value instanceof Date ? value.toISOString() : String(value)]),
  )
  // The marked row is in the middle of the page: the place within it leads there.
  return `/timeline?${to}${view.row ? '#here' : ''}`
}
