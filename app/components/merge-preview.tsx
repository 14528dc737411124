import type { ReactNode } from 'react'
import { number } from '#app/lib/format.ts'
import { type Column, DataTable } from './data-table.tsx'
import { Link } from './link.tsx'
import { SectionHead } from './page-head.tsx'
import { Time, Zoned } from './time.tsx'
import { Value } from './value.tsx'

export type Side = {
  id: number
  hostname: string
  fqdn: string | null
  client_id: string | null
  machine_id: string | null
  os: string | null
  ip_address: string | null
  first_seen_at: Date | null
  last_seen_at: Date
  artifacts: number
  rows: number
  labels: string[]
  hosts: number
}
type Line = { what: string; zoned?: true; of: (side: Side) => ReactNode; together?: ReactNode }

/** Both hosts side by side, and what stands in lists and on the page once they are one. */
export function MergePreview({ stays, goes }: { stays: Side; goes: Side }) {
  const columns: Column<Line>[] = [
    {
      title: 'What',
      className: 'w-28 md:w-44',
      wrap: true,
      cell: ({ what, zoned }) => (zoned ? <Zoned>{what}</Zoned> : what),
    },
    { title: 'Stays', wrap: true, cell: ({ of }) => of(stays) },
    { title: 'Is merged', wrap: true, cell: ({ of }) => of(goes) },
    {
      title: 'Together',
      className: 'max-md:hidden',
      wrap: true,
      cell: ({ of, together }) =>
        together ?? (
          <span className="muted">
            as {stays.hostname}: {of(stays)}
          </span>
        ),
    },
  ]
  return (
    <>
      <SectionHead title="What comes together" about="nothing of either is rewritten, so a split restores both">
        {stays.id !== goes.id && (
          <Link className="link" to={`/hosts/${goes.id}/merge?with=${stays.id}`}>
            The other way round
          </Link>
        )}
      </SectionHead>
      <DataTable
        caption="Both hosts and what comes together"
        rows={linesOf(stays, goes)}
        columns={columns}
        rowKey={({ what }) => what}
        margin={{ title: 'Line', cell: (_, line) => line + 1 }}
      />
    </>
  )
}

const linesOf = (stays: Side, goes: Side): Line[] => [
  { what: 'Host', of: (side) => <OpenHost side={side} /> },
  { what: 'FQDN', of: ({ fqdn }) => <Known text={fqdn} /> },
  {
    what: 'Client',
    of: ({ client_id }) => <Known text={client_id} />,
    together: both(stays.client_id, goes.client_id),
  },
  {
    what: 'Machine id',
    of: ({ machine_id }) => <Known text={machine_id} />,
    together: both(stays.machine_id, goes.machine_id),
  },
  { what: 'Operating system', of: ({ os }) => <Known text={os} /> },
  { what: 'Address', of: ({ ip_address }) => <Known text={ip_address} /> },
  {
    what: 'Labels',
    of: ({ labels }) => <Known text={labels.join(', ') || null} />,
    together: <Known text={[...new Set([...stays.labels, ...goes.labels])].sort().join(', ') || null} />,
  },
  {
    what: 'First seen',
    zoned: true,
    of: ({ first_seen_at }) => <Moment at={first_seen_at} />,
    together: <Moment at={earlier(stays.first_seen_at, goes.first_seen_at)} />,
  },
  {
    what: 'Last seen',
    zoned: true,
    of: ({ last_seen_at }) => <Moment at={last_seen_at} />,
    together: <Moment at={later(stays.last_seen_at, goes.last_seen_at)} />,
  },
  { what: 'Rows', of: ({ rows }) => number(rows), together: number(stays.rows + goes.rows) },
  { what: 'Artifacts', of: ({ artifacts }) => number(artifacts), together: 'each once, with the rows of both' },
  { what: 'Hosts', of: ({ hosts }) => number(hosts), together: `one in lists, of ${number(stays.hosts + goes.hosts)}` },
]

const OpenHost = ({ side: { id, hostname } }: { side: Side }) => (
  <Link to={`/hosts/${id}`}>
    <Value text={hostname} />
  </Link>
)

const Known = ({ text }: { text: string | null }) =>
  text ? <Value text={text} path={false} /> : <span className="muted">none</span>

const Moment = ({ at }: { at: Date | null }) =>
  at && at.getTime() > 0 ? <Time at={at} /> : <span className="muted">unknown</span>

const both = (a: string | null, b: string | null) => <Known text={[a, b].filter(Boolean).join(', ') || null} />

const later = (a: Date, b: Date) => new Date(Math.max(a.getTime(), b.getTime()))
const earlier = (a: Date | null, b: Date | null) => (a && b ? (a < b ? a : b) : (a ?? b))
