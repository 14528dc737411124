import { ChevronRight } from '#app/components/icons.tsx'
import { rowLink } from '#app/lib/row-links.ts'
import type { TimeSource } from '#server/modules/columns/schema.ts'
import { type Column, DataTable } from './data-table.tsx'
import { Link } from './link.tsx'
import { EventTime, Zoned } from './time.tsx'
import { Value } from './value.tsx'

export type StoredRow = {
  id: string
  host_id: number
  hostname: string
  artifact: string
  event_time: Date | null
  event_source: TimeSource | null
  ingested_at: Date
  cells: Record<string, string>
  raw: string
}

const COLUMNS: Column<StoredRow>[] = [
  {
    title: 'Artifact',
    className: 'md:w-64',
    cell: (row) => (
      <Link to={rowLink(row.id)} className="lead">
        {row.artifact}
      </Link>
    ),
  },
  {
    title: 'Row as it came',
    className: 'max-md:hidden',
    cell: (row) => <Value text={row.raw.slice(0, 513)} path={false} />,
  },
  {
    title: <Zoned>Event</Zoned>,
    right: true,
    className: 'w-40',
    cell: (row) => <EventTime at={row.event_time} source={row.event_source} />,
  },
]

/** A few rows of mixed artifacts, as they came. */
export const RowTable = ({ rows, caption }: { rows: StoredRow[]; caption: string }) => (
  <DataTable
    caption={caption}
    rows={rows}
    columns={COLUMNS}
    rowKey={(row) => row.id}
    margin={{ title: 'Open', cell: (row) => <OpenRow id={row.id} /> }}
  />
)

type Opened = { id: string; to?: string; className?: string; act?: 'open' | 'preview' }

/** The link in a row's margin that opens it. */
export const OpenRow = ({ id, to, className, act }: Opened) => (
  <Link
    className={className}
    to={to ?? rowLink(id)}
    aria-label="Open row"
    data-act={act}
    preventScrollReset={to !== undefined}
  >
    <ChevronRight aria-hidden="true" />
  </Link>
)
