import { data, redirect } from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { Density } from '#app/components/charts/density.tsx'
import { type Lane, SwimLanes } from '#app/components/charts/lanes.tsx'
import { useRefusal } from '#app/components/form.tsx'
import { Link } from '#app/components/link.tsx'
import { Nothing, Notice } from '#app/components/notice.tsx'
import { SectionHead } from '#app/components/page-head.tsx'
import { QueryFlawNote } from '#app/components/query-flaw.tsx'
import { MarksAway } from '#app/components/timeline-cell.tsx'
import { TimelineEvents } from '#app/components/timeline-events.tsx'
import { TimelineFilters, TimelineWindows } from '#app/components/timeline-filters.tsx'
import { TimelineUndated } from '#app/components/timeline-undated.tsx'
import { act, load } from '#app/lib/api.server.ts'
import { counted, number } from '#app/lib/format.ts'
import { nextPath } from '#app/lib/next-path.ts'
import { orFlaw } from '#app/lib/query-flaw.server.ts'
import { narrowed } from '#app/lib/query-text.ts'
import { rowsLink } from '#app/lib/row-links.ts'
import { useSearchLink } from '#app/lib/search-link.ts'
import { timelineLink } from '#app/lib/timeline-link.ts'
import { timelineQuery } from '#app/lib/timeline-query.server.ts'
import { titled } from '#app/lib/title.ts'
import { withDeed } from '#app/lib/verdict-deeds.ts'
import { useMayWrite } from '#app/lib/viewer.ts'
import { UndoToken } from '#server/modules/timeline/schema.ts'
import { TimelineReading } from './components/timeline-reading.tsx'

export const meta = titled('Timeline')
export const handle = { trail: () => [{ title: 'Timeline' }], narrow: true as const }

export const loader = load(async ({ api, query }) => {
  const { view, leftOut } = timelineQuery(query)
  const [{ found, flaw }, host, clock] = await Promise.all([
    orFlaw(api.timeline.view(view)),
    view.hostId ? api.hosts.get({ id: view.hostId }) : null,
    view.hostId ? api.timeline.clock({ hostId: view.hostId }) : null,
  ])
  const asked = {
    q: view.q ?? null,
    from: view.from ?? null,
    to: view.to ?? null,
    host: view.hostId ?? null,
    lanes: view.lanes,
    row: view.rowId ?? null,
    at: view.at ?? null,
    paged: view.cursor !== undefined,
  }
  const shown = { asked, leftOut, found, flaw, hostname: host?.hostname ?? null, clock }
  return data(shown, { status: flaw ? 422 : 200 })
})

/** Takes back what was done to the events: a removed annotation stands again. */
export const action = act(async ({ api, form }) => {
  await api.timeline.restore(UndoToken.parse(form))
  return redirect(withDeed(nextPath(form.next ?? '/timeline'), { what: 'restored', count: 1, token: null }))
})

type Page = ReturnType<typeof useLoaderData<typeof loader>>
type Found = NonNullable<Page['found']>

export default function Timeline() {
  const { asked, leftOut, found, flaw, hostname, clock } = useLoaderData<typeof loader>()
  const refusal = useRefusal('undo')
  return (
    <>
      <h1 className="sr-only">Timeline</h1>
      {refusal && (
        <Notice kind="bad" role="alert">
          <b>Nothing was brought back.</b> {refusal.fields['']}
        </Notice>
      )}
      <TimelineFilters hostname={hostname} flawed={flaw !== null} />
      {leftOut.length > 0 && (
        <Notice kind="warn" role="alert">
          <b>Left out of this view:</b> {leftOut.join(' ')}
        </Notice>
      )}
      {flaw && <QueryFlawNote query={asked.q ?? ''} flaw={flaw} />}
      {found && <TimelineReading asked={asked} found={found} hostname={hostname} />}
      {clock && clock.seconds !== 0 && (
        <Notice>
          <b>
            {clock.seconds > 0 ? '+' : ''}
            {number(clock.seconds)} s
          </b>{' '}
          are added to the times of {clock.hostname}: {clock.reason}. What its clock said stands beside each.
        </Notice>
      )}
      {found && !found.marked && <MarksAway />}
      {found && <Drawn asked={asked} found={found} />}
    </>
  )
}

type Shown = { asked: Page['asked']; found: Found }

function Drawn({ asked, found }: Shown) {
  const mayWrite = useMayWrite()
  const { events, undated, undated_total, density, lanes } = found
  const { from, to, at, paged: _paged, ...view } = asked
  const middle = found.row?.at ?? at ?? events[Math.floor(events.length / 2)]?.at ?? null
  const window = { from, to }
  return (
    <>
      <TimelineWindows view={view} window={window} middle={middle} mayWrite={mayWrite} />
      <RowNote asked={asked} found={found} />
      <Density bins={density.bins} window={window} zoom={(bin) => timelineLink({ ...view, row: null, ...bin })} />
      {lanes.from && lanes.lanes.length > 0 && (
        <>
          <SectionHead
            title={`Lanes by ${lanes.by}`}
            about={
              lanes.count > lanes.lanes.length
                ? `the ${lanes.lanes.length} fullest of ${number(lanes.count)}`
                : undefined
            }
          />
          <SwimLanes
            by={lanes.by}
            window={{ from: lanes.from, to: lanes.to! }}
            lanes={lanes.lanes}
            notes={lanes.notes.marks}
            open={(lane, stretch) =>
              timelineLink({ ...view, row: null, ...window, ...laneView(view, lanes.by, lane), ...stretch })
            }
            openNote={(note) => timelineLink({ ...view, ...window, row: null, at: note.at })}
          />
        </>
      )}
      <div className={undated.length > 0 ? 'events-beside both' : 'events-beside'}>
        <div className="min-w-0">
          {events.length > 0 ? (
            <TimelineEvents events={events} marked={asked.row} mayWrite={mayWrite} />
          ) : (
            <Empty asked={asked} total={density.total} />
          )}
          <Steps earlier={found.earlier} later={found.later} />
        </div>
        {undated.length > 0 && (
          <TimelineUndated
            rows={undated}
            total={undated_total}
            marked={asked.row}
            all={rowsLink({ q: narrowed(asked.q ?? '', 'time:*', 'not'), hostId: asked.host })}
          />
        )}
      </div>
    </>
  )
}

const quoted = (text: string) => `"${text.replace(/"/g, '""')}"`

/** What narrows a view to one lane. */
function laneView(view: { q: string | null }, by: Found['lanes']['by'], { lane }: Lane) {
  if (by === 'host') return { host: lane }
  const field = by === 'user' ? 'user.name' : by
  const q = view.q ?? ''
  return { q: lane === '' ? narrowed(q, `${field}:*`, 'not') : narrowed(q, `${field}:${quoted(lane)}`, 'only') }
}

/** Says so where the row that was asked for cannot stand in the middle. */
function RowNote({ asked, found }: Shown) {
  if (!asked.row || !found.row || asked.paged) return null
  if (found.row.at === null)
    return (
      <Notice kind="info">
        <b>This row bears no time.</b> It has no place among the events; its page is{' '}
        <Link className="link" to={`/rows/${asked.row}`}>
          here
        </Link>
        .
      </Notice>
    )
  if (found.events.some((event) => event.kind === 'row' && event.row === asked.row)) return null
  return (
    <Notice kind="warn">
      <b>The row is not among these events:</b> the query or the window leaves it out.{' '}
      <Link className="link" to={timelineLink({ row: asked.row })}>
        Show it among all
      </Link>
    </Notice>
  )
}

function Steps({ earlier, later }: { earlier: string | null; later: string | null }) {
  const link = useSearchLink()
  if (!earlier && !later) return null
  return (
    <nav className="pager" aria-label="Pages">
      <span />
      {earlier && (
        <Link className="btn" rel="prev" to={link({ cursor: earlier })}>
          Earlier
        </Link>
      )}
      {later && (
        <Link className="btn" rel="next" to={link({ cursor: later })}>
          Later
        </Link>
      )}
    </nav>
  )
}

const Empty = ({ asked, total }: { asked: Page['asked']; total: number }) => (
  <Nothing
    title={total > 0 ? 'Nothing happened in this window' : 'No event matches'}
    actions={
      <Link
        className="btn"
        to={total > 0 ? timelineLink({ q: asked.q, host: asked.host, lanes: asked.lanes }) : '/timeline'}
      >
        {total > 0 ? 'Show the whole range' : 'Show everything'}
      </Link>
    }
  >
    {total > 0
      ? `The whole range holds ${counted(total, 'event')}.`
      : 'Widen the query. Rows without a time are listed as undated.'}
  </Nothing>
)
