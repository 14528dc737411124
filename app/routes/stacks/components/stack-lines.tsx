import { Link } from '#app/components/link.tsx'
import { Prevalence } from '#app/components/prevalence.tsx'
import { Time } from '#app/components/time.tsx'
import { Value } from '#app/components/value.tsx'
import { counted, number } from '#app/lib/format.ts'
import { rowsLink } from '#app/lib/row-links.ts'
import { linkToRows, rowsOf, type Stack, type StackColumn, type StackLine, type StackList } from './stack-data.ts'

type Props = { found: Stack; list: StackList }

/** The lines of a stack: values, variants, hosts, rows, times; each number leads to what it counts. */
export function StackLines({ found, list }: Props) {
  if (found.lines.length === 0) return null
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard
    <section className="scroll" tabIndex={0} aria-label="Stack, scrollable">
      <table className="ledger free stack" data-grid>
        <caption className="sr-only">{`Values of ${list.columns.join(', ')} by hosts`}</caption>
        <thead>
          <tr>
            {found.columns.map(({ name }) => (
              <th key={name} scope="col">
                <span className="val">{name}</span>
              </th>
            ))}
            <th scope="col" className="r">
              Variants
            </th>
            <th scope="col" className="r" aria-sort={list.by === 'rare' ? 'ascending' : 'descending'}>
              Hosts
            </th>
            <th scope="col" className="r">
              Rows
            </th>
            <th scope="col" className="r max-md:hidden">
              First (UTC)
            </th>
            <th scope="col" className="r max-md:hidden">
              Last (UTC)
            </th>
          </tr>
        </thead>
        <tbody>
          {found.lines.map((line) => (
            <LineRow key={line.at.key} line={line} found={found} list={list} />
          ))}
        </tbody>
      </table>
    </section>
  )
}

function LineRow({ line, found, list }: Props & { line: StackLine }) {
  const { q, exact } = rowsOf(list, found.columns, line)
  const about = { artifact: list.artifact ?? null, q }
  const approximate = exact ? undefined : 'Rows like this: the value is too long or too varied to be asked for exactly'
  return (
    <tr data-row={line.at.key}>
      {found.columns.map((column, at) => (
        <ValueCell key={column.name} column={column} line={line} at={at} list={list} />
      ))}
      <td className="r">{number(line.variants)}</td>
      <td className="r">
        <Prevalence hosts={line.hosts} totalHosts={found.asked} to={hostsLink(about)} />
      </td>
      <td className="r">
        <Link className="n" to={rowsLink(about)} title={approximate} data-act="open">
          {number(line.rows)}
          {!exact && ' ≈'}
        </Link>
      </td>
      <td className="r max-md:hidden">
        <Time at={dated(line.first_ms)} never="undated" />
      </td>
      <td className="r max-md:hidden">
        <Time at={dated(line.last_ms)} never="undated" />
      </td>
    </tr>
  )
}

type Cell = { column: StackColumn; line: StackLine; at: number; list: StackList }

function ValueCell({ column, line, at }: Cell) {
  const text = line.values[at] ?? ''
  return (
    <td className="value-cell" data-cell data-column={column.name} data-text={text}>
      <Value text={text} />
      {at === 0 && (
        <div className="below">
          {counted(line.hosts, 'host')}, {counted(line.rows, 'row')}
        </div>
      )}
    </td>
  )
}

const dated = (ms: number | null) => (ms === null ? null : new Date(ms))

/** The address of the hosts behind a query. */
export const hostsLink = ({ artifact, q }: { artifact: string | null; q: string }) =>
  `/stacks/hosts?${new URLSearchParams({ ...(artifact ? { artifact } : {}), q })}`

export { linkToRows }
