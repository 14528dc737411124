import { useLoaderData } from '@remix-run/react'
import { type Column, DataTable } from '#app/components/data-table.tsx'
import { ChoiceFilter, TextFilter } from '#app/components/filter-bar.tsx'
import { Link } from '#app/components/link.tsx'
import { ListFrame } from '#app/components/list-frame.tsx'
import { Nothing, Notice } from '#app/components/notice.tsx'
import { SectionHead } from '#app/components/page-head.tsx'
import { Age, Time, Zoned } from '#app/components/time.tsx'
import { Value } from '#app/components/value.tsx'
import { load } from '#app/lib/api.server.ts'
import { counted } from '#app/lib/format.ts'
import { titled } from '#app/lib/title.ts'
import { viewTitle } from '#app/lib/view-address.ts'
import { ViewList } from '#server/modules/views/schema.ts'

export const meta = titled('Views')
export const handle = { trail: () => [{ title: 'Views' }] }

export const loader = load(async ({ api, query }) => {
  const list = ViewList.parse(query)
  const [page, recent, { unread }] = await Promise.all([
    api.views.list(list),
    api.views.recent(),
    api.views.inbox({ limit: 1 }),
  ])
  return { ...page, list, recent, unread, said: query.said === 'deleted' }
})

type Loaded = ReturnType<typeof useLoaderData<typeof loader>>
type View = Loaded['rows'][number]

const COLUMNS: Column<View>[] = [
  {
    title: 'View',
    sort: 'name',
    firstDir: 'asc',
    wrap: true,
    cell: (view) => (
      <Link className="lead" to={view.address} data-act="open">
        <Value text={view.name} path={false} />
      </Link>
    ),
    beneath: ({ description, address }) => (
      <div className="label cut">
        {description && <Value text={description.slice(0, 200)} path={false} />} {viewTitle(address)}
      </div>
    ),
    below: ({ shared_at, owner_name }) => `${shared_at ? 'shared' : 'personal'} · ${owner_name}`,
  },
  {
    title: 'For whom',
    className: 'max-md:hidden w-28',
    cell: ({ shared_at }) => (shared_at ? 'everybody' : 'only me'),
  },
  { title: 'Of', className: 'max-md:hidden w-40', cell: ({ owner_name }) => <Value text={owner_name} /> },
  {
    title: <Zoned>Changed</Zoned>,
    sort: 'updated_at',
    right: true,
    className: 'max-md:hidden w-36',
    cell: ({ updated_at }) => <Time at={updated_at} />,
  },
  {
    title: <span className="sr-only">Change</span>,
    key: 'change',
    right: true,
    className: 'w-20',
    cell: ({ id, name }) => (
      <Link className="btn" to={`/views/${id}`} aria-label={`Change ${name}`}>
        Change
      </Link>
    ),
  },
]

const WHOSE = [
  { value: 'mine', title: 'mine' },
  { value: 'shared', title: 'shared' },
]

export default function Views() {
  const page = useLoaderData<typeof loader>()
  const { list, recent, unread, said } = page
  return (
    <ListFrame
      title="Views"
      about="Addresses worth a name: your own, and those shared in this tenant."
      actions={
        <Link className="btn" to="/views/inbox">
          {unread > 0 ? `Inbox, ${unread} unread` : 'Inbox'}
        </Link>
      }
      above={
        said && (
          <Notice kind="done" role="status">
            The view is deleted.
          </Notice>
        )
      }
      page={page}
      filters={
        <>
          <TextFilter className="q" name="q" title="Name or description" type="search" placeholder="Find a view" />
          <ChoiceFilter name="whose" title="Whose" none="All I see" choices={WHOSE} />
        </>
      }
    >
      <DataTable
        caption="Views"
        rows={page.rows}
        columns={COLUMNS}
        rowKey={({ id }) => id}
        sorted={list}
        empty={
          list.q || list.whose ? (
            <Nothing
              title="No view matches"
              actions={
                <Link className="btn" to="?">
                  Show all
                </Link>
              }
            />
          ) : (
            <Nothing title="No view saved yet">
              Explore, Stack, Timeline and Compare have a button that saves them.
            </Nothing>
          )
        }
      />
      <Recent recent={recent} />
    </ListFrame>
  )
}

const Recent = ({ recent }: Pick<Loaded, 'recent'>) => (
  <section className="pt-3">
    <SectionHead title="Recent" about={recent.length > 0 ? `your last ${counted(recent.length, 'view')}` : undefined} />
    {recent.length === 0 ? (
      <p className="muted">What you look at will stand here.</p>
    ) : (
      <ul className="lines">
        {recent.map(({ address, visited_at }) => (
          <li key={address} className="flex items-baseline gap-3">
            <Link className="flex-1 min-w-0 cut" to={address}>
              <Value text={viewTitle(address) ?? address} path={false} />
            </Link>
            <span className="label">
              <Age at={visited_at} />
            </span>
          </li>
        ))}
      </ul>
    )}
  </section>
)
