import { useSearchParams } from '@remix-run/react'
import { Minus, Plus } from '#app/components/icons.tsx'
import { narrowed, termOf } from '#app/lib/query-text.ts'
import { useSearchLink } from '#app/lib/search-link.ts'
import { Link } from './link.tsx'

/** Links beside a value: only rows that have it, only rows that do not. */
export function Pick({ column, value }: { column: string; value: string }) {
  const query = useSearchParams()[0].get('q') ?? ''
  const link = useSearchLink()
  const term = termOf(column, value)
  if (term === null) return null
  const to = (how: 'only' | 'not') => `/rows${link({ q: narrowed(query, term, how), row: null })}`
  return (
    <span className="pick">
      <Link
        data-act="include"
        to={to('only')}
        aria-label={`Only rows with this ${column}`}
        title="Only rows with this value"
      >
        <Plus aria-hidden="true" />
      </Link>
      <Link
        data-act="exclude"
        to={to('not')}
        aria-label={`Only rows without this ${column}`}
        title="Only rows without this value"
      >
        <Minus aria-hidden="true" />
      </Link>
    </span>
  )
}
