import { number } from '#app/lib/format.ts'
import { rowsLink } from '#app/lib/row-links.ts'
import { type Column, DataTable } from './data-table.tsx'
import { Link } from './link.tsx'
import { SectionHead } from './page-head.tsx'
import { Time, Zoned } from './time.tsx'
import { Value } from './value.tsx'

export type Delivery = {
  id: number
  filename: string | null
  artifact: string | null
  created_at: Date
  stored: number
}

/** The newest deliveries that brought rows of a host. */
export const HostDeliveries = ({ deliveries, hostId }: { deliveries: Delivery[]; hostId: number }) => (
  <>
    <SectionHead title="Deliveries" about="the newest that brought rows of this host" />
    <DataTable
      caption="Deliveries with rows of this host"
      rows={deliveries}
      columns={columns(hostId)}
      rowKey={({ id }) => id}
      margin={{ title: 'Line', cell: (_, line) => line + 1 }}
    />
  </>
)

const columns = (hostId: number): Column<Delivery>[] => [
  {
    title: 'Delivery',
    cell: ({ id, filename, artifact }) => (
      <Link className="lead" to={`/deliveries/${id}`}>
        <Value text={filename ?? artifact ?? `delivery ${id}`} />
      </Link>
    ),
  },
  {
    title: 'Rows of this host',
    right: true,
    className: 'w-36',
    cell: ({ id }) => <Link to={rowsLink({ hostId, batchId: id })}>open</Link>,
  },
  {
    title: 'Rows stored',
    right: true,
    className: 'max-md:hidden w-28',
    cell: ({ stored }) => number(stored),
  },
  {
    title: <Zoned>Received</Zoned>,
    right: true,
    className: 'max-md:hidden w-36',
    cell: (one) => <Time at={one.created_at} />,
  },
]
