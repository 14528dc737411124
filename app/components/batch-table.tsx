import type { ReactNode } from 'react'
import { bytes, number } from '#app/lib/format.ts'
import { rowsLink } from '#app/lib/row-links.ts'
import { type Column, DataTable, type Sorted } from './data-table.tsx'
import { Link } from './link.tsx'
import { type Loading, LoadProgress } from './load-progress.tsx'
import { type BatchState, StateMark, stateTone, stateWord } from './states.tsx'
import { Time, Zoned } from './time.tsx'
import { Value } from './value.tsx'

export type Batch = Loading & {
  state: BatchState
  artifact: string | null
  hostname: string | null
  filename: string | null
  received: number
  stored: number
  duplicate: number
  rejected: number
  error: string | null
  source_name: string | null
  created_by_name: string | null
  created_at: Date
}

const Sign = ({ sign }: { sign: string }) => (
  <span className="sign" aria-hidden="true">
    {sign}
  </span>
)

const Count = ({ value, to }: { value: number; to?: string }) =>
  value === 0 ? (
    <span className="zero">0</span>
  ) : to ? (
    <Link className="n" to={to}>
      {number(value)}
    </Link>
  ) : (
    number(value)
  )

const COLUMNS: Column<Batch>[] = [
  {
    title: 'Delivery',
    cell: (batch) => (
      <Link className="lead" to={`/deliveries/${batch.id}`}>
        {batch.filename ? <Value text={batch.filename} /> : `Delivery ${batch.id}`}
      </Link>
    ),
    beneath: (batch) => (batch.state === 'loading' ? <LoadProgress batch={batch} /> : null),
    below: (batch) =>
      `${word(batch)} · ${number(batch.stored)} stored${batch.rejected ? `, ${number(batch.rejected)} rejected` : ''}`,
  },
  { title: 'State', className: 'max-md:hidden w-28', cell: (batch) => <StateName batch={batch} /> },
  {
    title: 'Through',
    className: 'max-xl:hidden w-36',
    cell: (batch) => <Value text={batch.source_name ?? batch.created_by_name ?? ''} />,
  },
  { title: 'Size', right: true, className: 'max-lg:hidden w-20', cell: (batch) => bytes(batch.bytes) },
  {
    key: 'received',
    title: (
      <>
        Received
        <Sign sign="=" />
      </>
    ),
    right: true,
    className: 'max-md:hidden w-28',
    cell: (batch) => <Count value={batch.received} />,
  },
  {
    key: 'stored',
    title: (
      <>
        stored
        <Sign sign="+" />
      </>
    ),
    right: true,
    className: 'max-md:hidden w-24',
    cell: (batch) => <Count value={batch.stored} to={rowsLink({ batchId: batch.id })} />,
  },
  {
    key: 'duplicate',
    title: (
      <>
        duplicate
        <Sign sign="+" />
      </>
    ),
    right: true,
    className: 'max-md:hidden w-24',
    cell: (batch) => <Count value={batch.duplicate} />,
  },
  {
    title: 'rejected',
    right: true,
    className: 'max-md:hidden w-24',
    cell: (batch) => <Count value={batch.rejected} to={`/deliveries/${batch.id}#rejected`} />,
  },
  {
    title: <Zoned>Arrived</Zoned>,
    key: 'arrived',
    right: true,
    className: 'w-32',
    cell: (batch) => <Time at={batch.created_at} />,
  },
]

const word = ({ state, progress_pct }: Batch) =>
  state === 'loading' && progress_pct !== null ? `loading ${progress_pct}%` : stateWord(state)

// The mark stands in the margin already: here its word alone.
const StateName = ({ batch }: { batch: Batch }) => (
  <span className={`state ${stateTone(batch.state)}`}>{word(batch)}</span>
)

const BESIDE = new Set(['Through', 'Size'])

type Props = { batches: Batch[]; empty: ReactNode; sorted?: Sorted; beside?: true }

/** The ledger: one line per delivery, and its balance. `beside` another column it is narrower. */
export const BatchTable = ({ batches, sorted, empty, beside }: Props) => (
  <DataTable
    caption="Deliveries: received = stored + duplicate + rejected"
    rows={batches}
    columns={COLUMNS.filter(({ title }) => !beside || !BESIDE.has(String(title))).map((column) =>
      sorted && column.key === 'arrived' ? { ...column, sort: 'created_at' } : column,
    )}
    rowKey={(batch) => batch.id}
    margin={{ title: 'State', cell: (batch) => <StateMark state={batch.state} /> }}
    empty={empty}
    {...(sorted ? { sorted } : {})}
  />
)
