import { type Column, DataTable } from '#app/components/data-table.tsx'
import { Link } from '#app/components/link.tsx'
import { Value } from '#app/components/value.tsx'
import { counted, number } from '#app/lib/format.ts'
import { lineQuery } from '#app/lib/line-query.ts'
import { fieldNamed } from '#app/lib/query-text.ts'
import { rowsLink } from '#app/lib/row-links.ts'
import type { Change, Comparison, ComparisonList } from './compare-data.ts'

type Props = { found: Comparison; list: ComparisonList }

/** What differs, alike changes of several hosts as one line: which row, what of it, on which hosts. */
export const ChangeTable = ({ found, list }: Props) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard
  <section className="scroll" tabIndex={0} aria-label="Changes, scrollable">
    <DataTable
      free
      caption="What differs"
      rows={found.changes}
      columns={columnsFor(found, list)}
      rowKey={(change) => change.at.key}
      margin={{ title: 'Kind', wide: true, cell: ({ kind }) => <b className={`kind ${kind}`}>{kind}</b> }}
    />
  </section>
)

const columnsFor = (found: Comparison, list: ComparisonList): Column<Change>[] => [
  {
    title: <span className="val">{found.keys.join(', ')}</span>,
    key: 'keys',
    wrap: true,
    cell: ({ keys }) => (
      <Link className="lead" to={rowsWith(found, list, keys)} title="Rows with this key, before and after">
        {keys.map((text, at) => (
          <span key={found.keys[at]}>
            {at > 0 && <span className="muted"> · </span>}
            <Value text={text} />
          </span>
        ))}
      </Link>
    ),
  },
  {
    title: 'What of it',
    key: 'what',
    wrap: true,
    cell: (change) => <Difference change={change} names={found.values} />,
  },
  {
    title: 'Hosts',
    right: true,
    wrap: true,
    cell: ({ hosts, on }) => (
      <details className="on">
        <summary className="n">
          {number(hosts)} <span className="muted">of {number(found.coverage.both)}</span>
        </summary>
        <ul>
          {on.map(({ id, hostname }) => (
            <li key={id}>
              <Link className="link" to={`/hosts/${id}`}>
                <Value text={hostname} />
              </Link>
            </li>
          ))}
        </ul>
        {hosts > on.length && <p className="muted">{`and ${counted(hosts - on.length, 'host')} more`}</p>}
      </details>
    ),
  },
]

function rowsWith(found: Comparison, { artifact, q, label }: ComparisonList, keys: string[]): string {
  const fields = found.keys.map((name) => ({ field: fieldNamed(name), network: false }))
  const group = label ? `host.label:"${label.replace(/"/g, '""')}"` : ''
  const before = q && group ? `(${q}) ${group}` : (q ?? group)
  return rowsLink({ artifact, q: lineQuery(fields, keys, before).q })
}

const MOST_SHOWN = 8

/** For a changed row what differs, before and after; for a new or gone one what it says. */
function Difference({ change: { kind, before, after }, names }: { change: Change; names: string[] }) {
  const cells = names
    .map((name, at) => ({ name, old: before[at] ?? '', now: after[at] ?? '' }))
    .filter(({ old, now }) => old !== now)
  if (cells.length === 0) return <span className="muted">nothing but its key</span>
  return (
    <dl className="changes">
      {cells.slice(0, MOST_SHOWN).map(({ name, old, now }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            {kind !== 'new' && (
              <del>
                <Value text={old} />
              </del>
            )}
            {kind === 'changed' && <span className="muted"> → </span>}
            {kind !== 'gone' && (
              <ins>
                <Value text={now} />
              </ins>
            )}
          </dd>
        </div>
      ))}
      {cells.length > MOST_SHOWN && (
        <p className="muted">{`and ${counted(cells.length - MOST_SHOWN, 'column')} more`}</p>
      )}
    </dl>
  )
}
