import { Form, useSearchParams } from '@remix-run/react'
import { type ReactNode, useEffect, useState } from 'react'
import { type AnyColumn, CALLED, drawnColumns, keyOf, ownColumns, useDrawnWidths } from '#app/lib/column-widths.ts'
import { narrowed, partIn } from '#app/lib/query-text.ts'
import { useSearchLink } from '#app/lib/search-link.ts'
import { stackLink } from '#app/lib/stack-link.ts'
import { useMayWrite, useTimes } from '#app/lib/viewer.ts'
import type { GridColumn, GridLayout, OwnColumn } from '#server/modules/exploring/schema.ts'
import { ColumnEdge } from './column-edge.tsx'
import { type Column, DataTable } from './data-table.tsx'
import { Link } from './link.tsx'
import { Notice } from './notice.tsx'
import { actsOn, Cell, CellDeeds, DecideForms, type Known, type Narrow } from './row-cell.tsx'
import { ARTIFACT, AS_IT_CAME, HOST, IN_SHORT, TIME } from './row-columns.tsx'
import { type Marks, RowMarks, StarButton, StarForm } from './row-marks.tsx'
import { orderedBy, SortLinks } from './row-sort.tsx'
import { OpenRow, type StoredRow } from './row-table.tsx'

type Grid = {
  rows: StoredRow[]
  columns: GridColumn[]
  own: OwnColumn[]
  lines: GridLayout['lines']
  open: string | null
  marks: Marks[]
  artifact: string | null
  /** By row and column, what the cell is; a cell that is nothing to follow is missing. */
  known: Record<string, Known>
}

const BOXES = 'column-boxes'

/** Rows as a grid: time, host, then the chosen fields; without an artifact, the row as it came. */
export function RowGrid({ rows, columns, own, lines, open, marks, artifact, known }: Grid) {
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
  const { drawn, pins, lost } = useColumns({ columns, own, artifact, known })
  const box = `scroll ${columns.length > 0 ? `fields ${lines} ${pins}` : ''}`
  const others = columns.length > 0 ? [] : [ARTIFACT, AS_IT_CAME]
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard
    <section className={box} tabIndex={0} aria-label="Rows, scrollable">
      {lost && (
        <Notice kind="warn" role="alert">
          The width of a column could not be kept. It stands so until the page is left.
        </Notice>
      )}
      <StarForm />
      <DecideForms />
      <BoxForm />
      <DataTable
        free
        caption="Rows"
        rows={rows}
        columns={[first(IN_SHORT), ...drawn.map((one) => (one.key === TIME.key ? first(one) : one)), ...others]}
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

type Asked = Pick<Grid, 'columns' | 'own' | 'artifact' | 'known'>

/** Time, host and the chosen fields as wide as they were drawn, those that stay at the left first. */
function useColumns({ columns, own, artifact, known }: Asked) {
  const [params] = useSearchParams()
  const { zone } = useTimes()
  const q = params.get('q')
  const sort = params.getAll('sort')
  const mayWrite = useMayWrite()
  const link = useSearchLink()
  const live = useLive() && columns.length > 0
  const narrow: Narrow = (term, how) => `/rows${link({ q: narrowed(q ?? '', term, how) })}`
  const named = params.getAll('columns').some(Boolean)
  const all = [...ownColumns(own), ...columns]
  const { columns: wide, draw, lost } = useDrawnWidths(all, named ? null : artifact)
  const { all: placed, pins } = drawnColumns(wide)
  const stack = (column: string) => stackLink({ artifact, columns: [column], q })
  const cells = { known, q, sort, narrow, stack, mayWrite, acts: actsOn(known, mayWrite) }
  const drawn = placed.map(({ column, className }) => {
    const edge = live && <Edge column={column} draw={draw} />
    return column.own ? leading({ column, className, edge, sort, zone }) : field({ column, className, edge, cells })
  })
  return { drawn, pins, lost }
}

type Drawing = { column: AnyColumn; draw: (column: AnyColumn, px: number) => void }

const Edge = ({ column, draw }: Drawing) => (
  <ColumnEdge
    name={column.own ? CALLED[column.name] : column.name}
    width={column.width}
    draw={(px) => draw(column, px)}
  />
)

type Leading = { column: OwnColumn; className: string; edge: ReactNode; sort: string[]; zone: string }

function leading({ column: { name }, className, edge, sort, zone }: Leading): Column<StoredRow> {
  const column = name === 'time' ? TIME : HOST
  return {
    ...column,
    title: (
      <>
        <SortLinks by={name} title={name === 'time' ? `Event (${zone})` : 'Host'} />
        {edge}
      </>
    ),
    className: `${column.className} ${className}`,
    ordered: orderedBy(sort, name),
  }
}

/** Whether scripts run here: an edge that nothing moves is none. */
function useLive(): boolean {
  const [live, setLive] = useState(false)
  useEffect(() => setLive(true), [])
  return live
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

type Cells = {
  known: Record<string, Known>
  q: string | null
  sort: string[]
  narrow: Narrow
  stack: (column: string) => string
  mayWrite: boolean
  /** What can be done somewhere with a value. */
  acts: string[]
}
type Field = {
  column: GridColumn
  className: string
  edge: ReactNode
  cells: Cells
}

const valueAt = (row: StoredRow, name: string, known: Record<string, Known>) => ({
  text: row.cells[name] ?? '',
  known: known[`${row.id} ${name}`] ?? null,
})

const field = ({ column, column: { name }, className, edge, cells }: Field): Column<StoredRow> => ({
  title: (
    <>
      <SortLinks column={name} />
      <span className="pick mouse" aria-hidden="true">
        <Link
          className="stacks"
          tabIndex={-1}
          draggable={false} // or it goes with the edge beside it
          data-act="stack"
          to={cells.stack(name)}
          title="Stack this column"
        />
      </span>
      {edge}
    </>
  ),
  key: keyOf(column),
  className: `max-md:hidden value-cell ${className}`,
  ordered: orderedBy(cells.sort, { column: name }),
  second: (
    <input
      key={cells.q}
      className="field box-over"
      form={BOXES}
      name={`over ${name}`}
      defaultValue={partIn(cells.q ?? '', name)?.typed ?? ''}
      placeholder="Filter, or /regex/"
      aria-label={`Filter ${name}`}
      data-act="filter"
      autoComplete="off"
      spellCheck={false}
    />
  ),
  cell: (row) => <Cell {...valueAt(row, name, cells.known)} />,
  strip: {
    acts: cells.acts,
    of: (row) => {
      const value = valueAt(row, name, cells.known)
      return value.text && <CellDeeds {...value} column={name} narrow={cells.narrow} mayWrite={cells.mayWrite} />
    },
  },
  holds: (row) => {
    const { text, known } = valueAt(row, name, cells.known)
    const held = { column: name, text: text.slice(0, 4096) }
    return known ? { ...held, type: known.type, value: known.value } : held
  },
})
