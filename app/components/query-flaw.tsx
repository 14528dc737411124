import { cutAt } from '#app/lib/query-text.ts'
import { useSearchLink } from '#app/lib/search-link.ts'
import type { QueryFlaw } from '#server/modules/language/schema.ts'
import { Link } from './link.tsx'
import { Notice } from './notice.tsx'
import { Value } from './value.tsx'

/** What is wrong with a query: the sentence, the query with the place marked, and links to what was probably meant. */
export function QueryFlawNote({ query, flaw }: { query: string; flaw: QueryFlaw }) {
  const link = useSearchLink()
  const { before, within, after } = cutAt(query, flaw)
  return (
    <div id="query-flaw">
      <Notice kind="bad" role="alert">
        <b>{flaw.message}</b> Nothing was searched.
        <p className="flawed">
          {before && <Value text={before} path={false} />}
          <mark>{within ? <Value text={within} path={false} /> : <span className="sr-only">here</span>}</mark>
          {after && <Value text={after} path={false} />}
        </p>
        {flaw.meant.length > 0 && (
          <p>
            Use{' '}
            {flaw.meant.map((name, at) => (
              <span key={name}>
                {at > 0 && ' or '}
                <Link className="link" to={link({ q: before + name + after })}>
                  <Value text={name} path={false} />
                </Link>
              </span>
            ))}{' '}
            instead.
          </p>
        )}
      </Notice>
    </div>
  )
}
