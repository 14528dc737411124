import { Form, useSearchParams } from '@remix-run/react'
import { narrowed, partIn } from '#app/lib/query-text.ts'
import { rowLink, rowsLink } from '#app/lib/row-links.ts'
import { useSearchLink } from '#app/lib/search-link.ts'
import { useMayWrite } from '#app/lib/viewer.ts'
import type { Width } from '#server/modules/exploring/schema.ts'
import { type Column, DataTable } from './data-table.tsx'
import { Link } from './link.tsx'
import { Cell, DecideForms, type Known, type Narrow } from './row-cell.tsx'
import { type Marks, RowMarks, StarButton, StarForm } from './row-marks.tsx'
import { orderedBy, SortLinks } from './row-sort.tsx'
import { OpenRow, type StoredRow } from './row-table.tsx'
import { EventTime } from './time.tsx'
import { Value } from './value.tsx'

export type GridColumn = { name: string; width: Width }
type Grid = {
  rows: StoredRow[]
  columns: GridColumn[]
  open: string | null
  marks: Marks[]
  artifact: string | null
  /** By row and column, what the cell is; a cell that is nothing to follow is missing. */
  known: Record<string, Known>
}

const BOXES = 'column-boxes'

/** Rows as a grid: time, host, then the chosen fields; without an artifact, the row as it came. */
export function RowGrid({ rows, columns, open, marks, artifact, known }: Grid) {
  const noted = new Map(marks.map((one) => [one.row_id, one]))
  const first = (column: Column<StoredRow>) => ({
    ...column,
    beneath: (row: StoredRow) => <RowMarks row={row.id} marks={noted.get(row.id)} />,
  })
  const [params] = useSearchParams()
  const q = params.get('q')
  const sort = params.getAll('sort')
  const mayWrite = useMayWrite()
  const link = useSearchLink()
  const narrow: Narrow = (term, how) => `/rows${link({ q: narrowed(q ?? '', term, how) })}`
  const preview = (id: string) => {
    const to = new URLSearchParams(params)
    to.set('row', id)
    return `?${to}`
  }
  const fields: Column<StoredRow>[] =
    columns.length > 0
      ? columns.map((column) => field({ column, artifact, known, q, sort, narrow, mayWrite }))
      : [ARTIFACT, AS_IT_CAME]
  const host = { ...HOST, title: <SortLinks by="host" title="Host" />, ordered: orderedBy(sort, 'host') }
  const time = { ...TIME, title: <SortLinks by="time" title="Event (UTC)" />, ordered: orderedBy(sort, 'time') }
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard
    <section className="scroll" tabIndex={0} aria-label="Rows, scrollable">
      <StarForm />
      <DecideForms />
      <BoxForm />
      <DataTable
        free
        caption="Rows"
        rows={rows}
        columns={[first(IN_SHORT), first(time), host, ...fields]}
        rowKey={(row) => row.id}
        isCurrent={(row) => row.id === open}
        secondMargin={
          <button type="submit" form={BOXES} className="btn quiet" title="Apply the boxes of the columns">
            Go
          </button>
        }
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

/** The one form behind the boxes over the columns; what they say becomes part of the query. */
function BoxForm() {
  const [params] = useSearchParams()
  const kept = [...params].filter(([name]) => !['row', 'cursor', 'at', 'deed'].includes(name))
  return (
    <Form id={BOXES} method="get" preventScrollReset>
      {kept.map(([name, value], at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: an address may name a thing twice
        <input key={at} type="hidden" name={name} value={value} />
      ))}
    </Form>
  )
}

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
  key: 'time',
  className: 'max-md:hidden value-cell',
  cell: (row) => (
    <>
      <Link to={rowLink(row.id)} className="lead">
        <EventTime at={row.event_time} />
      </Link>
      <span className="pick mouse">
        <Link
          tabIndex={-1}
          aria-hidden="true"
          data-act="window"
          to={windowOf(row)}
          title="This host, five minutes around"
        >
          ±5
        </Link>
      </span>
    </>
  ),
}

const HOST: Column<StoredRow> = {
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

const ARTIFACT: Column<StoredRow> = {
  title: 'Artifact',
  className: 'max-md:hidden',
  cell: (row) => row.artifact,
  holds: (row) => ({ column: 'artifact', text: row.artifact }),
}

const AS_IT_CAME: Column<StoredRow> = {
  title: 'Row as it came',
  className: 'max-md:hidden long',
  cell: (row) => <Value text={row.raw.slice(0, 513)} path={false} />,
}

type Field = {
  column: GridColumn
  artifact: string | null
  known: Record<string, Known>
  q: string | null
  sort: string[]
  narrow: Narrow
  mayWrite: boolean
}

const field = ({ column: { name, width }, artifact, known, q, sort, narrow, mayWrite }: Field): Column<StoredRow> => ({
  title: <SortLinks column={name} />,
  key: `field-${name}`,
  className: `max-md:hidden value-cell w-${width}`,
  ordered: orderedBy(sort, { column: name }),
  second: (
    <input
      key={q}
      className="field box-over"
      form={BOXES}
      name={`over ${name}`}
      defaultValue={partIn(q ?? '', name)?.typed ?? ''}
      placeholder="Filter, or /regex/"
      aria-label={`Filter ${name}`}
      data-act="filter"
      autoComplete="off"
      spellCheck={false}
    />
  ),
  cell: (row) => (
    <Cell
      artifact={artifact}
      column={name}
      text={row.cells[name] ?? ''}
      known={known[`${row.id} ${name}`] ?? null}
      q={q}
      narrow={narrow}
      mayWrite={mayWrite}
    />
  ),
  holds: (row) => {
    const what = known[`${row.id} ${name}`]
    const held = { column: name, text: (row.cells[name] ?? '').slice(0, 4096) }
    return what ? { ...held, type: what.type, value: what.value } : held
  },
})
