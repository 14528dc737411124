import { useLocation } from '@remix-run/react'
import { Link } from '#app/components/link.tsx'
import { PostForm } from '#app/components/post-form.tsx'
import { Prevalence } from '#app/components/prevalence.tsx'
import { Time, Zoned } from '#app/components/time.tsx'
import { Value } from '#app/components/value.tsx'
import { VerdictMark } from '#app/components/verdict-mark.tsx'
import { counted, number } from '#app/lib/format.ts'
import { plain } from '#app/lib/glyphs.ts'
import { dossierLink } from '#app/lib/observable-link.ts'
import { rowsLink } from '#app/lib/row-links.ts'
import { stackLink } from '#app/lib/stack-link.ts'
import { fieldOf, withoutDeed } from '#app/lib/verdict-deeds.ts'
import { useMayWrite } from '#app/lib/viewer.ts'
import { DecideBar } from './decide-bar.tsx'
import { rowsOf, type Stack, type StackColumn, type StackLine, type StackList } from './stack-data.ts'

type Props = { found: Stack; list: StackList }

/** The lines of a stack: values, variants, hosts, rows, times; each number leads to what it counts, ticked ones are decided. */
export function StackLines({ found, list }: Props) {
  const { pathname, search } = useLocation()
  const mayWrite = useMayWrite()
  if (found.lines.length === 0) return null
  const decidable = mayWrite && found.lines.some(({ observable }) => observable !== null)
  const table = (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard
    <section className="scroll" tabIndex={0} aria-label="Stack, scrollable">
      <table className="ledger free stack" data-grid>
        <caption className="sr-only">{`Values of ${list.columns.join(', ')} by hosts`}</caption>
        <Head found={found} list={list} />
        <tbody>
          {found.lines.map((line) => (
            <LineRow key={line.at.key} line={line} found={found} list={list} decidable={decidable} />
          ))}
        </tbody>
      </table>
    </section>
  )
  if (!decidable) return table
  return (
    <PostForm action="/verdicts" preventScrollReset aria-label="Decide">
      <input type="hidden" name="next" value={withoutDeed(pathname + search)} />
      {table}
      <DecideBar found={found} list={list} />
    </PostForm>
  )
}

const Head = ({ found, list }: Props) => (
  <thead>
    <tr>
      <th scope="col" className="margin wide">
        <span className="sr-only">Select and verdict</span>
      </th>
      {found.columns.map(({ name }) => (
        <th key={name} scope="col">
          <span className="val">{name}</span>
        </th>
      ))}
      <th scope="col" className="r max-md:hidden">
        Variants
      </th>
      <th scope="col" className="r" aria-sort={list.by === 'rare' ? 'ascending' : 'descending'}>
        Hosts
      </th>
      <th scope="col" className="r max-md:hidden">
        Rows
      </th>
      <th scope="col" className="r max-md:hidden">
        <Zoned>First</Zoned>
      </th>
      <th scope="col" className="r max-md:hidden">
        <Zoned>Last</Zoned>
      </th>
    </tr>
  </thead>
)

function LineRow({ line, found, list, decidable }: Props & { line: StackLine; decidable: boolean }) {
  const { q, exact } = rowsOf(list, found.columns, line)
  const about = { artifact: list.artifact ?? null, q }
  const approximate = exact ? undefined : 'Rows like this: the value is too long or too varied to be asked for exactly'
  const { observable, verdict } = line
  return (
    <tr data-row={line.at.key} data-verdict={verdict?.verdict}>
      <td className="margin wide">
        {decidable && observable && (
          <input
            className="box"
            type="checkbox"
            name="observable"
            value={fieldOf(observable)}
            data-act="select"
            aria-label={`Select ${plain(line.values.join(' ')).slice(0, 80)}`}
          />
        )}
        <VerdictMark verdict={verdict} ring />
      </td>
      {found.columns.map((column, at) => (
        <ValueCell
          key={column.name}
          column={column}
          line={line}
          at={at}
          decides={found.decides}
          rows={rowsLink(about)}
        />
      ))}
      <td className="r max-md:hidden">
        {line.variants > 1 ? (
          <Link className="n" to={variantsLink(list, q)}>
            {number(line.variants)}
          </Link>
        ) : (
          '1'
        )}
      </td>
      <td className="r">
        <Prevalence hosts={line.hosts} totalHosts={found.asked} to={hostsLink(about)} />
      </td>
      <td className="r max-md:hidden">
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

/** The same columns as they were written, for the rows of one line. */
const variantsLink = ({ artifact, columns }: StackList, q: string) =>
  stackLink({ artifact: artifact ?? null, columns, q })

type Cell = { column: StackColumn; line: StackLine; at: number; decides: string | null; rows: string }

function ValueCell({ column, line, at, decides, rows }: Cell) {
  const text = line.values[at] ?? ''
  const observable = column.name === decides ? line.observable : null
  const known = observable ? { 'data-type': observable.type, 'data-value': observable.value } : {}
  return (
    <td className="value-cell" data-cell data-column={column.name} data-text={text.slice(0, MARKED)} {...known}>
      {observable ? (
        <Link className="lead" to={dossierLink(observable)} data-act="pivot">
          <Value text={text} />
        </Link>
      ) : (
        <Value text={text} />
      )}
      {at === 0 && (
        <div className="below">
          <Link className="num" to={rows}>
            {counted(line.rows, 'row')}
          </Link>
          {line.variants > 1 && `, ${counted(line.variants, 'variant')}`}
        </div>
      )}
    </td>
  )
}

/** More of a value is told by its rows. */
const MARKED = 2000

const dated = (ms: number | null) => (ms === null ? null : new Date(ms))

/** The address of the hosts behind a query. */
const hostsLink = ({ artifact, q }: { artifact: string | null; q: string }) =>
  `/stacks/hosts?${new URLSearchParams({ ...(artifact ? { artifact } : {}), q })}`
