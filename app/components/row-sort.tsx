import { useSearchParams } from '@remix-run/react'
import { ArrowDown, ArrowUp } from '#app/components/icons.tsx'
import { fieldNamed } from '#app/lib/query-text.ts'
import { Link } from './link.tsx'
import { Value } from './value.tsx'

const MOST = 3
const keyOf = (by: string | { column: string }) => (typeof by === 'string' ? by : fieldNamed(by.column))

/** Which way a list is sorted by something; undefined when it is not. */
export function orderedBy(sort: string[], by: string | { column: string }): 'ascending' | 'descending' | undefined {
  const key = keyOf(by)
  if (sort.length === 0) return key === 'time' ? 'descending' : undefined
  if (sort.includes(key)) return 'ascending'
  return sort.includes(`-${key}`) ? 'descending' : undefined
}

type Sorting = { column: string; by?: undefined; title?: undefined } | { by: string; title: string; column?: undefined }

/** A head that sorts: by this alone, and beside it the link that adds it to what the list is sorted by already. */
export function SortLinks({ column, by, title }: Sorting) {
  const [params] = useSearchParams()
  const sort = params.getAll('sort')
  const key = keyOf(column === undefined ? by : { column })
  const way = orderedBy(sort, key === by ? by : { column: column ?? '' })
  const place = sort.findIndex((one) => one.replace(/^-/, '') === key)
  const turned = way === undefined ? (key === 'time' ? '-time' : key) : way === 'ascending' ? `-${key}` : key
  const others = sort.filter((_one, at) => at !== place)
  const link = (keys: string[]) => {
    const to = new URLSearchParams(params)
    for (const name of ['cursor', 'at', 'row', 'sort', 'deed']) to.delete(name)
    for (const one of keys) to.append('sort', one)
    return `?${to}`
  }
  const Arrow = way === 'ascending' ? ArrowUp : ArrowDown
  const name = title ?? column ?? ''
  const joined = place >= 0 ? sort.map((one, at) => (at === place ? turned : one)) : [...sort, turned]
  return (
    <span className="sorts">
      <Link to={link([turned])} preventScrollReset>
        {column === undefined ? title : <Value text={column} path={false} />}
        {way && <Arrow aria-hidden="true" />}
        {way && sort.length > 1 && <span className="nth">{place + 1}</span>}
      </Link>
      {others.length > 0 && joined.length <= MOST && (
        <Link
          className="also"
          to={link(joined)}
          aria-label={`Also sort by ${name.slice(0, 60)}`}
          title="Also sort by this"
          preventScrollReset
        >
          +
        </Link>
      )}
    </span>
  )
}
