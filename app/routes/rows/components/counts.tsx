import { useFetcher, useLocation, useSearchParams } from '@remix-run/react'
import { useEffect } from 'react'
import { Link } from '#app/components/link.tsx'
import { filtersOf } from '#app/lib/row-counts.ts'
import { useSearchLink } from '#app/lib/search-link.ts'
import { type Counts, FacetRail } from './facet-rail.tsx'
import { type OverTime, RowsOverTime } from './over-time.tsx'

/** What the server counted with the page, or else what comes after it; without JavaScript a link asks for it. */
function useLater<T>(path: string, given: T | null, fields: string[] = []) {
  const fetcher = useFetcher<T | null>()
  const [params] = useSearchParams()
  const asked = filtersOf(params)
  for (const field of fields) asked.append('fields', field)
  if (params.get('all')) asked.set('all', '1')
  const address = `${path}?${asked}`
  const { load } = fetcher
  const wanted = given === null
  useEffect(() => {
    // The one before it is given up with that, and stops in the row engine.
    if (wanted) load(address)
  }, [address, wanted, load])
  const waiting = wanted && fetcher.state !== 'idle'
  return { found: given ?? fetcher.data ?? null, waiting, awaited: waiting || (wanted && fetcher.data === undefined) }
}

/** Rows over time, after the page. */
export function LaterOverTime({ given }: { given: OverTime | null }) {
  const { found, waiting } = useLater('/rows/histogram', given)
  return (
    <div className="later plot-room" aria-busy={waiting || undefined}>
      {found ? <RowsOverTime found={found} /> : <AskForIt what="Count these rows over time and by value" />}
    </div>
  )
}

/** The commonest values, after the page, which leaves room for them where scripts run. */
export function LaterFacets({ given, fields, rows }: { given: Counts | null; fields: string[]; rows: number | null }) {
  const { found, waiting, awaited } = useLater('/rows/facets', given, fields)
  return (
    <div className="later facet-rail" aria-busy={waiting || undefined} data-awaited={awaited || undefined}>
      {found && <FacetRail found={found} rows={rows} />}
    </div>
  )
}

function AskForIt({ what }: { what: string }) {
  const link = useSearchLink()
  const { key } = useLocation()
  return (
    <p className="ask-for" key={key}>
      <Link className="link" to={link({ counts: '1' })} reloadDocument>
        {what}
      </Link>
    </p>
  )
}
