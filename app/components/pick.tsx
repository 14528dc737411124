import { useSearchParams } from '@remix-run/react'
import { Minus, Plus } from '#app/components/icons.tsx'
import { narrowed, termOf } from '#app/lib/query-text.ts'
import { useSearchLink } from '#app/lib/search-link.ts'
import { Link } from './link.tsx'

/**
 * Links beside a value: only rows that have it, only rows that do not. In the grid they are for the mouse; the keyboard
 * finds the same in the preview, instead of two stops at each cell.
 */
export function Pick({ column, value, mouse }: { column: string; value: string; mouse?: true }) {
  const query = useSearchParams()[0].get('q') ?? ''
  const link = useSearchLink()
  const term = termOf(column, value)
  if (term === null) return null
  const aside = mouse ? ({ tabIndex: -1, 'aria-hidden': true } as const) : {}
  const to = (how: 'only' | 'not') => `/rows${link({ q: narrowed(query, term, how), row: null })}`
  return (
    <span className={mouse ? 'pick mouse' : 'pick'}>
      <Link
        {...aside}
        data-act="include"
        to={to('only')}
        aria-label={`Only rows with this ${column}`}
        title="Only rows with this value"
      >
        <Plus aria-hidden="true" />
      </Link>
      <Link
        {...aside}
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
