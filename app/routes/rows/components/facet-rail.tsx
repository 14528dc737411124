import { useSearchParams } from '@remix-run/react'
import { Minus } from '#app/components/icons.tsx'
import { Link } from '#app/components/link.tsx'
import { Value } from '#app/components/value.tsx'
import { counted, number } from '#app/lib/format.ts'
import { narrowed, termExactly } from '#app/lib/query-text.ts'
import { useSearchLink } from '#app/lib/search-link.ts'
import type { Facet, FacetValue } from '#server/modules/exploring/schema.ts'

export type Counts = { facets: Facet[]; slow: string[] }

/** The commonest values among all rows that the query meets, each with its hosts and rows; a link each to have it or not. */
export function FacetRail({ found, rows }: { found: Counts; rows: number | null }) {
  const shown = found.facets.filter(({ values }) => values.length > 0)
  return (
    <nav className="facets" aria-label="Values">
      {shown.map((facet) => (
        <FacetList key={facet.field} facet={facet} rows={rows} />
      ))}
      {shown.length === 0 && found.slow.length === 0 && <p className="muted px-2">No values to count.</p>}
      {found.slow.length > 0 && (
        <p className="muted px-2">
          Counting {found.slow.join(', ')} took too long. Narrow the rows by artifact, host or time.
        </p>
      )}
    </nav>
  )
}

const TITLES: Record<string, string> = {
  artifact: 'Artifact',
  host: 'Host',
  'process.name': 'Process',
  'user.name': 'User',
  ip: 'Address',
}

function FacetList({ facet: { field, values, more, without }, rows }: { facet: Facet; rows: number | null }) {
  const most = Math.max(...values.map((value) => value.hosts), 1)
  const link = useSearchLink()
  const query = useSearchParams()[0].get('q') ?? ''
  return (
    <section>
      <h3>
        <Value text={TITLES[field] ?? field} path={false} />
        <span>hosts</span>
        <span>rows</span>
      </h3>
      <ul>
        {values.map((value) => (
          <FacetLine key={`${value.hostId} ${value.text}`} field={field} value={value} most={most} />
        ))}
      </ul>
      {(more > 0 || without > 0) && (
        <p className="label rest">
          {more > 0 && (
            <Link className="num" to={link({ all: '1', counts: '1' })} preventScrollReset>
              {number(more)} more
            </Link>
          )}
          {without > 0 && without !== rows && (
            <Link className="num" to={link({ q: narrowed(query, `NOT ${field}:*`, 'only') })}>
              {counted(without, 'row')} without
            </Link>
          )}
        </p>
      )}
    </section>
  )
}

/** One value: the whole line has only its rows, the sign at its end all others. */
function FacetLine({ field, value, most }: { field: string; value: FacetValue; most: number }) {
  const link = useSearchLink()
  const query = useSearchParams()[0].get('q') ?? ''
  const term = value.value === null ? null : termExactly(field, value.value)
  const only = () => {
    if (field === 'artifact') return link({ artifact: value.text, columns: null, sort: null })
    if (value.hostId !== null) return link({ hostId: String(value.hostId) })
    return term && link({ q: narrowed(query, term, 'only') })
  }
  const to = only()
  const inner = (
    <>
      <span className="cut">
        <Value text={value.text} path={false} />
      </span>
      <span>{number(value.hosts)}</span>
      <span>{number(value.rows)}</span>
      <svg className="share" aria-hidden="true">
        <rect width={`${((value.hosts / most) * 100).toFixed(2)}%`} height="2" />
      </svg>
    </>
  )
  const said = `${counted(value.rows, 'row')} on ${counted(value.hosts, 'host')}`
  return (
    <li>
      {to ? (
        <Link className="only" to={to} title={said} data-facet="">
          {inner}
        </Link>
      ) : (
        <span className="only" title={`${said}; longer than a query may be`}>
          {inner}
        </span>
      )}
      {term && (
        <Link
          className="not"
          to={link({ q: narrowed(query, term, 'not') })}
          aria-label={`Only rows without ${field} ${value.text.slice(0, 60)}`}
        >
          <Minus aria-hidden="true" />
        </Link>
      )}
    </li>
  )
}
