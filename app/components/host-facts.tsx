import { type Fact, nowAndBefore, titleOf } from '#app/lib/host-facts.ts'
import { type Column, DataTable } from './data-table.tsx'
import { Link } from './link.tsx'
import { Nothing } from './notice.tsx'
import { SectionHead } from './page-head.tsx'
import { Time, Zoned } from './time.tsx'
import { Value } from './value.tsx'

const columns = (names: Map<number, string>): Column<Fact>[] => [
  {
    title: 'Fact',
    className: 'md:w-40',
    cell: ({ fact }) => titleOf(fact),
    below: (fact) => <Value text={fact.value} path={false} />,
  },
  { title: 'Value', className: 'max-md:hidden', cell: ({ value }) => <Value text={value} path={false} /> },
  ...(names.size > 1
    ? [
        {
          title: 'Told of',
          className: 'max-lg:hidden w-48',
          cell: ({ host_id }: Fact) => <Value text={names.get(host_id) ?? ''} />,
        },
      ]
    : []),
  {
    title: <Zoned>Since</Zoned>,
    right: true,
    className: 'w-32',
    cell: ({ first_seen_at }) => <Time at={first_seen_at} />,
  },
  {
    title: <Zoned>Last told</Zoned>,
    right: true,
    className: 'max-md:hidden w-36',
    cell: ({ last_seen_at }) => <Time at={last_seen_at} />,
  },
  {
    title: 'First told by',
    right: true,
    className: 'max-md:hidden w-32',
    cell: ({ batch_id }) =>
      batch_id === null ? (
        <span className="muted">a person</span>
      ) : (
        <Link to={`/deliveries/${batch_id}`}>delivery {batch_id}</Link>
      ),
  },
]

/** What is known of a host, since when and from where, and what was so before. */
export function HostFacts({ history, names }: { history: Fact[]; names: Map<number, string> }) {
  const { now, before } = nowAndBefore(history)
  const rowKey = ({ host_id, fact, value, first_seen_at }: Fact) =>
    `${host_id} ${fact} ${first_seen_at.getTime()} ${value}`
  return (
    <>
      <SectionHead title="Facts" about="since when each is so, and which delivery told it" />
      <DataTable
        caption="Facts of this host"
        rows={now}
        columns={columns(names)}
        rowKey={rowKey}
        margin={{ title: 'Line', cell: (_, line) => line + 1 }}
        empty={
          <Nothing title="Nothing told yet">
            Rows name a host; collections and Generic.Client.Info tell its system, addresses and labels.
          </Nothing>
        }
      />
      {before.length > 0 && (
        <details className="pt-3" open={before.length <= 5}>
          <summary className="link">What was so before ({before.length})</summary>
          <DataTable
            caption="Former facts of this host"
            rows={before}
            columns={columns(names)}
            rowKey={rowKey}
            margin={{ title: 'Line', cell: (_, line) => line + 1 }}
          />
        </details>
      )}
    </>
  )
}
