import { useSearchParams } from '@remix-run/react'
import { rowLink } from '#app/lib/row-links.ts'
import { type Column, DataTable } from './data-table.tsx'
import { Link } from './link.tsx'
import { Pick } from './pick.tsx'
import { type Marks, RowMarks, StarButton, StarForm } from './row-marks.tsx'
import { OpenRow, type StoredRow } from './row-table.tsx'
import { EventTime } from './time.tsx'
import { Value } from './value.tsx'

type Grid = { rows: StoredRow[]; columns: string[]; open: string | null; marks: Marks[] }

/** Rows as a grid: time, host, then the chosen fields; without an artifact, the row as it came. */
export function RowGrid({ rows, columns, open, marks }: Grid) {
  const noted = new Map(marks.map((one) => [one.row_id, one]))
  const first = (column: Column<StoredRow>) => ({
    ...column,
    beneath: (row: StoredRow) => <RowMarks row={row.id} marks={noted.get(row.id)} />,
  })
  const [params] = useSearchParams()
  const preview = (id: string) => {
    const to = new URLSearchParams(params)
    to.set('row', id)
    return `?${to}`
  }
  const fields: Column<StoredRow>[] = columns.length > 0 ? columns.map(field) : [ARTIFACT, AS_IT_CAME]
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard
    <section className="scroll" tabIndex={0} aria-label="Rows, scrollable">
      <StarForm />
      <DataTable
        free
        caption="Rows"
        rows={rows}
        columns={[first(IN_SHORT), first(TIME), HOST, ...fields]}
        rowKey={(row) => row.id}
        isCurrent={(row) => row.id === open}
        // The preview stands beside the grid where there is room for it; elsewhere a row is a page.
        margin={{
          title: 'Star and open',
          wide: true,
          cell: (row) => (
            <span className="pair">
              <StarButton row={row.id} marks={noted.get(row.id)} />
              <OpenRow className="max-xl:hidden" act="preview" id={row.id} to={preview(row.id)} />
              <OpenRow className="xl:hidden" act="open" id={row.id} />
            </span>
          ),
        }}
      />
    </section>
  )
}

/** The whole row in two lines, for a phone: what, then where and when. */
const IN_SHORT: Column<StoredRow> = {
  title: 'Row, host and event (UTC)',
  className: 'md:hidden short',
  cell: (row) => (
    <Link to={rowLink(row.id)} className="lead">
      <Value text={shortOf(row)} path={false} />
    </Link>
  ),
  below: (row) => (
    <>
      <Value text={row.hostname} /> · <EventTime at={row.event_time} />
    </>
  ),
}

const shortOf = ({ cells, raw }: StoredRow) => Object.values(cells).filter(Boolean).join(' · ') || raw.slice(0, 512)

const TIME: Column<StoredRow> = {
  title: 'Event (UTC)',
  className: 'max-md:hidden',
  cell: (row) => (
    <Link to={rowLink(row.id)} className="lead">
      <EventTime at={row.event_time} />
    </Link>
  ),
}

const HOST: Column<StoredRow> = {
  title: 'Host',
  className: 'max-md:hidden',
  cell: (row) => (
    <Link className="n" to={`/hosts/${row.host_id}`}>
      <Value text={row.hostname} />
    </Link>
  ),
}

const ARTIFACT: Column<StoredRow> = { title: 'Artifact', className: 'max-md:hidden', cell: (row) => row.artifact }

const AS_IT_CAME: Column<StoredRow> = {
  title: 'Row as it came',
  className: 'max-md:hidden long',
  cell: (row) => <Value text={row.raw.slice(0, 513)} path={false} />,
}

const field = (name: string): Column<StoredRow> => ({
  title: <span className="val">{name}</span>,
  key: `field-${name}`,
  className: 'max-md:hidden value-cell',
  cell: ({ cells: { [name]: text } }) =>
    text ? (
      <>
        <Value text={text} />
        <Pick mouse column={name} value={text} />
      </>
    ) : (
      <span className="muted">empty</span>
    ),
})
