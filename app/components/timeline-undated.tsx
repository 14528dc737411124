import { number } from '#app/lib/format.ts'
import { rowLink } from '#app/lib/row-links.ts'
import { Link } from './link.tsx'
import { SectionHead } from './page-head.tsx'
import { type Cell, EventCell } from './timeline-cell.tsx'
import { Value } from './value.tsx'

export type UndatedRow = { row: string; hostname: string; artifact: string; cells: Cell[] }
type Undated = { rows: UndatedRow[]; total: number; all: string; marked: string | null }

/** Rows that bear no time, beside the events and never among them: the newest stored, and how many there are. */
export const TimelineUndated = ({ rows, total, all, marked }: Undated) => (
  <aside aria-label="Undated rows">
    <SectionHead title="Undated">
      <Link className="link" to={all}>
        {`All ${number(total)}`}
      </Link>
    </SectionHead>
    <p className="muted pb-1">
      These rows bear no time, so no window holds them.{' '}
      {total > rows.length && `The ${number(rows.length)} stored last:`}
    </p>
    <ul className="undated">
      {rows.map(({ row, hostname, artifact, cells }) => (
        <li key={row} aria-current={row === marked || undefined}>
          {cells.map((cell, at) => (
            <EventCell key={cell.column} cell={cell} first={at === 0} />
          ))}
          <br />
          <Link className="link inline-block min-h-6" to={rowLink(row)}>
            {artifact}
          </Link>{' '}
          <span className="muted">
            on <Value text={hostname} />
          </span>
        </li>
      ))}
    </ul>
  </aside>
)
