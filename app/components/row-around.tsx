import { type Decoded, decodedIn } from '#app/lib/decoded.ts'
import { number } from '#app/lib/format.ts'
import { rowLink, rowsLink } from '#app/lib/row-links.ts'
import { timelineLink } from '#app/lib/timeline-link.ts'
import { useTimes } from '#app/lib/viewer.ts'
import type { TimeSource } from '#server/modules/columns/schema.ts'
import { CopyButton } from './copy.tsx'
import { Link } from './link.tsx'
import { SectionHead } from './page-head.tsx'
import { EventTime } from './time.tsx'
import { Value, WholeValue } from './value.tsx'

type Seen = { id: string; artifact: string; event_time: Date | null; event_source: TimeSource | null; raw: string }
export type Neighbours = {
  hostId: number
  from: Date | null
  to: Date | null
  near: Seen[]
  process: { q: string; total: number | null; rows: Seen[] } | null
}

/** What base64 or UTF-16 in a row's values says, and in which of them. Nothing where nothing is hidden. */
export function DecodedFields({ cells }: { cells: Record<string, string> }) {
  const found = Object.entries(cells).flatMap(([name, text]) =>
    decodedIn(text).map((one): Decoded & { name: string } => ({ ...one, name })),
  )
  return found.slice(0, 10).map(({ name, how, text }, at) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the finds of one row never move
    <section key={at} className="decoded">
      <SectionHead title={`Decoded: ${how}`}>
        <span className="muted">
          in <Value text={name} path={false} />
        </span>
        <span className="ml-auto">
          <CopyButton text={text} name="Copy" className="btn quiet" />
        </span>
      </SectionHead>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys */}
      <section className="raw" aria-label="Text" tabIndex={0}>
        <WholeValue text={text} cap={4000} block />
      </section>
    </section>
  ))
}

/** Rows of the same host around a row's time, and of the same process number; each list leads to all of them. */
export function RowsAround({ row, around: { hostId, from, to, near, process } }: { row: string; around: Neighbours }) {
  const times = useTimes()
  const others = near.filter(({ id }) => id !== row)
  const same = process?.rows.filter(({ id }) => id !== row) ?? []
  return (
    <>
      {from && to && (
        <section>
          <SectionHead title="On this host, five minutes around">
            <Link
              className="link ml-auto"
              data-act="window"
              to={rowsLink({ hostId, from: from.toISOString(), to: to.toISOString() })}
              title={times.both(({ full }) => `${full(from)} to ${full(to)}`)}
            >
              All of them
            </Link>
            <Link className="link" to={timelineLink({ host: hostId, from, to, row })}>
              Timeline
            </Link>
          </SectionHead>
          {others.length > 0 ? <Lines rows={others} /> : <p className="muted">Nothing else is dated there.</p>}
        </section>
      )}
      {process && same.length > 0 && (
        <section>
          <SectionHead title="Same process number">
            <Link className="link ml-auto" to={rowsLink({ hostId, q: process.q })}>
              {process.total === null ? 'All of them' : `${number(process.total)} within a day`}
            </Link>
          </SectionHead>
          <Lines rows={same} />
        </section>
      )}
    </>
  )
}

const Lines = ({ rows }: { rows: Seen[] }) => (
  <ul className="around">
    {rows.map(({ id, artifact, event_time, event_source, raw }) => (
      <li key={id}>
        <Link to={rowLink(id)} className="cut">
          <EventTime at={event_time} source={event_source} /> <span className="muted">{artifact}</span>{' '}
          <Value text={raw.slice(0, 200)} path={false} />
        </Link>
      </li>
    ))}
  </ul>
)
