import { useSearchParams } from '@remix-run/react'
import { X } from '#app/components/icons.tsx'
import { rowLink } from '#app/lib/row-links.ts'
import type { TimeSource } from '#server/modules/columns/schema.ts'
import { CopyButton } from './copy.tsx'
import { Link } from './link.tsx'
import { SectionHead } from './page-head.tsx'
import { Pick } from './pick.tsx'
import { Pairs } from './record.tsx'
import { DecodedFields, type Neighbours, RowsAround } from './row-around.tsx'
import { type Notes, RowNotes } from './row-notes.tsx'
import type { StoredRow } from './row-table.tsx'
import { FullTime } from './time.tsx'
import { Value, WholeValue } from './value.tsx'

export type RowTime = { at: Date; label: string; doubt: string | null; source: TimeSource | null }
export type FullRow = StoredRow & {
  batch_id: number
  line: number
  flow_id: string | null
  hunt_id: string
  times: RowTime[]
}

const PREVIEW_CAP = 8000

/** One row beside the grid: facts, fields in full, the row as it came. */
export function RowPreview({ row, notes, around }: { row: FullRow; notes: Notes; around?: Neighbours | null }) {
  const to = new URLSearchParams(useSearchParams()[0])
  to.delete('row')
  return (
    <aside className="preview" aria-label="Row preview">
      <div className="flex items-center gap-2 py-1.5">
        <h2 className="flex-1">Row</h2>
        <Link className="btn quiet" to={rowLink(row.id)}>
          Open page
        </Link>
        <Link className="btn quiet icon" to={`?${to}`} aria-label="Close preview" data-act="back" preventScrollReset>
          <X aria-hidden="true" />
        </Link>
      </div>
      <RowNotes row={row.id} notes={notes} />
      <RowBody row={row} cap={PREVIEW_CAP} around={around} />
    </aside>
  )
}

/** Everything a stored row is: where it was seen, its fields, its exact text, and how it came. */
export const RowBody = ({ row, cap, around }: { row: FullRow; cap: number; around?: Neighbours | null }) => (
  <>
    <Pairs
      pairs={{
        Host: (
          <Link className="link" to={`/hosts/${row.host_id}`}>
            <Value text={row.hostname} />
          </Link>
        ),
        Artifact: <Value text={row.artifact} />,
        Event: row.event_time ? (
          <FullTime at={row.event_time} source={row.event_source} />
        ) : (
          <span className="muted">undated</span>
        ),
        ...(row.times.length > 0 ? { Times: <Times times={row.times} /> } : {}),
        Stored: <FullTime at={row.ingested_at} />,
      }}
    />
    <SectionHead title="Fields" />
    <Pairs
      pairs={Object.fromEntries(
        Object.entries(row.cells).map(([name, value]) => [
          name,
          <span key={name}>
            <WholeValue text={value} />
            <Pick column={name} value={value} />
          </span>,
        ]),
      )}
    />
    <DecodedFields cells={row.cells} />
    {around && <RowsAround row={row.id} around={around} />}
    <SectionHead title="Row as it came">
      <span className="ml-auto">
        <CopyButton text={row.raw} name="Copy" className="btn quiet" />
      </span>
    </SectionHead>
    {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys */}
    <section className="raw" aria-label="Text" tabIndex={0}>
      <WholeValue text={row.raw} cap={cap} block />
    </section>
    <p className="muted pt-2">
      <Link className="num" to={`/deliveries/${row.batch_id}`}>
        Delivery {row.batch_id}
      </Link>
      , line {row.line.toLocaleString('en-US')}
      {row.flow_id && (
        <>
          , flow <Value text={row.flow_id} />
        </>
      )}
      {row.hunt_id && (
        <>
          , hunt <Value text={row.hunt_id} />
        </>
      )}
    </p>
  </>
)

/** Every time a row bears, by what it is of; those that can hardly be true say why. */
const Times = ({ times }: { times: RowTime[] }) => (
  <ul>
    {times.map(({ at, label, doubt, source }, index) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: a program may have run twice in one millisecond
      <li key={index}>
        <span className="muted">
          <Value text={label} path={false} />
        </span>{' '}
        <FullTime at={at} source={source} />
        {doubt && <span className="muted"> doubtful: {doubt}</span>}
      </li>
    ))}
  </ul>
)
