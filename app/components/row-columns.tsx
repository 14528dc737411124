import { rowLink, rowsLink } from '#app/lib/row-links.ts'
import type { Column } from './data-table.tsx'
import { Link } from './link.tsx'
import type { StoredRow } from './row-table.tsx'
import { EventTime, Zoned } from './time.tsx'
import { Value } from './value.tsx'

const MINUTES = 5 * 60_000

/** Everything on this row's host around its time. */
const windowOf = ({ host_id, event_time }: StoredRow) =>
  rowsLink({
    hostId: host_id,
    ...(event_time && {
      from: new Date(event_time.getTime() - MINUTES).toISOString(),
      to: new Date(event_time.getTime() + MINUTES).toISOString(),
    }),
  })

/** The whole row in two lines, for a phone: what, then where and when. */
export const IN_SHORT: Column<StoredRow> = {
  title: <Zoned>Row, host and event</Zoned>,
  key: 'short',
  className: 'md:hidden short',
  cell: (row) => (
    <Link to={rowLink(row.id)} className="lead">
      <Value text={shortOf(row)} path={false} />
    </Link>
  ),
  below: (row) => (
    <>
      <Value text={row.hostname} /> · <EventTime at={row.event_time} source={row.event_source} />
    </>
  ),
}

const shortOf = ({ cells, raw }: StoredRow) => Object.values(cells).filter(Boolean).join(' · ') || raw.slice(0, 512)

/** When it happened, and the way to what else did around it. */
export const TIME: Column<StoredRow> = {
  title: 'Event',
  key: 'time',
  className: 'max-md:hidden value-cell',
  cell: (row) => (
    <Link to={rowLink(row.id)} className="lead">
      <EventTime at={row.event_time} source={row.event_source} />
    </Link>
  ),
  strip: {
    acts: ['window'],
    of: (row) => (
      <Link tabIndex={-1} data-act="window" to={windowOf(row)} title="This host, five minutes around">
        ±5
      </Link>
    ),
  },
}

/** Whose row it is. */
export const HOST: Column<StoredRow> = {
  title: 'Host',
  key: 'host',
  className: 'max-md:hidden',
  cell: (row) => (
    <Link className="n" to={`/hosts/${row.host_id}`}>
      <Value text={row.hostname} />
    </Link>
  ),
  holds: (row) => ({ column: 'host', text: row.hostname }),
}

/** What collected it. */
export const ARTIFACT: Column<StoredRow> = {
  title: 'Artifact',
  className: 'max-md:hidden',
  cell: (row) => row.artifact,
  holds: (row) => ({ column: 'artifact', text: row.artifact }),
}

/** The row where no field is a column. */
export const AS_IT_CAME: Column<StoredRow> = {
  title: 'Row as it came',
  className: 'max-md:hidden long',
  cell: (row) => <Value text={row.raw.slice(0, 513)} path={false} />,
}
