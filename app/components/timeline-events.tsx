import { useEffect } from 'react'
import { rowLink } from '#app/lib/row-links.ts'
import { timelineLink } from '#app/lib/timeline-link.ts'
import { useTimes } from '#app/lib/viewer.ts'
import type { TimeSource } from '#server/modules/columns/schema.ts'
import { Link } from './link.tsx'
import { Popover } from './menu.tsx'
import { EventClock, ExactTime, Zoned } from './time.tsx'
import { type Cell, EventCell } from './timeline-cell.tsx'
import { annotationLink } from './timeline-filters.tsx'
import { Value, WholeValue } from './value.tsx'

export type RowEvent = {
  kind: 'row'
  key: string
  at: Date
  original: Date
  shift_seconds: number
  label: string
  row: string
  host_id: number
  hostname: string
  artifact: string
  cells: Cell[]
  doubt: string | null
  source: TimeSource | null
}
export type NoteEvent = {
  kind: 'note'
  key: string
  at: Date
  id: number
  text: string
  host_id: number | null
  hostname: string | null
  row_place: string | null
  written_by_name: string
  edited_by_name: string | null
}
export type TimelineEvent = RowEvent | NoteEvent
type Events = { events: TimelineEvent[]; marked: string | null; mayWrite: boolean }

/** Events in order of time, a heading per day; the row that was asked for is marked and brought into view. */
export function TimelineEvents({ events, marked, mayWrite }: Events) {
  const times = useTimes()
  const here = events.findIndex((event) => event.kind === 'row' && event.row === marked)
  useEffect(() => {
    if (here >= 0) document.getElementById('here')?.scrollIntoView({ block: 'center' })
  }, [here])
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard
    <section className="scroll" tabIndex={0} aria-label="Events, scrollable">
      <table className="ledger" data-grid>
        <caption className="sr-only">Events in order of time</caption>
        <thead>
          <tr>
            <th scope="col" className="w-28">
              <Zoned>Time</Zoned>
            </th>
            <th scope="col" className="max-md:hidden w-24">
              Which
            </th>
            <th scope="col" className="max-md:hidden w-36">
              Host
            </th>
            <th scope="col">What</th>
            <th scope="col" className="w-14">
              <span className="sr-only">Deeds</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {events.map((event, at) => (
            <OneEvent
              key={event.key}
              event={event}
              opensDay={at === 0 || times.day(events[at - 1]!.at) !== times.day(event.at)}
              current={event.kind === 'row' && event.row === marked}
              here={at === here}
              mayWrite={mayWrite}
            />
          ))}
        </tbody>
      </table>
    </section>
  )
}

type One = { event: TimelineEvent; opensDay: boolean; current: boolean; here: boolean; mayWrite: boolean }

const OneEvent = ({ event, opensDay, current, here, mayWrite }: One) => (
  <>
    {opensDay && (
      <tr className="day">
        <th colSpan={2} scope="colgroup">
          <Day at={event.at} />
        </th>
      </tr>
    )}
    <tr
      id={here ? 'here' : undefined}
      className={event.kind === 'note' ? 'note' : undefined}
      aria-current={current || undefined}
      data-row={event.kind === 'row' ? event.row : undefined}
    >
      <td className="nw">
        <EventClock at={event.at} source={event.kind === 'row' ? event.source : null} />
        {event.kind === 'row' && event.shift_seconds !== 0 && (
          <span className="shifted">
            its clock said <ExactTime at={event.original} source={event.source} /> ({signed(event.shift_seconds)} s)
          </span>
        )}
      </td>
      {event.kind === 'row' ? <RowCells event={event} /> : <NoteCells note={event} />}
      <td>
        {event.kind === 'row' ? (
          <RowDeeds event={event} mayWrite={mayWrite} />
        ) : (
          <NoteDeeds note={event} mayWrite={mayWrite} />
        )}
      </td>
    </tr>
  </>
)

const Day = ({ at }: { at: Date }) => useTimes().day(at)

const signed = (seconds: number) => (seconds > 0 ? `+${seconds}` : String(seconds))

const RowCells = ({ event }: { event: RowEvent }) => (
  <>
    <td className="max-md:hidden">
      <Value text={event.label} path={false} />
      {event.doubt && <span className="shifted">doubtful: {event.doubt}</span>}
    </td>
    <td className="max-md:hidden" data-cell data-column="host" data-text={event.hostname}>
      <Link className="n" to={`/hosts/${event.host_id}`}>
        <Value text={event.hostname} />
      </Link>
    </td>
    <td className="event-text">
      {event.cells.map((cell, at) => (
        <EventCell key={cell.column} cell={cell} first={at === 0} />
      ))}
      <span className="shifted">
        <span className="md:hidden">
          <Value text={event.label} path={false} /> · <Value text={event.hostname} /> ·{' '}
        </span>
        <Link to={rowLink(event.row)} data-act="open">
          {event.artifact}
        </Link>
      </span>
    </td>
  </>
)

const NoteCells = ({ note }: { note: NoteEvent }) => (
  <>
    <td className="max-md:hidden">
      <span className="tag">annotation</span>
    </td>
    <td className="max-md:hidden">
      {note.host_id && note.hostname ? (
        <Link className="n" to={`/hosts/${note.host_id}`}>
          <Value text={note.hostname} />
        </Link>
      ) : (
        <span className="muted">no host</span>
      )}
    </td>
    <td className="event-text">
      <WholeValue text={note.text} />
      <span className="shifted">
        annotated by {note.written_by_name}
        {note.edited_by_name && `, last changed by ${note.edited_by_name}`}
        {note.row_place && (
          <>
            , about{' '}
            <Link className="num" to={rowLink(note.row_place)}>
              a row
            </Link>
          </>
        )}
      </span>
    </td>
  </>
)

const FIVE_MINUTES_MS = 300_000

function RowDeeds({ event, mayWrite }: { event: RowEvent; mayWrite: boolean }) {
  const [from, to] = [-FIVE_MINUTES_MS, FIVE_MINUTES_MS].map((ms) => new Date(event.at.getTime() + ms))
  return (
    <Popover className="end" label="…" name="What to do with this event" button="btn quiet icon">
      <ul>
        <li>
          <Link to={timelineLink({ host: event.host_id, from: from!, to: to!, row: event.row })} data-act="window">
            ±5 min on this host
          </Link>
        </li>
        <li>
          <Link to={timelineLink({ row: event.row })} data-act="context">
            This row among all others
          </Link>
        </li>
        <li>
          <Link to={rowLink(event.row)}>Open the row</Link>
        </li>
        {mayWrite && (
          <li>
            <Link to={annotationLink({ at: event.at, row: event.row })} data-act="annotate">
              Annotate
            </Link>
          </li>
        )}
      </ul>
    </Popover>
  )
}

const NoteDeeds = ({ note, mayWrite }: { note: NoteEvent; mayWrite: boolean }) =>
  mayWrite ? (
    <Link className="link" to={`/timeline/annotations/${note.id}`} aria-label="Edit annotation">
      Edit
    </Link>
  ) : null
