import { DataTable } from '#app/components/data-table.tsx'
import { Link } from '#app/components/link.tsx'
import { Nothing } from '#app/components/notice.tsx'
import { SectionHead } from '#app/components/page-head.tsx'
import { Time, Zoned } from '#app/components/time.tsx'
import { counted, number } from '#app/lib/format.ts'
import { rowsLink } from '#app/lib/row-links.ts'

export type KnownArtifact = { artifact: string; rows: number; hosts: number; last_received_at: Date }

const STARTS: [title: string, q: string][] = [
  ['All rows, newest first', '*'],
  ['Of the last 24 hours', 'time:last 24 hours'],
  ['Of the last 7 days', 'time:last 7 days'],
  ['Received today', 'received:today'],
  ['Undated', 'NOT time:*'],
]

/** Where a search begins while nothing is asked yet: what there is, from the records. No row is read for it. */
export function Landing({ artifacts }: { artifacts: KnownArtifact[] }) {
  if (artifacts.length === 0) return <NoRows />
  const rows = artifacts.reduce((sum, one) => sum + one.rows, 0)
  return (
    <>
      <p className="pt-2 pb-1">
        <b>{counted(rows, 'row')}</b> of {counted(artifacts.length, 'artifact')}. Ask above, choose an artifact, or
        begin with
      </p>
      <p className="starts">
        {STARTS.map(([title, q]) => (
          <Link key={q} className="btn" to={rowsLink({ q })}>
            {title}
          </Link>
        ))}
      </p>
      <SectionHead title="Artifacts" />
      <DataTable
        caption="Artifacts"
        rows={artifacts}
        rowKey={({ artifact }) => artifact}
        columns={[
          {
            title: 'Artifact',
            cell: ({ artifact }) => (
              <Link className="lead" to={rowsLink({ artifact })} data-act="open">
                {artifact}
              </Link>
            ),
            below: ({ hosts }) => counted(hosts, 'host'),
          },
          { title: 'Hosts', right: true, className: 'w-24 max-md:hidden', cell: ({ hosts }) => number(hosts) },
          {
            title: 'Rows',
            right: true,
            className: 'w-28',
            cell: ({ artifact, rows: n }) => (
              <Link className="n" to={rowsLink({ artifact })}>
                {number(n)}
              </Link>
            ),
          },
          {
            title: <Zoned>Last received</Zoned>,
            className: 'w-40 max-md:hidden',
            cell: ({ last_received_at }) => <Time at={last_received_at} />,
          },
        ]}
      />
    </>
  )
}

export const NoRows = () => (
  <Nothing
    title="No rows yet"
    actions={
      <Link className="btn primary" to="/deliveries">
        Upload a file
      </Link>
    }
  >
    Rows stand here as soon as a first delivery is loaded.
  </Nothing>
)
