import { useSearchParams } from '@remix-run/react'
import { number } from '#app/lib/format.ts'
import { Link } from './link.tsx'

type Pager = { count: number; limit: number; next: string | null; prev?: string | null; total?: number | null }

/** "1–25 of 2,318" and the links of a keyset list; `at` in the address says where a page starts. */
export function Pager({ count, limit, next, prev, total }: Pager) {
  const [params] = useSearchParams()
  const at = Math.max(1, Number(params.get('at')) || 1)
  const link = (changes: Record<string, string>) => {
    const to = new URLSearchParams(params)
    for (const name of ['cursor', 'at', 'row', 'deed']) to.delete(name)
    for (const [name, value] of Object.entries(changes)) to.set(name, value)
    return `?${to}`
  }
  if (count === 0 && !params.has('cursor')) return null
  const onFirst = !params.has('cursor')
  return (
    <nav className="pager" aria-label="Pages">
      <p className="muted" aria-live="polite">
        <b>
          {number(count === 0 ? 0 : at)}–{number(at + count - 1)}
        </b>
        {total !== null && total !== undefined && ` of ${number(total)}`}
      </p>
      {!onFirst && (
        <Link className="btn quiet" to={link({})}>
          First
        </Link>
      )}
      {prev && (
        <Link className="btn" rel="prev" to={link({ cursor: prev, at: String(Math.max(1, at - limit)) })}>
          Previous
        </Link>
      )}
      {next && (
        <Link className="btn" rel="next" to={link({ cursor: next, at: String(at + count) })}>
          Next
        </Link>
      )}
    </nav>
  )
}
