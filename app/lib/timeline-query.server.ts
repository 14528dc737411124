import { TimelineView } from '#server/modules/timeline/schema.ts'

type Query = Record<string, string>
const NAMES: Record<string, string> = {
  from: 'From',
  to: 'To',
  at: 'Go to',
  hostId: 'Host',
  rowId: 'Row',
  lanes: 'Lanes',
  q: 'Query',
  cursor: 'Page',
}

/** The timeline that an address asks for. What it says badly is left out and named, so that one slip does not lose the rest. */
export function timelineQuery({ host, row, ...rest }: Query) {
  const asked: Query = { ...rest }
  if (host) asked.hostId = host
  if (row) asked.rowId = row
  const read = TimelineView.safeParse(asked)
  if (read.success) return { view: ordered(read.data), leftOut: backwards(read.data) }
  const wrong = new Map(read.error.issues.map(({ path, message }) => [String(path[0]), message]))
  for (const name of wrong.keys()) delete asked[name]
  const view = TimelineView.parse(asked)
  const leftOut = [...wrong].map(([name, message]) => `${NAMES[name] ?? name}: ${message}`)
  return { view: ordered(view), leftOut: [...leftOut, ...backwards(view)] }
}

const isBackwards = ({ from, to }: TimelineView) => from !== undefined && to !== undefined && from >= to
const backwards = (view: TimelineView) => (isBackwards(view) ? ['To: The window ends before it begins.'] : [])
const ordered = (view: TimelineView): TimelineView => (isBackwards(view) ? { ...view, to: undefined } : view)
