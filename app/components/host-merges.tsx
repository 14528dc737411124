import { Confirm } from './confirm.tsx'
import { type Column, DataTable } from './data-table.tsx'
import { SectionHead } from './page-head.tsx'
import { Age, Time, Zoned } from './time.tsx'
import { Value } from './value.tsx'

export type Merged = {
  id: number
  hostname: string
  client_id: string | null
  last_seen_at: Date
  into_id: number
  into_hostname: string
  reason: string
  merged_by_name: string
  merged_at: Date
}
type Props = { host: { id: number; hostname: string }; merged: Merged[]; mayWrite: boolean }

/** The hosts that a host stands for: why, who found it, and the way back. */
export const HostMerges = ({ host, merged, mayWrite }: Props) => (
  <>
    <SectionHead title="Merged into this host" about="their rows, facts and labels are read with its own" />
    <DataTable
      caption="Hosts merged into this one"
      rows={merged}
      columns={columns(host, mayWrite)}
      rowKey={({ id }) => id}
      margin={{ title: 'Line', cell: (_, line) => line + 1 }}
    />
  </>
)

const columns = (host: Props['host'], mayWrite: boolean): Column<Merged>[] => [
  {
    title: 'Host',
    className: 'md:w-48',
    cell: ({ hostname }) => <Value text={hostname} />,
    below: ({ reason, merged_by_name }) => `${reason} (${merged_by_name})`,
  },
  {
    title: 'Client',
    className: 'max-lg:hidden w-48',
    cell: ({ client_id }) => (client_id ? <Value text={client_id} /> : <span className="muted">none</span>),
  },
  {
    title: 'Reason',
    className: 'max-md:hidden',
    cell: (one) => (
      <>
        <Value text={one.reason} path={false} />
        {one.into_id !== host.id && <span className="muted"> (into {one.into_hostname})</span>}
      </>
    ),
  },
  { title: 'By', className: 'max-lg:hidden w-32', cell: (one) => <Value text={one.merged_by_name} path={false} /> },
  {
    title: <Zoned>Merged</Zoned>,
    right: true,
    className: 'max-md:hidden w-32',
    cell: (one) => <Time at={one.merged_at} />,
  },
  { title: 'Last seen', right: true, className: 'max-md:hidden w-24', cell: (one) => <Age at={one.last_seen_at} /> },
  ...(mayWrite
    ? [
        {
          title: 'Undo',
          right: true as const,
          className: 'w-24',
          cell: (one: Merged) => (
            <Confirm ask="Split" act="Split the hosts" intent="split" id={one.id} kind="plain">
              <b>{one.hostname}</b> becomes a host of its own again, with what was its own. Nothing is lost, and it can
              be merged again.
            </Confirm>
          ),
        },
      ]
    : []),
]
