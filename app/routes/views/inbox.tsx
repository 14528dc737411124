import { redirect } from '@remix-run/node'
import { useLoaderData } from '@remix-run/react'
import { type Column, DataTable } from '#app/components/data-table.tsx'
import { ChoiceFilter } from '#app/components/filter-bar.tsx'
import { ListFrame } from '#app/components/list-frame.tsx'
import { Nothing } from '#app/components/notice.tsx'
import { PostForm } from '#app/components/post-form.tsx'
import { LifeMark } from '#app/components/states.tsx'
import { Time, Zoned } from '#app/components/time.tsx'
import { Value } from '#app/components/value.tsx'
import { act, load } from '#app/lib/api.server.ts'
import { nextPath } from '#app/lib/next-path.ts'
import { titled } from '#app/lib/title.ts'
import { Inbox, ViewId } from '#server/modules/views/schema.ts'

export const meta = titled('Inbox')
export const handle = { trail: () => [{ title: 'Views', to: '/views' }, { title: 'Inbox' }] }

export const loader = load(async ({ api, query }) => {
  const list = Inbox.parse(query)
  return { ...(await api.views.inbox(list)), list }
})

export const action = act(async ({ api, form }) => {
  const { address } = await api.views.read(ViewId.parse(form))
  return redirect(form.intent === 'open' ? nextPath(address) : '/views/inbox')
})

type Link = ReturnType<typeof useLoaderData<typeof loader>>['rows'][number]

const COLUMNS: Column<Link>[] = [
  {
    title: 'Link',
    wrap: true,
    cell: ({ id, title }) => (
      <PostForm>
        <input type="hidden" name="id" value={id} />
        <button type="submit" name="intent" value="open" className="link text-left" data-act="open">
          <Value text={title} path={false} />
        </button>
      </PostForm>
    ),
    beneath: ({ note }) => note && <div className="label whole">{<Value text={note} path={false} />}</div>,
    below: ({ sender_name }) => sender_name,
  },
  { title: 'From', className: 'max-md:hidden w-40', cell: ({ sender_name }) => <Value text={sender_name} /> },
  {
    title: <Zoned>Sent</Zoned>,
    right: true,
    sort: 'created_at',
    className: 'max-md:hidden w-36',
    cell: ({ created_at }) => <Time at={created_at} />,
  },
  {
    title: <span className="sr-only">Read</span>,
    key: 'read',
    right: true,
    className: 'w-28',
    cell: ({ id, read_at }) =>
      read_at === null && (
        <PostForm>
          <input type="hidden" name="id" value={id} />
          <button type="submit" name="intent" value="read" className="btn">
            Mark read
          </button>
        </PostForm>
      ),
  },
]

const STATES = ['unread', 'read'].map((value) => ({ value, title: value }))

export default function InboxPage() {
  const page = useLoaderData<typeof loader>()
  const { list, unread } = page
  return (
    <ListFrame
      title="Inbox"
      about={`Links that colleagues sent you, ${unread === 0 ? 'all read' : `${unread} unread`}.`}
      page={page}
      filters={<ChoiceFilter name="state" title="State" none="Any" choices={STATES} />}
    >
      <DataTable
        caption="Links"
        rows={page.rows}
        columns={COLUMNS}
        rowKey={({ id }) => id}
        margin={{
          title: 'State',
          cell: ({ read_at }) => <LifeMark life={read_at ? 'rests' : 'used'} name={read_at ? 'read' : 'unread'} />,
        }}
        sorted={list}
        empty={<Nothing title={list.state ? 'No such link' : 'Nobody has sent you a link yet'} />}
      />
    </ListFrame>
  )
}
