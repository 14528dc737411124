import { Form, useSearchParams } from '@remix-run/react'
import { timelineLink } from '#app/lib/timeline-link.ts'
import { useTimes } from '#app/lib/viewer.ts'
import type { LaneBy } from '#server/modules/timeline/schema.ts'
import { FilterBar, TextFilter } from './filter-bar.tsx'
import { Link } from './link.tsx'
import { QueryBar } from './query-bar.tsx'

/** Query, window, lanes and host of a timeline; a form, so that the address holds the whole view. */
export function TimelineFilters({ hostname, flawed }: { hostname: string | null; flawed: boolean }) {
  const params = useSearchParams()[0]
  const host = params.get('host')
  const by = params.get('lanes') ?? 'host'
  return (
    <div className="pt-3">
      <FilterBar label="Timeline" keep={['row']}>
        <QueryBar artifact={undefined} flawed={flawed} />
        <TextFilter name="from" title="From (UTC)" placeholder="2026-02-05 06:00" />
        <TextFilter name="to" title="To (UTC)" placeholder="2026-02-05 14:02" />
        <label className="s">
          Lanes by
          <span className="select">
            <select key={by} className="field" name="lanes" defaultValue={by}>
              <option value="host">Host</option>
              <option value="user">User</option>
              <option value="artifact">Artifact</option>
              <option value="tag">Tag</option>
            </select>
          </span>
        </label>
        {host && (
          <label className="check self-center">
            <input className="box" type="checkbox" name="host" value={host} defaultChecked />
            <span className="cut">only {hostname ?? `host ${host}`}</span>
          </label>
        )}
      </FilterBar>
    </div>
  )
}

type Windows = {
  view: { q?: string | null; host?: number | null; lanes: LaneBy; row?: string | null }
  window: { from: Date | null; to: Date | null }
  /** What named windows are around: the marked row, the moment that was asked for, or the middle of what is shown. */
  middle: Date | null
  mayWrite: boolean
}

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000

/** Named windows around a moment, the windows beside this one, and a form that leads to a date: all of them links. */
export function TimelineWindows({ view, window, middle, mayWrite }: Windows) {
  const params = useSearchParams()[0]
  const around = (ms: number) =>
    middle && timelineLink({ ...view, from: shifted(middle, -ms), to: shifted(middle, ms), at: middle })
  const times = useTimes()
  const day = middle && times.dayOf(middle)
  const chips: [name: string, to: string | null, act: string][] = [
    ['±5 min', around(5 * MINUTE_MS), 'window'],
    ['±1 h', around(HOUR_MS), 'window-hour'],
    ['That day', day && timelineLink({ ...view, ...day, at: middle }), 'window-day'],
    ['Previous window', beside(view, window, -1), 'previous-window'],
    ['Next window', beside(view, window, 1), 'next-window'],
    ['Whole range', window.from || window.to ? timelineLink({ ...view, at: middle }) : null, 'window-all'],
  ]
  const kept = ['q', 'from', 'to', 'host', 'lanes'].flatMap((name) =>
    params.getAll(name).map((value) => ({ name, value })),
  )
  return (
    <nav className="windows" aria-label="Windows">
      {chips.map(
        ([name, to, act]) =>
          to && (
            <Link key={name} className="btn" to={to} data-act={act}>
              {name}
            </Link>
          ),
      )}
      <Form method="get" preventScrollReset>
        {kept.map(({ name, value }) => (
          <input key={name} type="hidden" name={name} value={value} />
        ))}
        <label>
          Go to (UTC)
          <input
            key={params.get('at')}
            className="field"
            name="at"
            defaultValue={params.get('at') ?? ''}
            placeholder="2026-02-05 13:57"
            data-act="go-to"
          />
        </label>
        <button type="submit" className="btn">
          Go
        </button>
      </Form>
      {mayWrite && (
        <Link className="btn" data-act="annotate" to={annotationLink({ at: middle, host: view.host ?? null })}>
          Annotate
        </Link>
      )}
      {mayWrite && view.host && (
        <Link className="btn quiet" to={`/timeline/clocks/${view.host}`}>
          Set its clock
        </Link>
      )}
    </nav>
  )
}

/** The address of the form that writes an annotation. */
export function annotationLink({ at, host, row }: { at: Date | null; host?: number | null; row?: string }): string {
  const to = new URLSearchParams()
  if (at) to.set('at', at.toISOString())
  if (host) to.set('host', String(host))
  if (row) to.set('row', row)
  return `/timeline/annotations/new${to.size > 0 ? `?${to}` : ''}`
}

const shifted = (at: Date, ms: number) => new Date(at.getTime() + ms)

/** The window of the same length before or after this one; null where an end is open. */
function beside(view: Windows['view'], { from, to }: Windows['window'], way: -1 | 1): string | null {
  if (!from || !to) return null
  const length = (to.getTime() - from.getTime()) * way
  const { row: _row, ...rest } = view
  return timelineLink({ ...rest, from: shifted(from, length), to: shifted(to, length) })
}
