import { type ReactNode, useRef } from 'react'
import { ArrowDown, ArrowUp } from '#app/components/icons.tsx'
import { useSearchLink } from '#app/lib/search-link.ts'
import { CellStrips } from './cell-strip.tsx'
import { Link } from './link.tsx'

export type Column<Row> = {
  title: ReactNode
  key?: string
  cell: (row: Row) => ReactNode
  /** The second line of the cell on a phone, where lower columns are away. */
  below?: (row: Row) => ReactNode
  /** A further line of the cell at every width. */
  beneath?: (row: Row) => ReactNode
  sort?: string
  firstDir?: 'asc' | 'desc'
  right?: true
  /** A class that gives the width, or takes the column away on a phone. */
  className?: string
  wrap?: true
  /** What stands under the head: a box that filters the column. */
  second?: ReactNode
  /** Where the title itself sorts: which way it does. */
  ordered?: 'ascending' | 'descending' | undefined
  /** What the cell holds, for the keyboard and for what acts on a value: its column, and its text as it came. */
  holds?: (row: Row) => { column: string; text: string; type?: string; value?: string }
  /** What can be done with the cell's value, drawn where the mouse or the cursor stands; `acts` says what that is. */
  strip?: { acts: string[]; of: (row: Row) => ReactNode }
}
export type Sorted = { sort: string; dir: 'asc' | 'desc' }
type Table<Row> = {
  caption: string
  rows: Row[]
  columns: Column<Row>[]
  rowKey: (row: Row) => string | number
  margin?: { title: string; wide?: true; cell: (row: Row, line: number) => ReactNode }
  sorted?: Sorted
  isCurrent?: (row: Row) => boolean
  foot?: ReactNode
  empty?: ReactNode
  free?: true
  secondMargin?: ReactNode
}

/** Rows of one page. Sort and cursor live in the address, so the table has no state. */
export function DataTable<Row>(table: Table<Row>) {
  const { caption, rows, columns, rowKey, margin, sorted, isCurrent, foot, empty, free, secondMargin } = table
  const drawn = useRef<HTMLTableElement>(null)
  const strip = (line: number, at: number) => {
    const [row, column] = [rows[line], columns[margin ? at - 1 : at]]
    return row && column?.strip?.of(row)
  }
  return (
    <>
      <table className={free ? 'ledger free' : 'ledger'} data-grid="cells" ref={drawn}>
        <caption className="sr-only">{caption}</caption>
        <thead>
          <tr>
            {margin && (
              <th scope="col" className={margin.wide ? 'margin wide' : 'margin'}>
                <span className="sr-only">{margin.title}</span>
              </th>
            )}
            {columns.map((column, at) => (
              <Head key={keyOf(column, at)} column={column} sorted={sorted} />
            ))}
          </tr>
          {columns.some(({ second }) => second) && (
            <tr className="second">
              {margin && <td className="margin">{secondMargin}</td>}
              {columns.map((column, at) => (
                <td key={keyOf(column, at)} className={classOf(column)}>
                  {column.second}
                </td>
              ))}
            </tr>
          )}
        </thead>
        <tbody>
          {rows.map((row, line) => (
            <tr key={rowKey(row)} data-row={rowKey(row)} aria-current={isCurrent?.(row) || undefined}>
              {margin && <td className="margin">{margin.cell(row, line)}</td>}
              {columns.map((column, at) => (
                <td key={keyOf(column, at)} className={classOf(column)} {...heldBy(column, row)}>
                  {column.cell(row)}
                  {column.below && <div className="below">{column.below(row)}</div>}
                  {column.beneath?.(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
        {foot && rows.length > 0 && <tfoot>{foot}</tfoot>}
      </table>
      {rows.length === 0 && empty}
      {columns.some((column) => column.strip) && <CellStrips table={drawn} of={strip} />}
    </>
  )
}

function Head<Row>({ column, sorted }: { column: Column<Row>; sorted: Sorted | undefined }) {
  const link = useSearchLink()
  const { sort, firstDir = 'desc', title, ordered } = column
  const dir = sort && sorted?.sort === sort ? sorted.dir : undefined
  const next = dir ? (dir === 'asc' ? 'desc' : 'asc') : firstDir
  const Arrow = dir === 'asc' ? ArrowUp : ArrowDown
  return (
    <th
      scope="col"
      className={classOf(column)}
      data-offers={column.strip?.acts.join(' ')}
      aria-sort={dir ? (dir === 'asc' ? 'ascending' : 'descending') : ordered}
    >
      {sort ? (
        <Link to={link({ sort, dir: next })} preventScrollReset>
          {title}
          {dir && <Arrow aria-hidden="true" />}
        </Link>
      ) : (
        title
      )}
    </th>
  )
}

function heldBy<Row>({ holds }: Column<Row>, row: Row) {
  if (!holds) return {}
  const { column, text, type, value } = holds(row)
  return { 'data-column': column, 'data-text': text, 'data-type': type, 'data-value': value }
}

const keyOf = <Row,>(column: Column<Row>, at: number) =>
  column.key ?? (typeof column.title === 'string' ? column.title : at)

const classOf = <Row,>({ className, right, wrap }: Column<Row>) =>
  [className, right && 'r', wrap && 'wrap'].filter(Boolean).join(' ') || undefined
