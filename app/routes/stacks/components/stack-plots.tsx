import { AsTable } from '#app/components/charts/as-table.tsx'
import { DotMatrix, hostsOf } from '#app/components/charts/dot-matrix.tsx'
import { LongTail } from '#app/components/charts/long-tail.tsx'
import { Link } from '#app/components/link.tsx'
import { Value } from '#app/components/value.tsx'
import { counted, number } from '#app/lib/format.ts'
import type { Stack } from './stack-data.ts'

const DRAWN = 12
// A value on more hosts than this is not rare: its dots would be a line.
const RARE = 40

/** The long tail of the whole stack, and the rare lines of this page by host; the same numbers stand in a table. */
export function StackPlots({ found: { levels, lines } }: { found: Stack }) {
  if (levels.length === 0) return null
  const rare = lines.filter(({ hosts, on }) => hosts <= RARE && on.length > 0).slice(0, DRAWN)
  const drawn = rare.map(({ at, values, on }) => ({ key: at.key, text: values.join(' ') || 'empty', on }))
  const hosts = hostsOf(drawn)
  return (
    <div className="plots">
      <figure>
        <figcaption>
          <h2>Long tail</h2> <span className="muted">hosts by rank of value, both logarithmic; undecided below</span>
        </figcaption>
        <LongTail levels={levels} />
        <LevelTable levels={levels} />
      </figure>
      {drawn.length > 0 && (
        <figure>
          <figcaption>
            <h2>{`Rare values by host`}</h2>{' '}
            <span className="muted">{counted(hosts.length, 'host')}; a column of dots is one host with many</span>
          </figcaption>
          <DotMatrix lines={drawn} />
          <details className="pt-1">
            <summary className="link inline-block min-h-6">Show as list</summary>
            <ul className="host-list">
              {hosts
                .toSorted((a, b) => b.n - a.n)
                .map(({ id, hostname, n }) => (
                  <li key={id}>
                    <Link className="link" to={`/hosts/${id}`}>
                      <Value text={hostname} />
                    </Link>{' '}
                    <span className="muted">
                      {number(n)} of {number(drawn.length)}
                    </span>
                  </li>
                ))}
            </ul>
          </details>
        </figure>
      )}
    </div>
  )
}

const LISTED = 60

const LevelTable = ({ levels }: { levels: Stack['levels'] }) => (
  <AsTable
    caption="Values by the number of hosts they were seen on"
    columns={['Hosts', 'Values', 'Undecided', 'Rows']}
    numbers={4}
    more={
      levels.length > LISTED && (
        <p className="muted">{`${number(levels.length - LISTED)} more numbers of hosts above.`}</p>
      )
    }
  >
    {levels.slice(0, LISTED).map((level) => (
      <tr key={level.hosts}>
        <td className="r">{number(level.hosts)}</td>
        <td className="r">{number(level.values)}</td>
        <td className="r">{number(level.open)}</td>
        <td className="r">{number(level.rows)}</td>
      </tr>
    ))}
  </AsTable>
)
