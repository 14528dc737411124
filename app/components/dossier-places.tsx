import { number } from '#app/lib/format.ts'
import { dossierLink, type Observed, valueQuery } from '#app/lib/observable-link.ts'
import { termOf } from '#app/lib/query-text.ts'
import { rowsLink } from '#app/lib/row-links.ts'
import { stackLink } from '#app/lib/stack-link.ts'
import { type Column, DataTable } from './data-table.tsx'
import { Link } from './link.tsx'
import { SectionHead } from './page-head.tsx'
import { Prevalence, rarity } from './prevalence.tsx'
import { Time, Zoned } from './time.tsx'
import { Value } from './value.tsx'
import { type Ruling, VerdictMark } from './verdict-mark.tsx'

type Span = { first_seen: Date | null; last_seen: Date | null }
export type Place = Span & { artifact: string; field: string; hosts: number; rows: number }
export type OnHost = Span & { host_id: number; hostname: string; rows: number; artifacts: string[] }
export type Beside = Observed & { hosts: number; totalHosts: number; verdict: Ruling | null }

/** The rows of one artifact that have the value in this column, as near as the query language can say. */
export function placeRows(of: Observed, { artifact, field }: Pick<Place, 'artifact' | 'field'>): string {
  const term = /^[\w.]+$/.test(field) && valueQuery(of) ? termOf(field, of.value) : null
  return rowsLink({ artifact, q: of.type === 'path' ? valueQuery(of) : (term ?? valueQuery(of)) })
}

/** In which artifacts and columns a value stands. */
export function Places({ of, places, totalHosts }: { of: Observed; places: Place[]; totalHosts: number }) {
  const columns: Column<Place>[] = [
    {
      title: 'Artifact',
      cell: (place) => (
        <Link className="lead" to={placeRows(of, place)}>
          <Value text={place.artifact} path={false} />
        </Link>
      ),
      below: (place) => <Value text={place.field} path={false} />,
    },
    { title: 'Field', className: 'max-md:hidden', cell: (place) => <Value text={place.field} path={false} /> },
    {
      title: <span className="sr-only">Stack</span>,
      key: 'stack',
      className: 'max-lg:hidden w-16',
      cell: ({ artifact, field }) => (
        <Link className="link" to={stackLink({ artifact, columns: [field] })} data-act="stack">
          Stack
        </Link>
      ),
    },
    {
      title: 'Hosts',
      right: true,
      className: 'w-28',
      cell: (place) => <Prevalence hosts={place.hosts} totalHosts={totalHosts} to={placeRows(of, place)} />,
    },
    {
      title: 'Rows',
      right: true,
      className: 'max-md:hidden w-20',
      cell: (place) => (
        <Link className="num" to={placeRows(of, place)}>
          {number(place.rows)}
        </Link>
      ),
    },
    {
      title: <Zoned>First</Zoned>,
      className: 'max-xl:hidden w-32',
      cell: ({ first_seen }) => <Time at={first_seen} never="undated" />,
    },
    {
      title: <Zoned>Last</Zoned>,
      right: true,
      className: 'max-md:hidden w-32',
      cell: ({ last_seen }) => <Time at={last_seen} never="undated" />,
    },
  ]
  return (
    <section id="where">
      <SectionHead title="Where it occurs" about={String(places.length)} />
      <DataTable
        caption="Where it occurs"
        rows={places}
        columns={columns}
        rowKey={({ artifact, field }) => `${artifact} ${field}`}
      />
    </section>
  )
}

/** Which hosts have a value, the latest sighting first. */
export function OnHosts({ of, hosts, total }: { of: Observed; hosts: OnHost[]; total: number }) {
  const rows = (host: OnHost) => rowsLink({ hostId: host.host_id, q: valueQuery(of) })
  const columns: Column<OnHost>[] = [
    {
      title: 'Host',
      cell: (host) => (
        <Link className="lead" to={`/hosts/${host.host_id}`}>
          <Value text={host.hostname} />
        </Link>
      ),
      below: (host) => host.artifacts.join(', '),
    },
    {
      title: 'Artifacts',
      className: 'max-md:hidden',
      cell: ({ artifacts }) => <Value text={artifacts.join(', ')} path={false} />,
    },
    {
      title: 'Rows',
      right: true,
      className: 'w-20',
      cell: (host) => (
        <Link className="num" to={rows(host)}>
          {number(host.rows)}
        </Link>
      ),
    },
    {
      title: <Zoned>First</Zoned>,
      className: 'max-lg:hidden w-32',
      cell: ({ first_seen }) => <Time at={first_seen} never="undated" />,
    },
    {
      title: <Zoned>Last</Zoned>,
      right: true,
      className: 'max-md:hidden w-32',
      cell: ({ last_seen }) => <Time at={last_seen} never="undated" />,
    },
  ]
  const cut = total > hosts.length
  return (
    <section id="hosts">
      <SectionHead
        title="Hosts"
        about={cut ? `latest first, ${number(hosts.length)} of ${number(total)}` : String(total)}
      >
        {cut && (
          <Link className="link" to={rowsLink({ q: valueQuery(of) })}>
            All rows
          </Link>
        )}
      </SectionHead>
      <DataTable caption="Hosts" rows={hosts} columns={columns} rowKey={({ host_id }) => host_id} />
    </section>
  )
}

/** Values one a line, each with its mark and how common it is; a common or benign one recedes. */
export const Values = ({ values }: { values: Beside[] }) => (
  <ul className="values" data-grid="">
    {values.map((one) => (
      <li
        key={`${one.type} ${one.value}`}
        data-row={`${one.type} ${one.value}`}
        data-cell=""
        data-type={one.type}
        data-value={one.value}
      >
        <VerdictMark verdict={one.verdict} ring />
        <Link to={dossierLink(one)} data-act="pivot" className={recedes(one) ? 'cut quiet' : 'cut'}>
          <Value text={one.value} />
        </Link>
        <Prevalence hosts={one.hosts} totalHosts={one.totalHosts} of={one} />
      </li>
    ))}
  </ul>
)

const recedes = (one: Beside) => ['p4', 'p5'].includes(rarity(one)) || one.verdict?.verdict === 'benign'
