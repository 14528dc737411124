import { useLoaderData } from '@remix-run/react'
import { type Column, DataTable } from '#app/components/data-table.tsx'
import { FilterBar, TextFilter } from '#app/components/filter-bar.tsx'
import { Plus } from '#app/components/icons.tsx'
import { Link } from '#app/components/link.tsx'
import { Nothing } from '#app/components/notice.tsx'
import { PageHead } from '#app/components/page-head.tsx'
import { Pager } from '#app/components/pager.tsx'
import { LifeMark } from '#app/components/states.tsx'
import { Age, Time, Zoned } from '#app/components/time.tsx'
import { Value } from '#app/components/value.tsx'
import { load } from '#app/lib/api.server.ts'
import { titled } from '#app/lib/title.ts'
import { useViewer } from '#app/lib/viewer.ts'
import { UserList } from '#server/modules/users/schema.ts'

export const meta = titled('Users')
export const handle = { trail: () => [{ title: 'Users' }] }

export const loader = load(async ({ api, query }) => {
  const list = UserList.parse(query)
  return { ...(await api.users.list(list)), list }
})

type User = ReturnType<typeof useLoaderData<typeof loader>>['rows'][number]

const COLUMNS: Column<User>[] = [
  {
    title: 'Username',
    cell: (user) => (
      <Link className="lead" to={`/users/${user.id}`}>
        <Value text={user.username} />
      </Link>
    ),
    below: (user) => stateOf(user),
  },
  { title: 'Role', className: 'w-24', cell: (user) => user.role },
  { title: 'State', className: 'max-md:hidden w-36', cell: (user) => stateOf(user) },
  { title: 'Last seen', right: true, className: 'w-24', cell: (user) => <Age at={user.last_seen_at} /> },
  {
    title: <Zoned>Member since</Zoned>,
    sort: 'created_at',
    right: true,
    className: 'max-md:hidden w-40',
    cell: (user) => <Time at={user.created_at} />,
  },
]

const stateOf = (user: User) => (user.is_active ? 'active' : 'deactivated')

export default function Users() {
  const { rows, next, prev, total, list } = useLoaderData<typeof loader>()
  const viewer = useViewer()
  return (
    <>
      <PageHead title="Users" about={`Who may sign in to ${viewer?.tenantName}, and what they may do there.`}>
        <Link className="btn primary" to="/users/new">
          <Plus aria-hidden="true" />
          Create user
        </Link>
      </PageHead>
      <FilterBar label="Users">
        <TextFilter className="q" name="q" title="Username" type="search" placeholder="Find a user" />
      </FilterBar>
      <DataTable
        caption="Users"
        rows={rows}
        columns={COLUMNS}
        rowKey={(user) => user.id}
        margin={{
          title: 'State',
          cell: (user) => <LifeMark life={user.is_active ? 'used' : 'ended'} name={stateOf(user)} />,
        }}
        sorted={list}
        empty={
          <Nothing
            title="No user matches"
            actions={
              <Link className="btn" to="/users">
                Show all users
              </Link>
            }
          />
        }
      />
      <Pager count={rows.length} limit={list.limit} next={next} prev={prev} total={total} />
    </>
  )
}
