import { duration, number, span } from '#app/lib/format.ts'
import { Sparkline } from './charts/sparkline.tsx'
import { type Column, DataTable } from './data-table.tsx'
import { Link } from './link.tsx'
import { Age } from './time.tsx'
import { Value } from './value.tsx'

export type SourcePulse = {
  id: number
  name: string
  kind: string
  last_at: Date | null
  lag_seconds: number | null
  silent_after_minutes: number | null
  expect_every_minutes: number | null
  days: { day: string; rows: number }[]
}

const total = ({ days }: SourcePulse) => days.reduce((sum, { rows }) => sum + rows, 0)

const COLUMNS: Column<SourcePulse>[] = [
  {
    title: 'Source',
    cell: (source) => (
      <Link className="lead" to={`/deliveries?sourceId=${source.id}`}>
        <Value text={source.name} />
      </Link>
    ),
    below: (source) => (
      <>
        {number(total(source))} rows, <Age at={source.last_at} />
      </>
    ),
  },
  { title: 'Kind', className: 'max-lg:hidden w-24', cell: (source) => source.kind },
  {
    title: 'Rows per day, 14 days (UTC)',
    className: 'w-44',
    cell: (source) => <Sparkline days={source.days} name={source.name} />,
  },
  { title: 'Rows', right: true, className: 'max-md:hidden w-24', cell: (source) => number(total(source)) },
  {
    title: 'Events were',
    right: true,
    className: 'max-lg:hidden w-28',
    cell: ({ lag_seconds }) =>
      lag_seconds === null ? (
        <span className="muted">undated</span>
      ) : (
        `${duration(Math.max(0, lag_seconds) * 1000)} old`
      ),
  },
  {
    title: 'Silent after',
    right: true,
    className: 'max-xl:hidden w-32',
    cell: ({ silent_after_minutes: minutes, expect_every_minutes }) =>
      minutes === null ? (
        <span className="muted">no habit yet</span>
      ) : (
        `${span(minutes)}${expect_every_minutes === null ? '' : ', as set'}`
      ),
  },
  {
    title: 'Last delivery',
    right: true,
    className: 'max-md:hidden w-28',
    cell: (source) => <Age at={source.last_at} />,
  },
]

/** How each source delivers: rows per day, how old its newest event was when it came, when it was last heard. */
export const SourcePulseTable = ({ sources }: { sources: SourcePulse[] }) => (
  <DataTable
    caption="Sources: rows per day, lag and last delivery"
    rows={sources}
    columns={COLUMNS}
    rowKey={(source) => source.id}
    margin={{ title: 'Line', cell: (_, line) => line + 1 }}
  />
)
