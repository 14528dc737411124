import { counted, number } from '#app/lib/format.ts'
import { rowsLink } from '#app/lib/row-links.ts'
import { type Column, DataTable } from './data-table.tsx'
import { Link } from './link.tsx'
import { Nothing } from './notice.tsx'
import { SectionHead } from './page-head.tsx'
import { Age, Time, Zoned } from './time.tsx'

export type Artifact = {
  artifact: string
  rows: number
  last_row_at: Date | null
  last_received_at: Date
  batch_id: number
}

/** What a host has answered of each artifact, and how fresh that is. */
export const HostArtifacts = ({ artifacts, hostId }: { artifacts: Artifact[]; hostId: number }) => (
  <>
    <SectionHead title="Artifacts" about={`${counted(artifacts.length, 'artifact')} answered by this host`} />
    <DataTable
      caption="Artifacts of this host"
      rows={artifacts}
      columns={columns(hostId)}
      rowKey={({ artifact }) => artifact}
      margin={{ title: 'Line', cell: (_, line) => line + 1 }}
      empty={
        <Nothing title="No rows of this host yet">They appear here with the first delivery that names it.</Nothing>
      }
    />
  </>
)

const columns = (hostId: number): Column<Artifact>[] => [
  {
    title: 'Artifact',
    cell: ({ artifact }) => (
      <Link className="lead" to={rowsLink({ artifact, hostId })}>
        {artifact}
      </Link>
    ),
  },
  {
    title: 'Rows',
    right: true,
    className: 'w-28',
    cell: ({ artifact, rows }) => (
      <Link className="n" to={rowsLink({ artifact, hostId })}>
        {number(rows)}
      </Link>
    ),
  },
  {
    title: <Zoned>Newest row</Zoned>,
    right: true,
    className: 'max-md:hidden w-40',
    cell: ({ last_row_at }) => <Time at={last_row_at} never="undated" />,
  },
  {
    title: 'Received',
    right: true,
    className: 'max-md:hidden w-24',
    cell: ({ last_received_at }) => <Age at={last_received_at} />,
  },
  {
    title: 'Newest delivery',
    right: true,
    className: 'max-lg:hidden w-36',
    cell: ({ batch_id }) => <Link to={`/deliveries/${batch_id}`}>delivery {batch_id}</Link>,
  },
]
