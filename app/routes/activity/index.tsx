import { useLoaderData } from '@remix-run/react'
import { type Activity, Deed } from '#app/components/activity.tsx'
import { type Column, DataTable } from '#app/components/data-table.tsx'
import { TextFilter } from '#app/components/filter-bar.tsx'
import { Link } from '#app/components/link.tsx'
import { ListFrame } from '#app/components/list-frame.tsx'
import { Nothing } from '#app/components/notice.tsx'
import { Time, Zoned } from '#app/components/time.tsx'
import { Value } from '#app/components/value.tsx'
import { load } from '#app/lib/api.server.ts'
import { withDetailText } from '#app/lib/deeds.server.ts'
import { titled } from '#app/lib/title.ts'
import { ActivityList } from '#server/modules/activity/schema.ts'

export const meta = titled('Activity')
export const handle = { trail: () => [{ title: 'Activity' }] }

export const loader = load(async ({ api, query }) => {
  const list = ActivityList.parse(query)
  const page = await api.activity.list(list)
  return { ...page, rows: withDetailText(page.rows), list, at: Number(query.at) || 1 }
})

const COLUMNS: Column<Activity>[] = [
  {
    title: 'What',
    cell: (deed) => <Deed deed={deed} />,
    below: (deed) => deed.actor_name,
  },
  { title: 'Who', className: 'max-md:hidden w-48', cell: (deed) => <Value text={deed.actor_name} /> },
  {
    title: 'Detail',
    className: 'max-lg:hidden',
    cell: (deed) => deed.detail && <Value text={deed.detail} path={false} />,
  },
  {
    title: <Zoned>When</Zoned>,
    sort: 'created_at',
    right: true,
    className: 'w-32',
    cell: (deed) => <Time at={deed.created_at} />,
  },
]

export default function ActivityPage() {
  const page = useLoaderData<typeof loader>()
  const { rows, list, at } = page
  return (
    <ListFrame
      title="Activity"
      about="What was changed in this tenant, by whom and when. Nothing here is ever removed."
      page={page}
      filters={
        <TextFilter className="q" name="q" title="Deed, person or record" type="search" placeholder="host.created" />
      }
    >
      <DataTable
        caption="Activity"
        rows={rows}
        columns={COLUMNS}
        rowKey={(deed) => deed.id}
        margin={{ title: 'Line', cell: (_, line) => at + line }}
        sorted={list}
        empty={
          <Nothing
            title={list.q ? 'Nothing matches' : 'Nothing was done yet'}
            actions={
              list.q && (
                <Link className="btn" to="?">
                  Show all
                </Link>
              )
            }
          />
        }
      />
    </ListFrame>
  )
}
