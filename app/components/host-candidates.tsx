import { type Column, DataTable } from './data-table.tsx'
import { Link } from './link.tsx'
import { Nothing } from './notice.tsx'
import { Age } from './time.tsx'
import { Value } from './value.tsx'

export type Candidate = {
  id: number
  hostname: string
  fqdn: string | null
  client_id: string | null
  machine_id: string | null
  os: string | null
  ip_address: string | null
  last_seen_at: Date
}
type Props = { hostId: number; candidates: Candidate[]; searched: boolean }

/** Hosts that may be the same machine, each leading to what a merge would bring together. */
export const HostCandidates = ({ hostId, candidates, searched }: Props) => (
  <DataTable
    caption="Hosts that may be the same"
    rows={candidates}
    columns={columns(hostId)}
    rowKey={({ id }) => id}
    margin={{ title: 'Line', cell: (_, line) => line + 1 }}
    empty={
      searched ? (
        <Nothing title="No other host matches">
          Names, also former ones, addresses, client ids and machine ids are searched. A merged host is not listed.
        </Nothing>
      ) : (
        <Nothing title="No other host bears its name or machine id">Find the other one by name, address or id.</Nothing>
      )
    }
  />
)

const Unknown = () => <span className="muted">unknown</span>

const columns = (hostId: number): Column<Candidate>[] => [
  {
    title: 'Host',
    cell: ({ id, hostname }) => (
      <Link className="lead" to={`/hosts/${hostId}/merge?with=${id}`}>
        <Value text={hostname} />
      </Link>
    ),
    below: ({ client_id, machine_id, os, ip_address }) =>
      [client_id ?? machine_id, os, ip_address].filter(Boolean).join(' · ') || 'known by its name only',
  },
  {
    title: 'Client or machine',
    className: 'max-md:hidden w-56',
    cell: ({ client_id, machine_id }) => {
      const id = client_id ?? machine_id
      return id ? <Value text={id} /> : <span className="muted">none</span>
    },
  },
  { title: 'Operating system', className: 'max-lg:hidden w-48', cell: ({ os }) => os ?? <Unknown /> },
  {
    title: 'Address',
    className: 'max-md:hidden w-40',
    cell: ({ ip_address }) => (ip_address ? <Value text={ip_address} /> : <Unknown />),
  },
  {
    title: 'Last seen',
    right: true,
    className: 'w-24',
    cell: ({ last_seen_at }) => <Age at={last_seen_at.getTime() > 0 ? last_seen_at : null} />,
  },
]
