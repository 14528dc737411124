import { useLoaderData } from '@remix-run/react'
import { FilterBar, TextFilter } from '#app/components/filter-bar.tsx'
import { Link } from '#app/components/link.tsx'
import { Nothing, Notice } from '#app/components/notice.tsx'
import { PageHead } from '#app/components/page-head.tsx'
import { Value } from '#app/components/value.tsx'
import { load } from '#app/lib/api.server.ts'
import { asFinds } from '#app/lib/finds.server.ts'
import { type Find, findsAtOnce } from '#app/lib/finds.ts'
import { titled } from '#app/lib/title.ts'
import { Sought } from '#server/modules/palette/schema.ts'

export const meta = titled('Find')
export const handle = { trail: () => [{ title: 'Find' }] }

export const loader = load(async ({ api, query, viewer }) => {
  const { q } = Sought.parse({ q: query.q })
  const found = await api.palette.find({ q })
  return { q: q ?? '', finds: [...findsAtOnce(q ?? '', viewer), ...asFinds(found)], away: found.values === null }
})

export default function FindPage() {
  const { q, finds, away } = useLoaderData<typeof loader>()
  return (
    <div className="max-w-[60rem]">
      <PageHead title="Find" about="Screens, hosts, values and saved views; rows are one link further." />
      <FilterBar label="Find">
        <TextFilter className="q" name="q" title="What" type="search" placeholder="A name, an address, a hash" />
      </FilterBar>
      {away && (
        <Notice kind="warn" role="status">
          <b>Values were not sought:</b> row storage does not answer.
        </Notice>
      )}
      {q === '' ? (
        <Nothing title="Nothing asked yet">Type a few characters of a host, a value, a screen or a view.</Nothing>
      ) : (
        <ul className="lines">
          {finds.map((find) => (
            <li key={find.kind + find.to}>
              <Found find={find} />
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}

const Found = ({ find: { kind, title, to, about } }: { find: Find }) => (
  <Link className="flex items-baseline gap-3" to={to}>
    <span className="flex-1 min-w-0 cut">
      {kind === 'rows' ? 'Rows that hold ' : ''}
      {kind === 'screen' || kind === 'view' ? title : <Value text={title} />}
    </span>
    <span className="label cut">{kind === 'rows' ? '' : about}</span>
  </Link>
)
